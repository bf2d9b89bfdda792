"""Rules of spelling, and the sieves before them, which must turn down nothing that the rules would take."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from mtqe.entities import forms, romanisations, romanise, slavic
from mtqe.entities.rewriting import Rule, rewrite, rules

_PARTS = [
    "shch",
    "sch",
    "dg",
    "dj",
    "tz",
    "tc",
    "kh",
    "off",
    "er",
    "our",
    "ise",
    "ogue",
    "amme",
    "lled",
    "ence",
    "yev",
    "dsch",
    "tch",
    "gk",
]
_FORMS = st.text("abcdefghijklmnopqrstuvwxyz", max_size=12) | st.lists(st.sampled_from(_PARTS)).map("".join)


@given(_FORMS)
@example("dgegh")
@example("metre")
def test_what_the_letters_of_a_rule_turn_down_its_pattern_does_not_match(form: str) -> None:
    tables = (forms._ROMANISATION, forms._BRITISH, slavic._CONSONANTS, romanise._CONSONANTS, romanise._PINYIN)
    for rule in (rule for table in (*tables, *romanisations._BY_LANGUAGE.values()) for rule in table):
        assert rule.within in form or not rule.pattern.search(form), rule


def test_rules_are_tried_one_after_the_other() -> None:
    assert rewrite("phax", rules(("ph", "ph", "f"), ("f", "^f", "x"), ("x", "x", "ks"))) == "ksaks"
    assert rewrite("axa", (Rule("xx", rules(("x", "x", "ks"))[0].pattern, "ks"),)) == "axa"


_NAMES = ["oleksandr", "aleksandr", "mykola", "nikolai", "petrovych", "petrovich", "serhiivna", "sergeevna", "lviv"]
_NAMES += ["lvov", "zaporizhzhia", "zaporozhye", "kharkiv", "kharkov", "vladimir", "volodymyr", "andrii", "andrey"]


@pytest.mark.parametrize("one", _NAMES)
def test_east_slavic_variants_share_a_mark(one: str) -> None:
    others = [other for other in _NAMES if slavic.compare(one, other) == "variant"]
    assert one in others
    assert all(set(slavic.marks(one)) & set(slavic.marks(other)) for other in others)
