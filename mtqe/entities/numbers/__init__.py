"""Numbers by value: found in text, read in any script and locale, and compared."""
