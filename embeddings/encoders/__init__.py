"""From text to vectors: models, the runtimes that compute them, and the codec of token vectors."""
