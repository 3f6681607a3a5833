"""Which documents a source holds: by contents, headings, titles, or heads that repeat."""
