"""What a question takes from those before it: names, times, and what it leaves out."""
