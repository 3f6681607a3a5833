"""From ranked passages to an answer made of pieces."""
