"""What a file itself says of pages: numbers, labels and marks that stand in it."""
