"""Page inference: pages that no file prints, from its table of contents and from how much fills a page."""
