"""From passages to a search: encoders, the store, the indexes derived from it, and retrieval.

Knows models, FAISS and SQLite; never HTTP, settings files or the wording of answers.
"""
