"""What is known of names and words without the texts: places, countries, and how often words are used."""
