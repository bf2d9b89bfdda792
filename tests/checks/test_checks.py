"""What the checks before scoring say of texts that are right, damaged, or anything at all."""

import random
import warnings
from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import mtqe
from mtqe.checks import check, joined, warn_of
from mtqe.checks.texts import other_language
from mtqe.corpus import Document, Segment, SystemOutput, TestSet
from mtqe.errors import DataWarning, InputError

_THINGS = (
    "boat river bridge market lantern teacher garden harbour kettle ladder window orchard violin engine blanket "
    "farmer castle pencil needle shadow candle hammer island mirror pillow saddle tunnel valley wagon whistle "
    "basket button carpet donkey feather hedge journey kitchen letter meadow oven parcel quilt ribbon spoon"
)
_DEEDS = "carried painted repaired followed measured borrowed polished counted guarded welcomed"
_WHERE = "behind every church|near an old mill|under grey sky|after heavy storm|before first snow|at this crossing"
_RECORDED = (
    "Der Fährmann wartet seit dem frühen Morgen am Ufer und zählt die Münzen, die er gestern verdient hat. "
    "Niemand will heute über den Fluss, weil das Wasser in der Nacht so schnell gestiegen ist."
)


def sentences(count: int, seed: int) -> list[str]:
    draw = random.Random(seed)
    things, deeds, where = _THINGS.split(), _DEEDS.split(), _WHERE.split("|")
    distinct: dict[str, None] = {}
    while len(distinct) < count:
        a, b, c, *more = draw.sample(things, 3 + draw.randrange(12))
        distinct[f"{a} {draw.choice(deeds)} {b} {draw.choice(where)}, {draw.choice(deeds)} {' '.join([c, *more])}."] = (
            None
        )
    return list(distinct)


REFERENCE = sentences(120, 1)


def translated(texts: Sequence[str], seed: int, own: float = 0.15, common: int = 6) -> list[str]:
    """What a machine makes of them: every sixth word is another for all machines, and a share for this one."""
    draw = random.Random(seed)

    def word_of(word: str, place: int) -> str:
        return word[::-1] if common and place % common == 0 else f"other{seed}" if draw.random() < own else word

    return [" ".join(word_of(word, i + k) for k, word in enumerate(text.split())) for i, text in enumerate(texts)]


OUTPUT = translated(REFERENCE, 2)


def made(
    *outputs: Sequence[str | None], references: Sequence[str] = REFERENCE, sources: Sequence[str] | None = None
) -> TestSet:
    rows = zip(references, sources or [None] * len(references), strict=True)
    segments = tuple(Segment(f"d:{i}", source, (text,), "d") for i, (text, source) in enumerate(rows, 1))
    systems = tuple(SystemOutput(name, tuple(texts)) for name, texts in zip("abcde", outputs, strict=False))
    return TestSet("t", "de" if sources else None, "en", (Document("d", segments),), systems)


def kinds(found: TestSet) -> list[tuple[str, str]]:
    return [(finding.kind, finding.about) for finding in check(found)]


def test_nothing_is_said_of_texts_that_are_right() -> None:
    outputs = [translated(REFERENCE, seed) for seed in range(4)]
    assert check(made(*outputs)) == []
    assert check(made(OUTPUT[:3], references=REFERENCE[:3])) == []


@settings(max_examples=30)
@given(by=st.sampled_from([-3, -2, -1, 1, 2, 3]), at=st.integers(0, 100), size=st.integers(12, 120))
def test_a_shift_is_found_wherever_it_begins_and_ends(by: int, at: int, size: int) -> None:
    """Lines [at, at + size) hold what stands `by` lines further on; the first that is said to be is one of them."""
    end = min(len(OUTPUT), at + size)
    texts = [OUTPUT[(i + by) % len(OUTPUT)] if at <= i < end else text for i, text in enumerate(OUTPUT)]
    (finding,) = [found for found in check(made(texts)) if found.kind == "shift"]
    assert finding.count <= end - at
    assert finding.count >= (end - at) / 2
    assert at <= int(finding.place.split(":")[1]) - 1 < end
    assert ("after" if by > 0 else "before") in str(finding)


def test_a_source_that_is_shifted_is_told_by_its_lengths() -> None:
    sources = ["x" * int(1.2 * len(text)) for text in REFERENCE]
    plain = replace(made(OUTPUT, sources=sources), source_language="tlh")  # no language that is known
    assert check(plain) == []
    moved = replace(made(OUTPUT, sources=[*sources[1:], sources[0]]), source_language="tlh")
    assert kinds(moved) == [("shift", "source")]


@pytest.mark.parametrize(
    ("output", "kind", "count"),
    [
        (["", *OUTPUT[1:]], "empty", 1),
        ([*OUTPUT[:-2], " ", "\u3000"], "empty", 2),
        (REFERENCE, "reference", 120),
        ([OUTPUT[0]] * 120, "repeated", 119),
        ([*OUTPUT[:60], " ".join(OUTPUT[60:80]), *OUTPUT[61:]], "length", 1),
        ([OUTPUT[0][:8], *OUTPUT[1:]], "length", 1),
        ([text[: len(text) // 2] for text in OUTPUT], "length", 120),
        ([f"{text} , and more ." for text in OUTPUT], "tokenised", 120),
        ([OUTPUT[0] + "\x85", *OUTPUT[1:]], "control", 1),
        (["\ufdd0" + OUTPUT[0], OUTPUT[1], "\u2028" + OUTPUT[2], *OUTPUT[3:]], "control", 2),
        (["\u202eabc" + OUTPUT[0], *OUTPUT[1:]], "direction", 1),
        ([_RECORDED] * 3 + OUTPUT[3:], None, None),
        ([f"{_RECORDED} {i}" for i in range(120)], "language", 120),
        ([*OUTPUT[:60], *(f"{_RECORDED} {i}" for i in range(60))], "language", 60),
        ([f"Ένα μεγάλο ποτάμι πέρασε από τον αριθμό {i} το πρωί." for i in range(120)], "language", 120),
    ],
)
def test_what_is_odd_is_counted(output: Sequence[str], kind: str | None, count: int | None) -> None:
    found = [finding for finding in check(made(output)) if finding.kind == kind]
    assert [finding.about for finding in found] == ["system 'a'"] * (kind is not None)
    assert count is None or found[0].count == count


def test_a_source_that_was_copied_is_found_but_not_what_all_copy() -> None:
    sources = [f"{_RECORDED} {i}" for i in range(120)]
    copied = [sources[i] if i in (7, 9) else text for i, text in enumerate(OUTPUT)]
    assert ("untranslated", "system 'a'") in kinds(made(copied, sources=sources))
    same = [sources[i] if i in (7, 9) else text for i, text in enumerate(REFERENCE)]
    assert "untranslated" not in [kind for kind, _ in kinds(made(copied, references=same, sources=sources))]


def test_duplicates_that_the_source_has_are_none() -> None:
    again = [REFERENCE[i // 2] for i in range(120)]
    assert check(made(translated(again, 3), references=again)) == []
    said_twice = [REFERENCE[i] for i in range(120)]
    assert ("repeated", "system 'a'") in kinds(made([OUTPUT[i // 2] for i in range(120)], references=said_twice))


def test_chinese_with_spaces_between_its_words_is_tokenised() -> None:
    plain = [f"河水在夜里上涨了{i}米，船夫没有过河。" for i in range(20)]
    spaced = [f"河水 在 夜里 上涨 了 {i} 米 ， 船夫 没有 过河 。" for i in range(20)]
    for texts, found in ((plain, []), (spaced, [("tokenised", "system 'a'")])):
        of = replace(made(texts, references=REFERENCE[:20]), target_language="zh")
        assert [pair for pair in kinds(of) if pair[0] == "tokenised"] == found


def test_a_reference_among_the_systems_is_told_from_machines() -> None:
    machines = [translated(REFERENCE, seed) for seed in range(4)]
    assert kinds(made(REFERENCE, *machines[1:], references=machines[0])) == [("swapped", "system 'a'")]
    human = made(REFERENCE, *machines[1:], references=machines[0])
    known = [replace(system, human=system.name == "a") for system in human.systems]
    assert kinds(human.with_systems(known)) == []


def test_a_bad_system_beside_a_reference_that_was_post_edited_is_no_swap() -> None:
    machines = [translated(REFERENCE, seed, own=share, common=0) for seed, share in enumerate((0.5, 0.15, 0.15))]
    assert kinds(made(*machines)) == []


def test_one_file_given_twice() -> None:
    (finding,) = check(made(OUTPUT, translated(REFERENCE, 7), OUTPUT))
    assert (finding.kind, finding.about) == ("same", "system 'c'")
    assert "system 'a'" in str(finding)


_anything = st.lists(st.tuples(*[st.none() | st.text(max_size=80)] * 3), min_size=1, max_size=60)


@given(rows=_anything, languages=st.sampled_from([("de", "en"), ("en", "zh"), ("xx", "ar"), ("ja", "sr_Latn")]))
def test_anything_can_be_checked(rows: list[tuple[str | None, ...]], languages: tuple[str, str]) -> None:
    segments = tuple(Segment(f"d:{i}", row[0], (row[1],), "d") for i, row in enumerate(rows))
    texts = tuple(row[2] for row in rows)
    systems = (SystemOutput("{n} {0}", texts), SystemOutput("b", texts[::-1]))
    for finding in check(TestSet("t", *languages, (Document("d", segments),), systems)):
        assert 1 <= finding.count <= finding.of == len(rows)
        assert finding.place in str(finding)
        assert "\n" not in str(finding)


@pytest.mark.parametrize("language", ["no", "sr_Latn", "zh_Hant", "yue", "tl", "xh"])
def test_a_language_that_nobody_can_tell_is_not_accused(language: str) -> None:
    texts = {"zh_Hant": "河水在夜裡上漲了，船夫沒有過河。" * 5, "yue": "佢哋今日唔過河，因為水漲得好快。" * 5}
    english = "It may be any language; who could say, from so few letters, what this is to be?"
    said = other_language(texts.get(language, english), language)
    assert said is None or language in ("no", "tl", "xh", "sr_Latn")


def test_parts_are_joined() -> None:
    parts = [check(made(["", "", *OUTPUT[2:]])), check(made(OUTPUT)), check(made(["", *OUTPUT[1:]]))]
    (finding,) = joined([found for part in parts for found in part], 360)
    assert (finding.count, finding.of) == (3, 360)
    assert str(finding).startswith("system 'a': 3 of 360 lines are empty (first segment d:1); ")


def test_findings_are_warnings_or_with_strict_an_error() -> None:
    found = check(made(["", *OUTPUT[1:]]))
    with pytest.warns(DataWarning, match=r"^system 'a': 1 of 120 lines is empty \(segment d:1\); each is scored"):
        warn_of(found)
    with pytest.raises(InputError, match="1 of 120 lines is empty"):
        warn_of(found, strict=True)
    noted = ["x.txt: 2 lines with a NUL character inside (3, 7)", "human output 'b' is reference 1"]
    with pytest.raises(InputError, match=r"NUL character inside \(3, 7\) \(and 1 more\); "):
        warn_of(found, noted, strict=True)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        warn_of([], noted[1:], strict=True)


def test_scoring_warns() -> None:
    with pytest.warns(DataWarning, match="are reference 1 itself"):
        scores = mtqe.score(made(REFERENCE), "bleu")
    assert scores.corpus("a", "bleu") == pytest.approx(100)
