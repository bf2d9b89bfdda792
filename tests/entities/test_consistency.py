"""Sentences here are invented."""

import pytest

from mtqe.entities.consistency import NameForms, inconsistencies, name_forms, policy_use
from mtqe.results import EntityError


def names(
    rows: list[tuple[str, str | None, str]],
    *,
    with_references: bool = True,
    statuses: dict[str, str] | None = None,
    documents: list[str] | None = None,
    source_language: str | None = "ru",
) -> list[NameForms]:
    """Each row is a segment: the type of its name, the reference's form (None: nothing there) and the output's."""
    errors = []
    for type_, ref, hyp in rows:
        status = (statuses or {}).get(hyp, "match" if ref == hyp else "variant")
        ref_span = (0, len(ref)) if ref and with_references else None
        errors.append([EntityError((0, len(hyp)), ref_span, status=status, type=type_)])
    refs = [ref or "" for _, ref, _ in rows] if with_references else None
    hyps = [f"{hyp} was there." for _, _, hyp in rows]
    return name_forms(errors, refs, hyps, documents, source_language=source_language)


@pytest.mark.parametrize("with_references", [True, False])
def test_a_name_in_two_forms_has_a_majority_and_an_outlier(with_references: bool) -> None:
    rows = [("place", "Kyiv", "Kyiv"), ("place", "Kyiv", "Kiev"), ("place", "Kyiv", "Kyiv")]
    (name,) = names(rows, with_references=with_references)
    assert (name.name, name.majority, name.outliers) == ("Kyiv", "Kyiv", ("Kiev",))
    assert [mention.segment for mention in name.forms["Kiev"]] == [1]
    found = inconsistencies([name], 3)
    assert [len(errors) for errors in found] == [0, 1, 0]
    (error,) = found[1]
    assert (error.hyp_span, error.suggestion, error.severity) == ((0, 4), "Kyiv", "minor")
    assert not error.is_error
    assert error.category == "Terminology/Inconsistent use of terminology"


@pytest.mark.parametrize("with_references", [True, False])
@pytest.mark.parametrize(
    ("type_", "one", "other"),
    [
        ("person", "Halyna Zubko", "Zubko"),
        ("person", "Halyna Zubko", "Zubko's"),
        ("place", "Kyiv", "KYIV"),
        ("group", "Ukrainian", "Ukrainians"),
        ("place", "United States", "US"),
        ("organisation", "Al-Qorva", "Al Qorva"),
    ],
)
def test_the_same_name_in_other_words_is_no_inconsistency(
    type_: str, one: str, other: str, with_references: bool
) -> None:
    rows = [(type_, one, one), (type_, one, other)]
    assert [outlier for name in names(rows, with_references=with_references) for outlier in name.outliers] == []


@pytest.mark.parametrize("with_references", [True, False])
def test_different_names_are_not_one(with_references: bool) -> None:
    rows = [
        ("person", "Halyna Zubko", "Halyna Zubko"),
        ("person", "Petro Zubko", "Petro Zubko"),
        ("place", "Lviv", "Lviv"),
        ("place", "Lima", "Lima"),
    ]
    found = names(rows, with_references=with_references)
    assert len(found) == 4
    assert not any(name.outliers for name in found)


def test_a_surname_alone_is_the_person_with_the_given_name() -> None:
    rows = [("other", "Zubko", "Zubko"), ("person", "Halyna Zubko", "Galina Zubko"), ("other", "Zubko", "Zubko")]
    rows += [("person", "Halyna Zubko", "Halyna Zubko"), ("person", "Halyna Zubko", "Halyna Zubko")]
    (name,) = names(rows)
    assert dict(name.counts) == {"Halyna Zubko": 4, "Galina Zubko": 1}


def test_a_wrong_form_is_no_majority_and_is_not_reported_again() -> None:
    rows = [("place", "Kramatorsk", "Krametorsk")] * 3 + [("place", "Kramatorsk", "Kramatorsk")]
    (name,) = names(rows, statuses={"Krametorsk": "misspelled"})
    assert (name.majority, name.outliers) == ("Kramatorsk", ("Krametorsk",))
    assert not any(inconsistencies([name], 4))


def test_documents_are_apart() -> None:
    rows = [("place", "Kyiv", "Kyiv"), ("place", "Kyiv", "Kiev")]
    found = names(rows, documents=["a", "b"])
    assert [(name.document, name.outliers) for name in found] == [("a", ()), ("b", ())]


def test_a_replaced_name_is_another_name() -> None:
    rows = [("place", "Kyiv", "Kyiv"), ("place", "Kyiv", "Madrid")]
    (name,) = names(rows, statuses={"Madrid": "replaced"})
    assert dict(name.counts) == {"Kyiv": 1}


@pytest.mark.parametrize("with_references", [True, False])
def test_endonyms_beside_exonyms_are_a_mixed_policy(with_references: bool) -> None:
    rows = [("place", "Kyiv", "Kyiv"), ("place", "Kharkiv", "Kharkov"), ("place", "Vienna", "Vienna")]
    (use,) = policy_use(names(rows, with_references=with_references))
    assert (use.endonyms, use.exonyms, use.is_mixed) == ({"Kyiv": 1}, {"Kharkov": 1}, True)


def test_one_policy_is_not_mixed() -> None:
    rows = [("place", "Kyiv", "Kyiv"), ("place", "Kharkiv", "Kharkiv"), ("place", "Odesa", "Odesa")]
    (use,) = policy_use(names(rows))
    assert (use.endonyms, use.is_mixed) == ({"Kyiv": 1, "Kharkiv": 1, "Odesa": 1}, False)
    assert policy_use(names([("place", "Vienna", "Vienna")])) == []


def test_two_romanisations_of_one_ending_are_mixed() -> None:
    rows = [("person", "Sergey Zubko", "Sergey Zubko"), ("person", "Alexei Hale", "Alexei Hale")]
    (use,) = policy_use(names(rows))
    assert use.schemes == {"-ei": ("Alexei",), "-ey": ("Sergey",)}
    assert use.is_mixed
    (use,) = policy_use(names([rows[0], ("person", "Dmitriy Zubko", "Dmitriy Zubko")]))
    assert not use.is_mixed


def test_an_empty_or_missing_output_has_no_names() -> None:
    errors = [EntityError(None, (0, 4), status="omitted", type="place")]
    assert name_forms([errors, []], ["Kyiv", ""], [None, ""]) == []
