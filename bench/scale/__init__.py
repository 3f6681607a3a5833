"""How cost grows with the number of passages: an index of real text, and the same questions at each size."""
