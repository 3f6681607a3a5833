"""Questions asked, and what came of it held against a baseline."""
