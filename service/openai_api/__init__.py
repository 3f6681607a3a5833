"""The OpenAI-compatible interface that we serve."""
