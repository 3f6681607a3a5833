"""What is in the collection: files on their way in, documents with their pages, the same paper elsewhere."""
