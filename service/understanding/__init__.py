"""What a question means: its words, and what it takes from the questions before it."""
