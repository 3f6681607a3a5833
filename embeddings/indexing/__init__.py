"""Changes of the store: a source added, deleted, or everything made anew."""
