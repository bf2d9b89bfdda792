"""WMT XML, TMX and XLIFF: what pairs with what, what is missing, and what an attacker may try."""

import gzip
from pathlib import Path

import pytest
from sacrebleu.dataset.wmt_xml import WMTXMLDataset

from mtqe.errors import InputError
from mtqe.readers import load, read

WMT = """<?xml version="1.0" encoding="utf-8"?>
<dataset id="tiny"><!-- <tmx> -->
 <doc origlang="uk" id="x" domain="news">
  <src lang="uk"><p><seg id="1">Дощ &amp; сніг.</seg></p><p><seg id="2">Вітер.</seg></p></src>
  <ref lang="en" translator="A"><p><seg id="1">Rain &amp; snow.</seg><seg id="2">Wind.</seg></p></ref>
  <ref lang="en" translator="B"><p><seg id="2">A wind.</seg></p></ref>
  <hyp system="one" language="en"><p><seg id="1">Rain, <!-- x -->snow.</seg><seg id="2"></seg></p></hyp>
 </doc>
 <doc origlang="en" id="y">
  <src lang="uk"><seg id="1">Ні.</seg></src>
  <ref lang="en" translator="A"><seg id="1">No.</seg></ref>
 </doc>
 <doc origlang="en" id="z" testsuite="s"><src lang="uk"><seg id="1">а</seg></src></doc>
</dataset>
"""


def write(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


def test_wmt_xml_pairs_by_id(tmp_path: Path) -> None:
    test_set = load(write(tmp_path / "x.xml", WMT), languages="uk-en")
    assert [(s.id, s.source, s.references) for s in test_set.segments] == [
        ("x:1", "Дощ & сніг.", ("Rain & snow.", None)),
        ("x:2", "Вітер.", ("Wind.", "A wind.")),
        ("y:1", "Ні.", ("No.", None)),
    ]
    assert [d.metadata for d in test_set.documents] == [{"domain": "news", "origlang": "uk"}, {"origlang": "en"}]
    assert [(s.name, s.texts) for s in test_set.systems] == [("one", ("Rain, snow.", "", None))]
    assert test_set.notes == (
        f"{tmp_path}/x.xml: 1 documents of test suites were left out",
        f"{tmp_path}/x.xml: no output of 'one' for 1 segment",
        f"{tmp_path}/x.xml: no reference 2 for 2 segments",
    )
    assert len(load(tmp_path / "x.xml", languages="en").segments) == 3
    human = '<hyp system="refB"><seg id="2">A wind.</seg></hyp>\n </doc>\n <doc origlang="en" id="y"'
    test_set = load(
        write(tmp_path / "x.xml", WMT.replace('</doc>\n <doc origlang="en" id="y"', human)), languages="uk-en"
    )
    assert test_set.system("refB").human
    same = "human output 'refB' is reference 2 itself and is not scored against it"
    assert any(note.endswith(same) for note in test_set.notes)


def test_wmt_xml_is_read_as_sacrebleu_reads_it(tmp_path: Path) -> None:
    one_reference = WMT.replace(' <ref lang="en" translator="B"><p><seg id="2">A wind.</seg></p></ref>\n', "").replace(
        "<!-- x -->", ""
    )
    start, system, end = one_reference.partition('  <hyp system="one"')
    path = write(tmp_path / "x.xml", start + end.partition("</hyp>\n")[2])
    assert system
    fields = WMTXMLDataset._unwrap_wmt21_or_later(str(path))
    test_set = load(path, languages="uk-en")
    assert fields["src"] == [s.source for s in test_set.segments]
    assert fields["ref:A"] == [s.references[0] for s in test_set.segments]
    assert fields["docid"] == [s.document for s in test_set.segments]


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('lang="uk"><p>', 'lang="cs"><p>', "x.xml:4: src is in 'cs', not 'uk'; -l names the languages"),
        ('translator="A"><p><seg id="1">', 'translator="A"><p><seg id="9">', "x.xml:3: segment '9' has no source"),
        ('<p><seg id="2">В', '<p><seg id="1">В', "x.xml:4: a segment has the id '1' of another"),
        ('translator="B"', 'translator="A"', "x.xml:6: has two ref of 'A'"),
        ('system="one" ', "", "x.xml:7: a hyp has no system"),
        ("</dataset>", "", "is no well-formed XML"),
        ("Вітер", "&x;", "is no well-formed XML (Entity 'x' not defined"),
    ],
)
def test_bad_wmt_xml_names_the_line(tmp_path: Path, old: str, new: str, message: str) -> None:
    assert old in WMT
    with pytest.raises(InputError) as raised:
        load(write(tmp_path / "x.xml", WMT.replace(old, new, 1)), languages="uk-en")
    assert message in str(raised.value)
    assert "\n" not in str(raised.value)


TMX = """<?xml version="1.0"?>
<!DOCTYPE tmx SYSTEM "tmx14.dtd">
<tmx version="1.4"><header/><body>
<tu tuid="a"><tuv xml:lang="uk-UA"><seg>Це <bpt i="1">&lt;b></bpt>дощ<ept i="1">&lt;/b></ept>.</seg></tuv>
<tuv xml:lang="EN-us"><seg>It <hi>is</hi> rain.</seg></tuv><tuv xml:lang="en"><seg>Rain.</seg></tuv></tu>
<tu><tuv xml:lang="en"><seg></seg></tuv></tu>
<tu><tuv xml:lang="uk"><seg>Ні.</seg></tuv></tu>
</body></tmx>
"""


def test_tmx_has_the_two_languages(tmp_path: Path) -> None:
    path = tmp_path / "x.tmx.gz"
    path.write_bytes(gzip.compress(TMX.encode("utf-16")))
    assert [(s.id, s.source, s.references) for s in load(path, languages="uk-en").segments] == [
        ("x:a", "Це дощ.", ("It is rain.", "Rain.")),
        ("x:2", None, ("", None)),
        ("x:3", "Ні.", (None, None)),
    ]
    assert load(path, languages="en").segments[0].references == ("It is rain.", "Rain.")
    with pytest.raises(InputError, match=r"has no text in de, but in EN-us, en, uk, uk-UA; -l names"):
        load(path, languages="uk-de")
    with pytest.raises(InputError, match=r"gz:4: a unit has 2 variants in en, and 2 in en_US; keep one source"):
        load(path, languages="en-en_US")
    path.write_bytes(gzip.compress(TMX.replace("<tu>", '<tu tuid="a">').encode()))
    assert [s.id for s in load(path, languages="en").segments] == ["x:1", "x:2", "x:3"]


XLIFF = """<xliff version="1.2" xmlns="urn:oasis:names:tc:xliff:document:1.2">
<file original="o.txt" source-language="uk" target-language="en-GB" datatype="plaintext"><body>
<group><trans-unit id="1"><source>Дощ <x id="1"/>іде.</source><target>It <g id="2">rains</g>.</target>
<alt-trans><target>Rain.</target></alt-trans></trans-unit></group>
<trans-unit id="2"><source>Ні.</source></trans-unit>
</body></file></xliff>
"""


def test_xliff_is_a_data_set_and_a_text(tmp_path: Path) -> None:
    path = write(tmp_path / "x.xlf", XLIFF)
    assert [(s.id, s.source, s.references) for s in load(path, languages="uk-en").segments] == [
        ("x:1", "Дощ іде.", ("It rains.",)),
        ("x:2", "Ні.", (None,)),
    ]
    with pytest.raises(InputError, match=r"x\.xlf:5: a unit has no target; -d takes it"):
        read(path)
    write(path, XLIFF.replace("Ні.</source>", "Ні.</source><target/>"))
    assert read(path).documents[0].lines == ("It rains.", "")
    with pytest.raises(InputError, match=r"x\.xlf:2: source-language is 'uk', not 'cs'"):
        load(path, languages="cs-en")
    with pytest.raises(InputError, match=r"is XLIFF 2\.0, and 1\.2 is what is read; save it as"):
        load(write(path, XLIFF.replace('"1.2"', '"2.0"', 1)), languages="uk-en")


LAUGHS = "".join(f'<!ENTITY a{i} "{f"&a{i - 1};" * 10}">' for i in range(1, 10))
ATTACKS = {
    "a billion laughs": (f'<!DOCTYPE tmx [<!ENTITY a0 "ha">{LAUGHS}]>', "&a9;"),
    "a file": ('<!DOCTYPE tmx [<!ENTITY a SYSTEM "SECRET">]>', "&a;"),
    "a parameter": ('<!DOCTYPE tmx [<!ENTITY % a SYSTEM "SECRET"> %a;]>', "text"),
    "an outer DTD": ('<!DOCTYPE tmx SYSTEM "SECRET">', "&a;"),
    "depth": ("", "<hi>" * 10_000 + "</hi>" * 10_000),
    "a long text": ("", "x" * 11_000_000),
}


@pytest.mark.parametrize("attack", ATTACKS)
def test_attacks_are_refused(tmp_path: Path, attack: str) -> None:
    secret = write(tmp_path / "secret", '<!ENTITY a "told">')
    head, body = ATTACKS[attack]
    text = f'{head}<tmx version="1.4"><body><tu><tuv xml:lang="en"><seg>{body}</seg></tuv></tu></body></tmx>'
    for encoding in ("utf-8", "utf-16"):
        path = tmp_path / "x.tmx"
        path.write_bytes(text.replace("SECRET", secret.as_uri()).encode(encoding))
        with pytest.raises(InputError) as raised:
            load(path, languages="en")
        assert "told" not in str(raised.value)


def test_xml_that_is_no_format_is_no_text(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"x\.xml: no reader accepts this file; name one with --input-format"):
        read(write(tmp_path / "x.xml", "<a>\n</a>\n"))
    assert read(tmp_path / "x.xml", "text").documents[0].lines == ("<a>", "</a>")
