"""Which documents a source holds: by its table of contents, its headings, its titles or heads that repeat."""
