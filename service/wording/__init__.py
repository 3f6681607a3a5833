"""Dates, pages and citations in words, the same wherever a person reads them."""
