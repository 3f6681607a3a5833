"""From a question to a cited answer, over HTTP, chat, a web page and the command line.

Never touches FAISS or torch: everything below the question comes through ``embeddings``.
"""
