"""A translation against its source, without a reference: lengths, numbers, names and marks are all there is."""

from __future__ import annotations

import itertools
import json
import runpy
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import mtqe
from mtqe.alignment.links import Alignment
from mtqe.alignment.source import METHOD, common_words, pair_with_source
from mtqe.errors import ConfigError, InputError

WORDS = [
    "річка",
    "міст",
    "Львів",
    "2019",
    "Мер",
    "відкрив",
    "The",
    "mayor",
    "Lviv",
    "opened",
    "河",
    "桥。",
    "«Так»,",
    "?",
]
LINES = st.lists(
    st.one_of(st.lists(st.sampled_from(WORDS), max_size=12).map(" ".join), st.text(max_size=10)), max_size=14
)

UK = [
    "Старий млин у Жовкві знову працює",
    "У п'ятницю, 12 квітня, у Жовкві після двох років ремонту відкрили водяний млин.",
    "Колесо зірвала повінь 2019 року, а будинок мельника Остапа Гриценка втратив дах.",
    "Де взяли дуб?",
    "Міська рада заплатила за деревину 80 000 євро; її привезли з лісу під Самбором.",
    "Більшу частину робіт у вихідні виконали волонтери з села.",
    "«Ми не вірили, що це можливо», — каже Гриценко.",
]
UK_EN = [
    "The old mill in Zhovkva is working again",
    "The water mill in Zhovkva was opened on Friday, April 12, after two years of repairs.",
    "The wheel was torn off by the flood of 2019, and the house of the miller Ostap Hrytsenko lost its roof.",
    "Where did the oak come from?",
    "The city council paid 80,000 euros for the timber; it was brought from a forest near Sambir.",
    "Most of the work was done on weekends by volunteers from the village.",
    '"We did not believe that it was possible," says Hrytsenko.',
]
RU = [
    "Снегопад закрыл трассу под Пермью",
    "В ночь на 3 марта под Пермью из-за снегопада закрыли 45 километров трассы.",
    "Водители 120 грузовиков ждали помощи до утра; горячий чай им привозили спасатели из Кунгура.",
    "Кто виноват?",
    "Глава района Ирина Лаптева сказала, что техника вышла на дорогу слишком поздно.",
    "К полудню движение открыли.",
]
RU_EN = [
    "Snowfall closes highway near Perm",
    "On the night of March 3, 45 kilometres of the highway near Perm were closed because of the snowfall.",
    "The drivers of 120 trucks waited for help until the morning; rescuers from Kungur brought them hot tea.",
    "Who is to blame?",
    "The head of the district, Irina Lapteva, said that the machines had come out onto the road too late.",
    "By noon traffic was open again.",
]
DE = [
    "Neue Fähre nach Langeoog",
    "Seit Montag fährt die neue Fähre viermal am Tag von Bensersiel nach Langeoog.",
    "Sie fasst 800 Fahrgäste und kostete 14,5 Millionen Euro, zwei Millionen mehr als geplant.",
    "„Endlich“, sagt Kapitän Enno Janssen.",
    "Bei Niedrigwasser bleibt sie trotzdem im Hafen liegen, denn die Fahrrinne ist nicht tief genug, und ausgebaggert "
    "wird sie frühestens im Herbst.",
    "Wer bezahlt das?",
]
DE_EN = [
    "New ferry to Langeoog",
    "Since Monday the new ferry has been running four times a day from Bensersiel to Langeoog.",
    "It holds 800 passengers and cost 14.5 million euros, two million more than planned.",
    '"At last," says captain Enno Janssen.',
    "At low water it stays in the harbour all the same, for the channel is not deep enough, and it will not be dredged "
    "before the autumn.",
    "Who pays for this?",
]
ZH = [
    "青山镇新桥通车",
    "6月18日上午，连接青山镇和对岸新城区的大桥正式通车，全长1250米。",
    "工程总投资3.6亿元，比原计划提前了两个月。",
    "“以前过河要等半个小时的渡船，现在五分钟就到了，孩子上学也方便多了。”村民说。",
    "大桥限速多少？",
    "交警部门表示，大桥限速60公里，货车暂时不得通行，具体开放时间将另行通知。",
    "记者 John Smith 报道。",
]
ZH_EN = [
    "New bridge opens in Qingshan town",
    "On the morning of June 18 the bridge that links Qingshan with the new district on the other bank was officially "
    "opened to traffic; it is 1,250 metres long.",
    "The total investment was 3.6 hundred million yuan, and the work was done two months ahead of plan.",
    '"In the past we had to wait half an hour for the ferry; now it takes five minutes, and it is much easier for the '
    'children to get to school," a villager said.',
    "What is the speed limit on the bridge?",
    "The traffic police said that the limit is 60 kilometres an hour and that lorries may not pass for the time being; "
    "when they may will be announced separately.",
    "John Smith reports.",
]
TEXTS = {"uk": (UK_EN, UK), "ru": (RU_EN, RU), "de": (DE_EN, DE), "zh": (ZH_EN, ZH)}
each_language = pytest.mark.parametrize("language", TEXTS)

HEAD = ["Home", "News", "Sport", "Weather", "Sign in"]
TAIL = ["Read also", "Your email address will not be published", "Leave a reply", "All rights reserved", "Contact us"]


def align(hyp: list[str], source: list[str], **options: Any) -> Alignment:
    return mtqe.align(hyp, None, source=source, **options)


def pairs(alignment: Alignment) -> set[tuple[tuple[int, ...], tuple[int, ...]]]:
    return {(link.hyp, link.ref) for link in alignment.links if link.kind == "match"}


def one_to_one(*numbers: int) -> set[tuple[tuple[int, ...], tuple[int, ...]]]:
    return {((i,), (i,)) for i in numbers}


def scores(hyp: list[str], source: list[str]) -> float:
    return sum(score for _, score in pair_with_source(hyp, source, None)) / min(len(hyp), len(source))


@settings(max_examples=80)
@given(LINES, LINES)
def test_links_are_monotone_and_no_line_is_in_two(hyp: list[str], source: list[str]) -> None:
    found = pair_with_source(hyp, source, None)
    for (_, before), (_, after) in itertools.pairwise(zip(found, (pair for pair, _ in found), strict=True)):
        assert before[0][-1] < after[0][0]
        assert before[1][-1] < after[1][0]
    for (one, two), score in found:
        assert one == tuple(sorted(set(one)))
        assert two == tuple(sorted(set(two)))
        assert 0 <= score <= 0.5
    assert pair_with_source(hyp, source, None) == found
    if hyp != source:
        assert all(hyp[i].strip() for (one, _), _ in found for i in one)
        assert all(source[j].strip() for (_, two), _ in found for j in two)


@settings(max_examples=40)
@given(LINES, LINES)
def test_every_line_is_in_the_alignment_once(hyp: list[str], source: list[str]) -> None:
    links = align(hyp, source).links
    assert sorted(i for link in links for i in link.hyp) == list(range(len(hyp)))
    assert sorted(j for link in links for j in link.ref) == list(range(len(source)))


@given(LINES)
def test_untranslated_lines_are_paired_one_by_one(lines: list[str]) -> None:
    assert pair_with_source(lines, lines, None) == [(((i,), (i,)), 0.5) for i in range(len(lines))]


@each_language
def test_lines_in_order_are_paired_one_by_one(language: str) -> None:
    hyp, source = TEXTS[language]
    assert pairs(align(hyp, source)) == one_to_one(*range(len(hyp)))


@each_language
def test_empty_lines_between_them_change_nothing(language: str) -> None:
    hyp, source = TEXTS[language]
    spread = [part for line in hyp for part in (line, " ", "")]
    assert pairs(align(spread, source)) == {((3 * i,), (i,)) for i in range(len(hyp))}


@each_language
def test_boilerplate_at_the_edges_stays_alone(language: str) -> None:
    hyp, source = TEXTS[language]
    alignment = align([*HEAD, *hyp, *TAIL], source)
    inner = set(range(1, len(hyp)))  # the heading looks like one more item of the menu
    assert pairs(alignment) >= {((i + len(HEAD),), (i,)) for i in inner}
    alone = {link.hyp[0]: link.kind for link in alignment.links if not link.ref}
    edges = {*range(len(HEAD)), *range(len(HEAD) + len(hyp), len(HEAD) + len(hyp) + len(TAIL))}
    assert {i for i, kind in alone.items() if kind == "boilerplate"} == edges


@pytest.mark.parametrize(("language", "gone"), [("uk", 2), ("uk", 4), ("ru", 2), ("de", 4), ("zh", 3), ("zh", 5)])
def test_a_sentence_that_was_not_translated_is_an_omission(language: str, gone: int) -> None:
    hyp, source = TEXTS[language]
    alignment = align(hyp[:gone] + hyp[gone + 1 :], source)
    assert [link.ref for link in alignment.links if link.kind == "omission"] == [(gone,)]
    assert len(pairs(alignment)) == len(hyp) - 1


@each_language
def test_lines_merged_or_split_are_linked_together(language: str) -> None:
    hyp, source = TEXTS[language]
    rest = {((i - 1,), (i,)) for i in range(3, len(hyp))}
    assert pairs(align([hyp[0], " ".join(hyp[1:3]), *hyp[3:]], source)) == {*one_to_one(0), ((1,), (1, 2)), *rest}
    back = {((i,), (i - 1,)) for i in range(3, len(hyp))}
    assert pairs(align(hyp, [source[0], " ".join(source[1:3]), *source[3:]])) == {*one_to_one(0), ((1, 2), (1,)), *back}


def test_numbers_and_names_find_their_lines_among_others_as_long() -> None:
    source = [
        f"Це речення під номером {n} про місто {name}." for n, name in ((17, "Суми"), (23, "Харків"), (94, "Одеса"))
    ]
    hyp = [f"This sentence, number {n}, is about {name}." for n, name in ((11, "Lyon"), (23, "Kharkiv"), (94, "Odesa"))]
    assert {((1,), (1,)), ((2,), (2,))} <= pairs(align(hyp, source))
    assert pairs(align(hyp[1:], source)) == {((0,), (1,)), ((1,), (2,))}


def test_links_name_the_numbers_and_names_that_speak_for_them() -> None:
    link = next(link for link in align(UK_EN, UK).links if link.hyp == (2,))
    assert {"2019", "Ostap"} <= set(link.evidence)
    assert common_words(["Paid 1,250 euros to Smith"], ["支付给 John Smith 1250 欧元"]) == ["1,250", "Smith"]
    assert common_words(["Nobody knows."], ["Ніхто не знає."]) == []


def test_another_text_gets_low_scores() -> None:
    """Half a dozen lines can have the right lengths by chance, but not in all of these."""
    right = [scores(hyp, source) for hyp, source in TEXTS.values()]
    wrong = [scores(TEXTS[a][0], TEXTS[b][1]) for a, b in itertools.permutations(TEXTS, 2)]
    assert float(np.mean(wrong)) < 0.5 * float(np.mean(right))
    assert max(wrong) < min(right)


def test_scores_of_unrelated_texts_of_many_lines_are_close_to_nothing(root: Path) -> None:
    texts = root / "corpora" / "frontline" / "uk-en"
    read = [
        [path.read_text(encoding="utf-8").splitlines() for path in sorted((texts / folder).glob("*.txt"))]
        for folder in ("references/A", "source")
    ]
    right = [scores(hyp, source) for hyp, source in zip(*read, strict=True)]
    wrong = [scores(hyp, source) for hyp, source in zip(read[0], read[1][1:] + read[1][:1], strict=True)]
    assert min(right) > 0.4
    assert max(wrong) < 0.3
    assert float(np.mean(wrong)) < 0.12


def test_a_long_text_that_lacks_its_middle_is_found_again() -> None:
    source = [f"У рядку {i} стоїть число {7 * i + 100} і ще кілька слів." for i in range(640)]
    hyp = [f"Line {i} has the number {7 * i + 100} in it and a few more words." for i in range(640)]
    kept = [*range(150), *range(420, len(hyp))]
    found = {pair for pair, _ in pair_with_source([hyp[i] for i in kept], source, None)}
    right = {((k,), (i,)) for k, i in enumerate(kept)}
    assert len(right & found) > 0.95 * len(right)


def test_the_signature_says_how_far_scores_go() -> None:
    alignment = align(UK_EN, UK)
    assert alignment.signature == f"{METHOD}|score<=0.5"
    assert alignment.ref == tuple(UK)
    assert all(link.score <= 0.5 for link in alignment.links)
    assert align(UK_EN, UK, encoder=Oracle()).signature == f"{METHOD}|encoder:oracle"
    assert mtqe.align(UK_EN, UK_EN, source=UK).signature == "lcs|v2"
    assert mtqe.align(UK_EN, [], source=UK).signature == alignment.signature


class Oracle:
    """An encoder for which a line and its translation are the same."""

    fingerprint = "oracle"

    def encode(self, texts: list[str], /) -> Any:
        places = {line: i for hyp, source in TEXTS.values() for side in (hyp, source) for i, line in enumerate(side)}
        return np.eye(16)[[places.get(text, 15) for text in texts]]


def test_vectors_find_what_lengths_do_not() -> None:
    hyp, source = [UK_EN[i] for i in (3, 5)], [UK[3], UK[0], UK[5]]
    alignment = align(hyp, source, encoder=Oracle())
    assert pairs(alignment) == {((0,), (0,)), ((1,), (2,))}
    assert max(link.score for link in alignment.links) > 0.5


def test_documents_bound_the_links_and_are_checked() -> None:
    names = ["a"] * len(UK) + ["b"] * len(RU)
    alignment = align([*UK_EN, *RU_EN], [*UK, *RU], hyp_documents=names, ref_documents=names)
    assert pairs(alignment) == one_to_one(*range(len(names)))
    with pytest.raises(InputError):
        align(UK_EN, UK, hyp_documents=names, ref_documents=names)
    with pytest.raises(ConfigError, match="go together"):
        align(UK_EN, UK, hyp_documents=["a"] * len(UK))


def test_what_cannot_be_asked_for_is_refused() -> None:
    with pytest.raises(ConfigError, match="a reference or a source"):
        mtqe.align(UK_EN, None)
    with pytest.raises(ConfigError, match="reorder needs a reference"):
        align(UK_EN, UK, reorder=True)


@pytest.mark.parametrize(("hyp", "source"), [([], []), ([], UK), (UK_EN, []), (["", " "], UK), (UK_EN, [""])])
def test_without_lines_there_are_no_links(hyp: list[str], source: list[str]) -> None:
    assert pairs(align(hyp, source)) == set()


def test_a_line_with_everything_is_linked_to_all_that_it_can_hold() -> None:
    found = align([" ".join(UK_EN[1:5])], UK[1:5])
    assert pairs(found) == {((0,), (0, 1, 2, 3))}


def test_natural_text_of_two_languages(shared: Path) -> None:
    """A yearbook in German and French, from two authors who kept their own paragraphs."""
    score = runpy.run_path(str(shared / "tools" / "score_align.py"))["score"]
    lines = (shared / "data" / "align" / "natural_eval1957.jsonl").read_text(encoding="utf-8").split("\n")
    entries = [entry for entry in map(json.loads, filter(None, lines)) if entry.get("src")]
    gold = [
        {"id": entry["id"], "hyp": entry["ref"], "ref": entry["src"], "gold": [[r, h] for h, r in entry["gold"]]}
        for entry in entries
    ]
    found = {e["id"]: [pair for pair, _ in pair_with_source(e["hyp"], e["ref"], None)] for e in gold}
    result = score(gold, found)
    assert result["strict_f1"] > 0.8
    assert result["lax_f1"] > 0.95


def test_an_encoder_of_one_language_is_refused() -> None:
    with pytest.raises(ConfigError, match="minilm knows English only"):
        mtqe.align(["A mill."], None, source=["Млин."], encoder="minilm")
