"""What a run found, in tables, plots and pages."""
