"""Spreadsheets: workbooks of sheets, and tables of text (CSV)."""
