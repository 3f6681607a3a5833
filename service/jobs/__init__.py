"""Work that takes long, done in the background, and written down first, so that no restart loses it."""
