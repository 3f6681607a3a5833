"""OpenDocument: texts and presentations (.odt, .odp and their like)."""
