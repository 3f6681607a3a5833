"""Answers worded by a language model that we call, held to the passages."""
