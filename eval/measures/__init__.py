"""What a response is worth, in numbers."""
