"""Pages as they look: pictures of them, and where on them the words of a source stand."""
