"""What `find_entity_errors` takes beside the texts, and what holds for all of them. All sentences are invented."""

from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mtqe.entities import find_entity_errors
from mtqe.entities.user.style import AliasGroup, Style, Suppression
from mtqe.errors import InputError
from mtqe.results import EntityError


def statuses(hyp: str, ref: str, others: list[str] | None = None) -> list[tuple[str, bool]]:
    found = find_entity_errors([hyp], [ref], other_references=[others] if others is not None else None)[0]
    return [(e.status, e.is_error) for e in found]


# --- other references


def test_a_form_that_another_reference_has_is_a_variant() -> None:
    hyp, ref = "They toured Madrid.", "They toured Kherson."
    assert statuses(hyp, ref) == [("replaced", True)]
    assert statuses(hyp, ref, ["Madrid was toured."]) == [("variant", False)]
    assert statuses(hyp, ref, ["It was raining.", "Madrid was toured."]) == [("variant", False)]


def test_a_name_that_another_reference_lacks_too_is_undecided() -> None:
    after = "and after the dinner we left the old garden."
    hyp, ref = f"We met, {after}", f"We met Zubko, {after}"
    assert statuses(hyp, ref) == [("omitted", True)]
    assert statuses(hyp, ref, [f"We had met, {after}"]) == [("undecided", False)]
    assert statuses(hyp, ref, [f"Zubko met us, {after}"]) == [("omitted", True)]


def test_an_extra_name_that_another_reference_has_is_a_variant() -> None:
    hyp, ref = "They praised the book by Qorvatheni.", "They praised the book."
    assert statuses(hyp, ref) == [("hallucinated", True)]
    assert statuses(hyp, ref, ["They praised the book of Qorvatheni."]) == [("variant", False)]
    assert statuses(hyp, ref, ["They praised the book."]) == [("hallucinated", True)]


@pytest.mark.parametrize(
    ("hyp", "ref", "other", "status"),
    [
        ("He has 40 cows.", "He has 30 cows.", "He owns forty cows.", "variant"),
        ("He has 40 cows.", "He has 30 cows.", "He owns thirty cows.", "wrong value"),
        ("He has cows.", "He has 30 cows.", "He owns cows.", "undecided"),
        ("He has cows.", "He has 30 cows.", "He owns thirty cows.", "omitted"),
        ("He has 30 cows.", "He has cows.", "He owns thirty cows.", "variant"),
        ("He has 30 cows.", "He has cows.", "He owns cows.", "hallucinated"),
    ],
)
def test_numbers_of_other_references(hyp: str, ref: str, other: str, status: str) -> None:
    assert [found for found, _ in statuses(hyp, ref, [other])] == [status]


def test_other_references_of_one_segment_say_nothing_of_the_next() -> None:
    hyps, refs = ["They toured Madrid."] * 2, ["They toured Kherson."] * 2
    found = find_entity_errors(hyps, refs, other_references=[["Madrid was toured."], []])
    assert [[e.is_error for e in errors] for errors in found] == [[False], [True]]


def test_other_references_are_never_a_reason_for_an_error() -> None:
    hyp = ref = "They toured Kherson in 2019."
    assert {e.status for e in find_entity_errors([hyp], [ref], other_references=[["They saw Madrid in 1980."]])[0]} == {
        "match"
    }


def test_a_text_in_place_of_a_list_of_references_is_refused() -> None:
    with pytest.raises((InputError, TypeError)):
        find_entity_errors(["They toured Madrid."], ["They toured Kherson."], other_references=["Madrid was toured."])


def test_another_reference_without_words_lacks_the_name_too() -> None:
    assert statuses("They left.", "They left with Zubko and Lviv.", ["12%"])[0] == ("undecided", False)


# --- mentions, no references, style


def test_only_the_given_mentions_are_checked() -> None:
    hyp, ref = "They toured Madrid with Butcher in 1980.", "They toured Kherson with Myasnenko in 2019."
    start = ref.index("Myasnenko")
    (error,) = find_entity_errors([hyp], [ref], mentions=[[(start, start + len("Myasnenko"))]])[0]
    assert (error.ref_span, error.is_error) == ((start, start + 9), True)
    assert find_entity_errors([hyp], [ref], mentions=[[]]) == [[]]


def test_a_mention_outside_of_its_reference_is_refused() -> None:
    with pytest.raises(InputError):
        find_entity_errors(["a", "b"], ["Kyiv", "Lviv"], mentions=[[(0, 4)], [(0, 9)]])


def test_mentions_need_references() -> None:
    with pytest.raises(InputError):
        find_entity_errors(["Kyiv"], None, ["Львів"], source_language="uk", mentions=[[(0, 4)]])


def test_without_references_the_source_is_what_counts() -> None:
    hyps, sources = ["They met in Belgium.", None, ""], ["他们在德国见面。", "他们在德国见面。", "他们在德国见面。"]
    found = find_entity_errors(hyps, None, sources, source_language="zh")
    assert [(e.status, e.suggestion, e.ref_span) for e in found[0] if e.is_error] == [("replaced", "Germany", None)]
    assert len(found) == 3


def test_without_references_nor_sources_there_is_nothing_to_check() -> None:
    for sources, language in ((None, "uk"), (["Київ"], None)):
        with pytest.raises(InputError, match="sources and their language"):
            find_entity_errors(["Kyiv"], None, sources, source_language=language)


def test_a_style_settles_findings() -> None:
    hyps, refs = ["They saw the Hulk Brigade."], ["They saw the Swan Brigade."]
    assert [e.is_error for e in find_entity_errors(hyps, refs)[0]] == [True]
    alias = Style(aliases=(AliasGroup("Swan Brigade", ("Hulk Brigade",)),))
    assert [e.status for e in find_entity_errors(hyps, refs, style=alias)[0]] == ["variant"]
    quiet = Style(suppressions=(Suppression("Swan Brigade", "*"),))
    assert [e.is_error for e in find_entity_errors(hyps, refs, style=quiet)[0]] == [False]
    assert find_entity_errors(hyps, refs, style=Style()) == find_entity_errors(hyps, refs)


@pytest.mark.parametrize(
    ("given_", "message"),
    [
        ({"refs": ["a"]}, "1 references for 2 hypotheses"),
        ({"sources": ["a"]}, "1 sources for 2 hypotheses"),
        ({"documents": ["a", "b", "c"]}, "3 documents for 2 hypotheses"),
        ({"other_references": [[]]}, "1 other references for 2 hypotheses"),
        ({"mentions": []}, "0 mentions for 2 hypotheses"),
    ],
)
def test_lists_of_different_lengths_are_refused(given_: dict[str, list[str]], message: str) -> None:
    arguments: dict[str, list[str]] = {"refs": ["a", "b"]} | given_
    with pytest.raises(InputError, match=message):
        find_entity_errors(["a", "b"], **arguments)  # type: ignore[arg-type]


def test_a_missing_reference_is_refused_in_one_line() -> None:
    with pytest.raises((InputError, TypeError), match="ref"):
        find_entity_errors(["Kyiv"], [None])  # type: ignore[list-item]


def test_missing_sources_are_no_sources() -> None:
    hyps, refs = ["They toured Madrid."], ["They toured Kherson."]
    assert find_entity_errors(hyps, refs, [None], source_language="uk")[0][0].is_error
    assert find_entity_errors([], []) == []
    assert find_entity_errors(hyps, None, [None], source_language="uk")[0] is not None


# --- what holds for any text

MIXED = """
Lviv Kiev Oksana Melnyk G. UN NATO TVs S-400 E 04 deCode Corona coronavirus President New York Ministry of Health
the and went to said July 1,200 12% $5 1998 (, ) . , " ' Зубко 東京 ß İ \u00ad - – President's us US
"""
TEXTS = st.lists(st.sampled_from(MIXED.split()), max_size=14).map(" ".join) | st.text(max_size=30)


def spans_fit(error: EntityError, hyp: str, ref: str, source: str) -> bool:
    sides = ((error.hyp_span, hyp), (error.ref_span, ref), (error.src_span, source))
    return all(span is None or 0 <= span[0] < span[1] <= len(text) for span, text in sides)


@settings(max_examples=40)
@given(TEXTS, TEXTS, TEXTS, st.sampled_from(["en", "de", "ru", "zh", "ja", "ar"]), st.data())
def test_spans_lie_in_their_texts_however_it_is_called(
    hyp: str, ref: str, source: str, language: str, data: st.DataObject
) -> None:
    ends = st.tuples(st.integers(0, len(ref)), st.integers(0, len(ref))).map(sorted).filter(lambda s: s[0] < s[1])
    mentions = [tuple(span) for span in data.draw(st.lists(ends, max_size=2) if ref.strip() else st.just([]))]
    mentions = [(a, b) for a, b in mentions if ref[a:b].strip()]
    options = {"source_language": "uk", "target_language": language}
    calls = [
        find_entity_errors([hyp], [ref], [source], **options),
        find_entity_errors([hyp], None, [source], **options),
        find_entity_errors([hyp], [ref], [source], other_references=[[source, hyp]], **options),
        find_entity_errors([hyp], [ref], [source], style=Style(policy="endonym"), **options),
        find_entity_errors([hyp], [ref], [source], mentions=[mentions], **options),
    ]
    errors = [error for (found,) in calls for error in found]
    assert all(spans_fit(error, hyp, ref, source) for error in errors)
    assert all(0 <= error.confidence <= 1 for error in errors)


@settings(max_examples=60)
@given(TEXTS, st.sampled_from(["en", "de", "ru"]))
def test_a_text_agrees_with_itself(text: str, language: str) -> None:
    (found,) = find_entity_errors([text], [text], target_language=language)
    if text.strip():
        assert {e.status for e in found} <= {"match", "variant"}
    else:
        assert found == []


@settings(max_examples=30)
@given(st.lists(st.tuples(TEXTS, TEXTS), min_size=2, max_size=5), st.randoms(use_true_random=False))
def test_the_order_of_the_segments_says_nothing(pairs: list[tuple[str, str]], random: Random) -> None:
    order = random.sample(range(len(pairs)), len(pairs))
    hyps, refs = zip(*pairs, strict=True)
    found = find_entity_errors(hyps, refs)
    shuffled = find_entity_errors([hyps[i] for i in order], [refs[i] for i in order])
    assert shuffled == [found[i] for i in order]


@settings(max_examples=40)
@given(TEXTS, TEXTS)
def test_a_hypothesis_that_is_another_reference_has_no_errors(hyp: str, ref: str) -> None:
    (found,) = find_entity_errors([hyp], [ref], other_references=[[hyp]])
    if hyp.strip():
        assert [e for e in found if e.is_error] == []
    else:
        assert {e.status for e in found} <= {"omitted"}
