"""What a document says about itself: dates, kinds, names, archive references."""
