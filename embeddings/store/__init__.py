"""The store: SQLite with full text and vectors, and Snapshot, the only reader."""
