"""Where an English sentence lacks a word that may have been a name."""

from __future__ import annotations

import re

_VERB = "is|was|are|were|has|had|have|will|would|said|says"
_HOLE = re.compile(
    rf"""
    \b(?:of|from|with|near|between|the) (?:\s*[,;:)] | \s*\.(?![^\W\d_]))
  | \b(?:[Ii]n|at|by|an?|to|for) (?:\s*[,;:)] | \s\.)
  | \b(?:from|with|near|between|the|an?|Mrs?|Ms|Dr) \s (?:and|or|but) \b
  | \b(?:of|from|with|near|between|the|an?|Mrs?|Ms|Dr) \s (?:of|in|at(?!\ least)|from|by|for|with|as|on|{_VERB}) \b
  | \b(?:in|at|by|with|to) \s (?:of|for|from|is|was|are|has|had) \b
  | \(\s*[,;)] | ,\s*,
  | (?<![\w.,)"”])['’]s\b
  | ^\s*[,;.]
  | ^(?:Is|Was|Are|Were|Has|Had|Have|Said|Says|Will|Would)\b (?!.*\?) (?!\ there\b)
  | ["“](?:is|was|are|were|has|had|said)\b
    """,
    re.VERBOSE,
)


def has_hole(text: str) -> bool:
    """Whether a preposition, an article or a title has nothing to go with, brackets are empty or a subject is gone."""
    return bool(_HOLE.search(text))
