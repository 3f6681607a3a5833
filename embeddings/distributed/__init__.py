"""Beyond one machine: passages searched in an engine and encoded by many; the store stays the truth."""
