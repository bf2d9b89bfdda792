"""Words of a language: how frequent they are, and which of them are names."""

import pytest

from mtqe.entities.knowledge.vocabulary import frequency, is_common_word, is_international


def test_frequencies_are_those_of_wordfreq() -> None:
    from wordfreq import get_frequency_dict

    shares = get_frequency_dict("en")
    for word in ("the", "house", "moscow", "don't"):
        assert 10 ** (frequency(word, "en_GB") - 9) == pytest.approx(shares[word])
    assert frequency("don’t", "en") == frequency("don't", "en")
    assert frequency("дом", "ru") > 4


def test_an_unknown_word_or_language_has_no_frequency() -> None:
    assert frequency("qqxzzy", "en") == frequency("house", "xx") == frequency("", "en") == 0
    assert not is_common_word("house", "xx")
    assert not is_international("house", "xx")


@pytest.mark.parametrize("word", ["committee", "house", "army", "bridge", "streets", "walked", "dangerous", "party"])
def test_common_words(word: str) -> None:
    assert is_common_word(word, "en")
    assert not is_international(word, "en")


@pytest.mark.parametrize("word", ["moscow", "ukraine", "samsung", "barcelona", "merkel", "ronaldo", "toyota", "kyiv"])
def test_names_are_no_common_words(word: str) -> None:
    assert not is_common_word(word, "en")


@pytest.mark.parametrize(("word", "language"), [("james", "en"), ("samsung", "de"), ("barcelona", "fr")])
def test_names_are_used_in_other_languages_too(word: str, language: str) -> None:
    assert is_international(word, language)


@pytest.mark.parametrize(
    ("word", "language", "common"),
    [
        ("krankenhaus", "de", True),
        ("bundestag", "de", True),
        ("kretschmann", "de", False),
        ("maison", "fr", True),
        ("больница", "ru", True),
        ("зайчиковский", "ru", False),
    ],
)
def test_other_languages_go_by_frequency(word: str, language: str, common: bool) -> None:
    assert is_common_word(word, language) is common


def test_case_says_nothing() -> None:
    assert is_common_word("House", "en")
    assert is_common_word("HOUSE", "en_US")
