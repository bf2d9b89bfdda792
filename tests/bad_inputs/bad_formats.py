"""Bad data sets: tables, JSON Lines, Parquet, XML, web pages, and formats under the names of others."""

import gzip
import json
from collections.abc import Iterator

import pyarrow as pa
import pyarrow.parquet as pq
from bad_cases import NOTED, REFUSED, SAME, SET, WARNED, Case
from clean_files import HYP, NAMES, ROWS
from spoiling import BOM, Spoil, both, edit, line, nothing, packed, put, swap

_MARK = r"set\.\w+: a byte-order mark was stripped"


def _set(path: str) -> str:
    return SET.replace("set.tsv", path)


def _in(ending: str, name: str, spoil: Spoil, *expected: object, **more: object) -> Case:
    return Case(f"{ending}: {name}", spoil, *expected, command=_set(f"set.{ending}"), clean=SET, **more)


def _tsv() -> Iterator[Case]:
    name = "set.tsv"
    yield _in("tsv", "a byte-order mark", edit(name, lambda d: BOM + d), NOTED, _MARK)
    yield _in(
        "tsv", "two files joined", line(name, 9, lambda d: BOM + d), NOTED, r"set\.tsv: 1 line with a byte-order.*\(9\)"
    )
    yield _in("tsv", "Windows line ends", edit(name, lambda d: d.replace(b"\n", b"\r\n")), SAME)
    yield _in(
        "tsv",
        "carriage returns only",
        edit(name, lambda d: d.replace(b"\n", b"\r")),
        REFUSED,
        r"set\.tsv:1: .*carriage",
    )
    yield _in(
        "tsv",
        "utf-16",
        edit(name, lambda d: d.decode().encode("utf-16")),
        REFUSED,
        r"set\.tsv: is utf-16.*; save the file as UTF-8",
    )
    yield _in(
        "tsv",
        "a field less",
        line(name, 5, lambda d: d.rpartition(b"\t")[0]),
        REFUSED,
        r"set\.tsv:5: 3 fields under a header of 4; ",
    )
    yield _in(
        "tsv",
        "a field more",
        line(name, 5, lambda d: d + b"\tmore"),
        REFUSED,
        r"set\.tsv:5: 5 fields under a header of 4; ",
    )
    yield _in(
        "tsv",
        "spaces for a tab",
        line(name, 1, lambda d: d.replace(b"\t", b"    ")),
        REFUSED,
        r"set\.tsv:1: .*'reference'",
    )
    yield _in("tsv", "a blank line at the end", edit(name, lambda d: d + b"\n"), REFUSED, r"set\.tsv:22: 1 field under")
    yield _in("tsv", "no reference column", swap(name, "reference", "gold"), REFUSED, "reference")
    yield _in(
        "tsv", "a column twice", swap(name, "other", "hyp"), REFUSED, r"set\.tsv:1: column 4, 'hyp', is column 3 again"
    )
    yield _in(
        "tsv", "a column without a name", swap(name, "other", ""), REFUSED, r"set\.tsv:1: column 4 of 4 has no name; "
    )
    yield _in(
        "tsv",
        "no header",
        line(name, 1, lambda _: b"\t".join(x.encode() for x in ROWS[0])),
        REFUSED,
        r"set\.tsv:1: .*'reference'",
    )
    yield _in(
        "tsv", "a header alone", edit(name, lambda d: d.splitlines(True)[0]), REFUSED, r"set\.tsv: the file has no row"
    )
    yield _in("tsv", "nothing", put(name, b""), REFUSED, r"set\.tsv: the file is empty")
    yield _in(
        "tsv",
        "latin-1 in a row",
        line(name, 8, lambda d: d.replace("é".encode(), b"\xe9")),
        REFUSED,
        r"set\.tsv:8: not valid",
    )
    yield _in(
        "tsv",
        "fields quoted as in CSV",
        line(name, 3, lambda d: d + b'\t"a ""b"" c"'),
        REFUSED,
        r"set\.tsv:3: 5 fields",
    )
    cut = packed(name, ".gz", lambda d: gzip.compress(d)[:-20])
    yield _in("tsv.gz", "cut off", cut, REFUSED, r"set\.tsv\.gz: is damaged or cut off")
    yield _in(
        "tsv", "a NUL inside", swap(name, "Nobody argued", "Nobody\0argued"), WARNED, r"set\.tsv: 1 line with a NUL"
    )
    repeated = both(swap(name, "source", "id"), swap(name, ROWS[1][0], ROWS[0][0]))
    said = r"segment id .* stands twice|set\.tsv:3: has the document and id of line 2"
    yield Case("tsv: an id twice", repeated, REFUSED, said, "convert set.tsv new.jsonl -l en")
    numbered = swap(name, "other", "reference" + "9" * 5000)
    yield Case("tsv: a reference of 5000 digits", numbered, WARNED, "", _set(name))


def _csv() -> Iterator[Case]:
    name = "set.csv"
    yield _in("csv", "a byte-order mark", edit(name, lambda d: BOM + d), NOTED, _MARK)
    yield _in(
        "csv", "two files joined", line(name, 9, lambda d: BOM + d), NOTED, r"set\.csv: 1 line with a byte-order.*\(9\)"
    )
    yield _in("csv", "Windows line ends", edit(name, lambda d: d.replace(b"\n", b"\r\n")), SAME)
    yield _in("csv", "utf-16", edit(name, lambda d: d.decode().encode("utf-16")), NOTED, _MARK)
    yield _in(
        "csv",
        "a quotation mark never closed",
        edit(name, lambda d: d.rstrip()[:-1]),
        REFUSED,
        r"set\.csv:21: is no CSV .*; ",
    )
    yield _in(
        "csv", "a quotation mark not doubled", swap(name, "Nobody", 'No"body'), REFUSED, r"set\.csv:12: is no CSV .*; "
    )
    yield _in(
        "csv",
        "semicolons",
        edit(name, lambda d: d.replace(b'","', b'";"')),
        REFUSED,
        r"set\.csv:1: has semicolons.*; save",
    )
    yield _in(
        "csv",
        "a comma without quotation marks",
        line(name, 4, lambda d: d.replace(b'"', b"") + b",more"),
        REFUSED,
        r"set\.csv:4: 5 fields under a header of 4; ",
    )
    yield _in("csv", "a blank line inside", line(name, 4, lambda d: b"\n" + d), REFUSED, r"set\.csv:4: 0 fields")
    yield _in(
        "csv", "latin-1", edit(name, lambda d: d.replace("é".encode(), b"\xe9")), REFUSED, r"set\.csv:8: not valid"
    )
    yield _in(
        "csv",
        "a workbook",
        put(name, b"PK\x03\x04" + bytes(99)),
        REFUSED,
        r"set\.csv: is an archive or an office document; ",
    )
    nul = swap(name, "Nobody argued", "Nobody\0argued")
    yield _in("csv", "a NUL inside", nul, WARNED, r"set\.csv: 1 line with a NUL .*\(12\)")
    yield _in("csv", "nothing", put(name, b""), REFUSED, r"set\.csv: the file is empty")


def _jsonl() -> Iterator[Case]:
    name = "set.jsonl"
    row = {**dict(zip(NAMES, ROWS[2], strict=True))}

    def third(content: str) -> Spoil:
        return line(name, 3, lambda _: content.encode("utf-8", "surrogatepass"))

    def with_hyp(value: str) -> Spoil:
        return third(json.dumps({**row, "hyp": "HERE"}).replace('"HERE"', value))

    yield _in("jsonl", "a byte-order mark", edit(name, lambda d: BOM + d), NOTED, _MARK)
    yield _in(
        "jsonl",
        "two files joined",
        line(name, 3, lambda d: BOM + d),
        NOTED,
        r"set\.jsonl: 1 line with a byte-order.*\(3\)",
    )
    yield _in("jsonl", "Windows line ends", edit(name, lambda d: d.replace(b"\n", b"\r\n")), SAME)
    yield _in("jsonl", "a number", with_hyp("7"), REFUSED, r"set\.jsonl:3: 'hyp' is a number where a text is needed; ")
    yield _in("jsonl", "a list", with_hyp('["a"]'), REFUSED, r"set\.jsonl:3: 'hyp' is a list")
    yield _in("jsonl", "NaN", with_hyp("NaN"), REFUSED, r"set\.jsonl:3: ")
    yield _in("jsonl", "a huge number", with_hyp("9" * 5000), REFUSED, r"set\.jsonl:3: ")
    yield _in("jsonl", "deep nesting", with_hyp("[" * 100_000 + "]" * 100_000), REFUSED, r"set\.jsonl:3: ")
    yield _in("jsonl", "a missing text", with_hyp("null"), WARNED, r"set\.jsonl: no output of 'hyp' for 1 segment")
    yield _in("jsonl", "half a surrogate pair", with_hyp(r'"\ud83d"'), REFUSED, r"set\.jsonl:3: .*surrogate")
    yield _in(
        "jsonl",
        "a key twice",
        third('{"reference": "a", "reference": "b"}'),
        REFUSED,
        r"set\.jsonl:3: .*a key stands twice",
    )
    yield _in("jsonl", "a key less", third('{"reference": "a"}'), REFUSED, r"set\.jsonl:3: has no '\w+'; ")
    yield _in(
        "jsonl",
        "a key more",
        third(json.dumps({**row, "hyp2": "x"})),
        REFUSED,
        r"set\.jsonl:3: unknown key 'hyp2'; did you mean 'hyp'",
    )
    yield _in("jsonl", "a text alone", third('"Nobody"'), REFUSED, r"set\.jsonl:3: is no JSON object; ")
    yield _in("jsonl", "a blank line", third(""), REFUSED, r"set\.jsonl:3: is a blank line; ")
    yield _in("jsonl", "cut off", edit(name, lambda d: d[:-9]), REFUSED, r"set\.jsonl:20: is no JSON .*; ")
    whole = edit(name, lambda d: json.dumps([json.loads(x) for x in d.splitlines()], indent=1).encode())
    yield _in(
        "jsonl", "one list over many lines", whole, REFUSED, r"set\.jsonl:1: is no JSON .*; write one object a line"
    )


def _parquet() -> Iterator[Case]:
    def table(columns: dict[str, object]) -> Spoil:
        return lambda directory: pq.write_table(pa.table(columns), directory / "set.parquet")

    texts = [row[1] for row in ROWS]
    nested = table({"reference": texts, "hyp": [[text] for text in HYP]})
    yield _in("parquet", "a nested column", nested, REFUSED, r"set\.parquet: column 'hyp' is list.*; make it")
    yield _in("parquet", "numbers", table({"reference": texts, "hyp": range(20)}), REFUSED, r"'hyp' is int64")
    yield _in(
        "parquet",
        "no rows",
        table({"reference": pa.array([], "string"), "hyp": pa.array([], "string")}),
        REFUSED,
        "no row",
    )
    yield _in(
        "parquet",
        "cut off",
        edit("set.parquet", lambda d: d[: len(d) // 2]),
        REFUSED,
        r"set\.parquet: is no Parquet file",
    )
    damaged = edit("set.parquet", lambda d: d[:100] + bytes(200) + d[300:])
    yield _in("parquet", "zeros inside", damaged, REFUSED, r"set\.parquet: cannot be read after row 0")
    yield _in("parquet", "a text", put("set.parquet", b"Nobody argued.\n"), REFUSED, r"set\.parquet: no reader accepts")


def _xml() -> Iterator[Case]:
    declared = "".join(f'<!ENTITY l{i} "{f"&l{i - 1};" * 10}">' for i in range(1, 10))
    laughs = f'<!DOCTYPE x [<!ENTITY l0 "ha">{declared}]>'
    outside = '<!DOCTYPE x [<!ENTITY out SYSTEM "file:///etc/hostname">]>'
    beside = "-t hyp.txt other.txt"
    for ending, root, commands in (
        ("tmx", "<tmx", f"set.tmx {beside}"),
        ("xlf", "<xliff", f"set.xlf {beside}"),
        ("xml", "<dataset", "set.xml"),
    ):
        name = f"set.{ending}"

        def case(
            what: str, spoil: Spoil, outcome: object, says: str, command: str = _set(commands), e: str = ending
        ) -> Case:
            return Case(f"{e}: {what}", spoil, outcome, says, command, SET)

        yield case("a byte-order mark", edit(name, lambda d: BOM + d), SAME, "")
        recoded = edit(name, lambda d: d.decode().replace("UTF-8", "UTF-16").encode("utf-16"))
        yield case("utf-16", recoded, SAME, "")
        yield case(
            "entities in entities",
            both(swap(name, root, laughs + root), swap(name, "Nobody", "&l9;")),
            REFUSED,
            rf"set\.{ending}(:\d+)?: (declares entities|is no well)",
        )
        yield case(
            "an entity from outside",
            both(swap(name, root, outside + root), swap(name, "Nobody", "&out;")),
            REFUSED,
            rf"set\.{ending}(:\d+)?: (declares entities|has an entity)",
        )
        yield case(
            "a DTD from outside", swap(name, root, '<!DOCTYPE x SYSTEM "http://example.org/x.dtd">' + root), SAME, ""
        )
        yield case(
            "cut off", edit(name, lambda d: d[: len(d) // 2]), REFUSED, rf"set\.{ending}:\d+: is no well-formed XML .*"
        )
        yield case(
            "a bare ampersand", swap(name, "Nobody", "Nobody & no one"), REFUSED, rf"set\.{ending}:\d+: is no well"
        )
        yield case(
            "a control character", swap(name, "Nobody", "No\x02body"), REFUSED, rf"set\.{ending}:\d+: is no well"
        )
        yield case(
            "latin-1 undeclared",
            edit(name, lambda d: d.replace("é".encode(), b"\xe9")),
            REFUSED,
            rf"set\.{ending}:\d+: is no well",
        )
        yield case(
            "deep nesting", swap(name, "Nobody", "<g>" * 100_000 + "</g>" * 100_000), REFUSED, rf"set\.{ending}:\d+: "
        )
        yield case(
            "another language", nothing, REFUSED, rf"set\.{ending}.* '?de", _set(commands).replace("uk-en", "uk-de")
        )


def _kinds_of_xml() -> Iterator[Case]:
    yield _in(
        "tmx",
        "no text",
        edit("set.tmx", lambda d: d.replace(b"<seg>", b"<s>").replace(b"</seg>", b"</s>")),
        REFUSED,
        r"set\.tmx:\d+: a variant has 0 seg",
    )
    lost = swap("set.tmx", f'<tuv xml:lang="en"><seg>{ROWS[3][1]}</seg></tuv>', "")
    yield Case(
        "tmx: a reference less",
        lost,
        WARNED,
        r"set\.tmx: no reference 1 for 1 segment",
        _set("set.tmx -t hyp.txt other.txt"),
    )
    yield _in(
        "xlf",
        "version 2",
        swap("set.xlf", 'version="1.2"', 'version="2.0"'),
        REFUSED,
        r"set\.xlf:\d+: is XLIFF 2\.0.*; save it",
    )
    yield _in(
        "xml",
        "a segment twice",
        swap("set.xml", 'id="4"', 'id="3"'),
        REFUSED,
        r"set\.xml:\d+: a segment has the id '3' of another",
    )
    yield _in(
        "xml",
        "a system twice",
        swap("set.xml", 'system="other"', 'system="hyp"'),
        REFUSED,
        r"set\.xml:\d+: has two hyp of 'hyp'",
    )
    less = edit("set.xml", lambda d: d.replace(f'<seg id="20">{HYP[19]}</seg>\n'.encode(), b""))
    yield _in("xml", "an output less", less, WARNED, r"set\.xml: no output of 'hyp' for 1 segment")
    page = "fluency -t page.html -l en -f csv"
    yield Case("html: no article", put("page.html", b"<html></html>"), REFUSED, r"page\.html: has no article.*; ", page)
    yield Case("html: nothing", put("page.html", b""), REFUSED, r"page\.html: ", page)
    yield Case("html: latin-1", put("page.html", b"<p>caf\xe9</p>"), REFUSED, r"page\.html:1: not valid", page)


def _names() -> Iterator[Case]:
    def called(name: str, new: str) -> Spoil:
        return lambda directory: (directory / name).rename(directory / new)

    yield Case(
        "a parquet called .txt", called("set.parquet", "set.txt"), SAME, "", _set("set.txt --input-format parquet"), SET
    )
    yield Case("a TSV called .csv", called("set.tsv", "x.csv"), REFUSED, r"x\.csv:1: ", _set("x.csv"))
    yield Case("a CSV called .tsv", called("set.csv", "x.tsv"), REFUSED, r"x\.tsv:1: ", _set("x.tsv"))
    yield Case("a TSV called .jsonl", called("set.tsv", "x.jsonl"), REFUSED, r"x\.jsonl:1: is no JSON", _set("x.jsonl"))
    yield Case("a TSV called .xml", called("set.tsv", "x.xml"), REFUSED, r"x\.xml: ", _set("x.xml"))
    yield Case(
        "a TSV as a text",
        nothing,
        REFUSED,
        r"set\.tsv: is a data set .*did you mean -d",
        _set("wmt").replace("-d wmt", "-t set.tsv -r ref.txt"),
    )
    yield Case("a text as a data set", nothing, REFUSED, r"ref\.txt: is no data set; ", _set("ref.txt"))
    endless = _set("/dev/zero --input-format csv")
    yield Case("a CSV without an end", nothing, REFUSED, r"/dev/zero: goes on after 256 MiB; save", endless)
    yield Case(
        "a reader that does not exist",
        nothing,
        REFUSED,
        "unknown reader 'tsw'; did you mean 'tsv'",
        f"{SET} --input-format tsw",
    )
    yield Case("XML read as TSV", nothing, REFUSED, r"set\.xml:1: ", _set("set.xml --input-format tsv"))


FORMATS = [*_tsv(), *_csv(), *_jsonl(), *_parquet(), *_xml(), *_kinds_of_xml(), *_names()]
