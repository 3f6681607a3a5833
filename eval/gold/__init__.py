"""Gold questions and other people's question sets."""
