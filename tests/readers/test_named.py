"""Test sets found by name: WMT's folders, sacreBLEU's test sets, data sets of a hub, web pages."""

import sys
from pathlib import Path
from typing import Any

import pytest
from sacrebleu.dataset import DATASETS
from sacrebleu.dataset.wmt_xml import WMTXMLDataset

from mtqe.errors import ConfigError, InputError, UnavailableError
from mtqe.readers import is_data_set_name, load, parts, read

NEW = ("sources/t.uk-en.src.uk", "references/t.uk-en.ref.A.en", "system-outputs/t.uk-en.hyp.Online-A.b.en")
OLD = ("sources/t-uken-src.uk", "references/t-uken-ref.en", "system-outputs/t/uk-en/t.Online-A.b.uk-en")


CODES = tuple(name.replace("uk-en", "uk-en_GB") for name in NEW)


@pytest.mark.parametrize("names", [NEW, OLD, CODES])
def test_wmt_folders(tmp_path: Path, names: tuple[str, ...]) -> None:
    for name, line in zip(names, ("Дощ.", "Rain.", "A rain."), strict=True):
        (tmp_path / "w" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "w" / name).write_text(line + "\n", encoding="utf-8")
    (tmp_path / "w/README.md").write_text("x")
    if names == CODES:
        assert load(tmp_path / "w", languages="uk-en_GB").systems[0].name == "Online-A.b"
        return
    test_set = load(tmp_path / "w", languages="uk-en")
    assert [(s.source, s.references) for s in test_set.segments] == [("Дощ.", ("Rain.",))]
    assert [(s.name, s.texts, s.human) for s in test_set.systems] == [("Online-A.b", ("A rain.",), False)]
    with pytest.raises(InputError, match=r"w: has no en-uk; -l is one of uk-?en"):
        load(tmp_path / "w", languages="en-uk")
    (tmp_path / "w/references/notes.doc").write_text("x\n")
    assert load(tmp_path / "w", languages="uk-en").notes[0].startswith(f"{tmp_path}/w: files with other names")
    (tmp_path / "w/sources/u.uk-en.src.uk").write_text("x\n")
    with pytest.raises(InputError, match="w: has several test sets for uk-en: t, u; keep"):
        load(tmp_path / "w", languages="uk-en")


XML = """<dataset>
<doc id="d" origlang="uk" domain="news"><src lang="uk"><seg id="1">а</seg><seg id="2">б</seg></src>
<ref lang="en" translator="A"><seg id="1">a</seg><seg id="2">b</seg></ref></doc>
<doc id="e" origlang="uk" domain="talk"><src lang="uk"><seg id="1">в</seg></src>
<ref lang="en" translator="A"><seg id="1">c</seg></ref></doc>
</dataset>"""


def test_sacrebleu_names(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tiny = WMTXMLDataset("tiny24", data=[], langpairs={"uk-en": ["x.xml"], "cs-en": ["none.xml"]}, refs=["A"])
    tiny._outdir, tiny._rawdir = str(tmp_path), str(tmp_path / "raw")
    (tmp_path / "raw").mkdir()
    (tmp_path / "raw/x.xml").write_text(XML, encoding="utf-8")
    monkeypatch.setitem(DATASETS, "tiny24", tiny)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "s.txt").write_text("a\nb\nd\n")
    test_set = load("tiny24", translations="s.txt", languages="uk-en")
    assert (test_set.name, test_set.domains) == ("tiny24", {"d": "news", "e": "talk"})
    assert [(s.id, s.source, s.references) for s in test_set.segments] == [
        ("d:1", "а", ("a",)),
        ("d:2", "б", ("b",)),
        ("e:3", "в", ("c",)),
    ]
    hyp = '<hyp system="S" language="en"><seg id="1">x</seg>{}</hyp></doc>'
    one, two, rest = XML.split("</doc>")
    (tmp_path / "raw/x.xml").write_text(one + hyp.format('<seg id="2">y</seg>') + two + hyp.format("") + rest)
    (tmp_path / "tiny").mkdir()
    tiny._outdir, tiny.name = str(tmp_path / "tiny"), "tiny24/systems"
    monkeypatch.setitem(DATASETS, "tiny24/systems", tiny)
    assert load("tiny24/systems", languages="uk-en").system("S").texts == ("x", "y", "x")
    with pytest.raises(InputError, match="tiny24: has no de-en; -l is one of cs-en, uk-en"):
        load("tiny24", languages="de-en")
    with pytest.raises(UnavailableError, match=r"test set tiny24 cannot be had \(.*; sacrebleu -t tiny24 -l cs-en"):
        load("tiny24", languages="cs-en")
    with pytest.raises(InputError, match=r"tiny24: is a data set where a text is needed; .*did you mean -d tiny24\?"):
        read("tiny24")
    assert is_data_set_name("tiny24")
    (tmp_path / "tiny24").write_text("x\n")
    assert not is_data_set_name("tiny24")
    assert read("tiny24").documents[0].lines == ("x",)


@pytest.fixture
def offline(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Any:
    """The `datasets` library with caches of its own, in a fresh directory."""
    datasets = pytest.importorskip("datasets")
    monkeypatch.setattr(datasets.config, "HF_DATASETS_CACHE", tmp_path / "cache")
    monkeypatch.setattr(datasets.config, "HF_HUB_OFFLINE", True)
    datasets.disable_progress_bars()
    monkeypatch.chdir(tmp_path)
    return datasets


ROWS: dict[str, list[Any]] = {
    "translation": [{"uk": "а\t1", "en": "a\u2028b"}, {"uk": "б", "en": ""}, {"uk": "в", "en": None}],
    "mt": ["A\n", None, ""],
    "n": [1, 2, 3],
}
COLUMNS = "source=translation.uk,reference=translation.en,gpt=mt,id=n"


@pytest.mark.parametrize("form", ["saved", "splits", "jsonl", "parquet"])
def test_data_sets_of_the_datasets_library(offline: Any, form: str) -> None:
    data = offline.Dataset.from_dict(ROWS)
    Path("d").mkdir()
    if form == "saved":
        data.save_to_disk("d")
    elif form == "splits":
        offline.DatasetDict({"test": data, "dev": data.select([0])}).save_to_disk("d")
    elif form == "jsonl":
        data.to_json("d/test.jsonl", force_ascii=False)
    else:
        data.to_parquet("d/test-00000-of-00001.parquet")
    test_set = load(f"hf:d,{COLUMNS}", languages="uk-en")
    assert [(s.source, s.references) for s in test_set.segments] == [
        ("а\t1", ("a\u2028b",)),
        ("б", ("",)),
        ("в", (None,)),
    ]
    assert (test_set.system("gpt").texts, test_set.segments[1].id[-2:]) == (("A\n", None, ""), ":2")
    assert [len(part.segments) for part in parts(f"hf:d,{COLUMNS}", languages="uk-en", size=1)] == [1, 1, 1]
    if form == "splits":
        assert len(load(f"hf:d,split=dev,{COLUMNS}", languages="uk-en").segments) == 1
    with pytest.raises((ConfigError, UnavailableError), match=r"d .*split"):
        load(f"hf:d,split=train,{COLUMNS}", languages="uk-en")


def test_what_a_data_set_does_not_have_is_named(offline: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    offline.Dataset.from_dict(ROWS).save_to_disk("d")
    for request, error, message in [
        ("hf:d", ConfigError, "names no columns; write hf:ID,split=test"),
        ("hf:d,reference=translation.de", InputError, "unknown column 'translation.de'"),
        ("hf:d,reference=mtt", InputError, "unknown column 'mtt'; did you mean 'mt'"),
        ("hf:d,reference=n", InputError, "column 'n' has int where text is needed"),
        ("hf:d,revision=x,reference=mt", ConfigError, "d is stored here as it is; leave config and revision out"),
        ("hf:d,split=test,reference=mt", ConfigError, "has no split 'test'; its splits are none, so leave it out"),
        ("hf:no/where,reference=x", UnavailableError, r"data set no/where cannot be had \(.*; check its id"),
    ]:
        with pytest.raises(error, match=message):
            load(request, languages="en")
    monkeypatch.setitem(sys.modules, "datasets", None)
    with pytest.raises(UnavailableError, match=r"needs the package datasets: pip install 'mtqe\[hub\]'"):
        load("hf:d,reference=mt", languages="en")


PAGE = """<!DOCTYPE html><html lang="en"><head><title>Storm closes harbour | The Post</title>
<meta property="og:title" content="Storm closes harbour"></head><body>
<nav><ul><li><a href="/">Home</a></li><li><a href="/news">News of the day</a></li></ul></nav>
<figure><img src="x"><figcaption>An advertisement.</figcaption></figure>
<main><article><h1>Storm closes harbour</h1>
<p>A storm on Tuesday closed the harbour of Westport for the third time this year, officials said.</p>
<figure><img src="a"><figcaption>Boats  lie at anchor.</figcaption></figure>
<p>Waves of up to six metres broke over the northern pier, and <b>two</b> boats were torn from their moorings.</p>
<h2>Ferries cancelled</h2>
<blockquote><p>We have not seen such a sea since 1987.</p><p>We hope that we never see it again.</p></blockquote>
<ul><li>The pier is closed to visitors.</li><li>The coast road is open in one direction.</li></ul>
<p>The lifeboat went out twice and brought four people back to the harbour.<br>They are well.</p>
</article></main>
<aside><figure><img src="b"><figcaption>Another story.</figcaption></figure></aside>
<footer><p>Copyright The Post. All rights reserved.</p></footer></body></html>"""


def test_a_web_page_has_kinds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    page = tmp_path / "x.html"
    page.write_text(PAGE)
    pytest.importorskip("trafilatura", exc_type=ImportError)
    test_set = load(page, languages="en")
    assert [(s.references[0], s.metadata["kind"]) for s in test_set.segments] == [
        ("Storm closes harbour", "title"),
        (
            "A storm on Tuesday closed the harbour of Westport for the third time this year, officials said.",
            "paragraph",
        ),
        ("Boats lie at anchor.", "caption"),
        (
            "Waves of up to six metres broke over the northern pier, and two boats were torn from their moorings.",
            "paragraph",
        ),
        ("Ferries cancelled", "heading"),
        ("We have not seen such a sea since 1987.", "quotation"),
        ("We hope that we never see it again.", "quotation"),
        ("The pier is closed to visitors.", "item"),
        ("The coast road is open in one direction.", "item"),
        ("The lifeboat went out twice and brought four people back to the harbour. They are well.", "paragraph"),
    ]
    page.write_text("<html><body></body></html>")
    with pytest.raises(InputError, match="has no article that could be found"):
        read(page)


def test_a_web_page_names_its_extra(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "x.html").write_text(PAGE)
    monkeypatch.setitem(sys.modules, "trafilatura", None)
    with pytest.raises(
        UnavailableError, match=r"x\.html: a web page needs trafilatura and lxml_html_clean: pip install 'mtqe\[web\]'"
    ):
        read(tmp_path / "x.html")
