"""What the catalogue answers: lists of documents with count and rule, and facts of the collection."""
