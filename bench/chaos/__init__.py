"""What kills and a bad disk do to an index."""
