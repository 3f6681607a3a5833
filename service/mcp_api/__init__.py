"""The Model Context Protocol that we serve."""
