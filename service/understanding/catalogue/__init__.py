"""Questions that ask the catalogue: for lists, counts, pages, references, offices and signing days."""
