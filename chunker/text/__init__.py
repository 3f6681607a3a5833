"""Text itself: normalised forms tied to their source, sentences, tokens, paragraphs, and where to cut."""
