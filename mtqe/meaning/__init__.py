"""Meaning errors that no score shows: reversed polarity, opposites, swapped roles, other tense or gender."""

from mtqe.meaning.detect import find_meaning_errors as find_meaning_errors
