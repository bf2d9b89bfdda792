"""What the user knows of names: a style file with its policy, a glossary, and an editor's decisions."""
