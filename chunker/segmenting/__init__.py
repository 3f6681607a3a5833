"""Which documents a source holds: by its table of contents, its headings or its titles."""
