"""How good the answers are: gold questions, matching, metrics and reports."""
