import pytest

from mtqe.entities.name_words import exclude, kinds_of, same_disease


@pytest.mark.parametrize(("a", "b"), [("offices", "bureau"), ("forces", "army"), ("law", "act")])
def test_near_synonyms_share_a_kind(a: str, b: str) -> None:
    assert kinds_of(a) & kinds_of(b)


@pytest.mark.parametrize("form", ["new", "york", "congre", ""])
def test_other_words_have_no_kind(form: str) -> None:
    assert kinds_of(form) == frozenset()


@pytest.mark.parametrize(
    ("a", "b", "expected"),
    [("united", "city", True), ("east", "western", True), ("north", "northern", False), ("united", "east", False)],
)
def test_words_exclude_one_another_within_a_class(a: str, b: str, expected: bool) -> None:
    assert exclude(a, b) is exclude(b, a) is expected


def test_one_disease_has_one_number() -> None:
    assert same_disease("covid19", "coronavirus")
    assert same_disease("covid19", "corona19")
    assert not same_disease("covid19", "covid22")
    assert not same_disease("covid19", "cholera")
