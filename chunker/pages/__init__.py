"""Pages that are inferred: from the table of contents, and from how much fills a page."""
