"""A test set of twenty lines in every format that mtqe reads, and what stands beside test sets: the files to spoil."""

import json
from pathlib import Path
from xml.sax.saxutils import escape

import pyarrow as pa
import pyarrow.parquet as pq
from bad_cases import run

_SOURCE = """\
Поромник Юрко зранку відв'язав човен.
Річка за ніч піднялася на метр.
На березі чекали три жінки з кошиками.
Він узяв із них по дві гривні.
Молодша засміялася й дала п'ять.
Над водою стояв туман.
У кафе «Якір» уже пахло кавою.
Господар мив вікна і співав.
Автобус із Рені запізнився на годину.
Водій пояснив, що міст закрито.
Ніхто не сперечався.
О дев'ятій відчинили пошту.
Листоноша віддала мені два листи.
Один був від сестри, з Одеси.
Другий я не став читати.
Опівдні туман розійшовся.
Діти пускали кораблики з паперу.
Один кораблик доплив до мосту.
Увечері Юрко порахував гроші.
Вийшло рівно сорок гривень."""
_REFERENCE = """\
Ferryman Yurko untied the boat in the morning.
The river rose by a metre overnight.
Three women with baskets were waiting on the bank.
He took two hryvnias from each of them.
The youngest laughed and gave him five.
Fog hung over the water.
The café Anchor already smelled of coffee.
The owner was washing the windows and singing.
The bus from Reni was an hour late.
The driver explained that the bridge was closed.
Nobody argued.
The post office opened at nine.
The postwoman handed me two letters.
One was from my sister in Odesa.
I did not read the other one.
The fog lifted at noon.
Children were sailing paper boats.
One boat made it as far as the bridge.
In the evening Yurko counted the money.
It came to exactly forty hryvnias."""
_HYP = """\
Ferryman Yurko loosened the boat in the morning.
The river rose one metre over night.
Three women with baskets waited on the bank.
He took two hryvnias from each.
The younger one laughed and gave five.
Fog stood above the water.
In the café Anchor it already smelled of coffee.
The owner washed the windows and sang.
The bus from Reni was late by an hour.
The driver explained that the bridge is closed.
No one argued.
At nine the post office opened.
The postwoman gave me two letters.
One was from my sister, from Odesa.
I did not read the second one.
At noon the fog lifted.
The children sailed paper boats.
One boat sailed as far as the bridge.
In the evening Yurko counted his money.
It was exactly forty hryvnias."""
_OTHER = """\
The ferryman Jurko has untied a boat at morning.
River has gone up a metre by night.
On the shore three women were waiting with baskets.
He has taken from them two hryvnias.
The young laughed and has given five.
Over the water was fog.
At café “Yakir” there smelled coffee.
Owner washed window and was singing.
Bus of Reni is late for one hour.
Driver has told bridge was shut.
Nobody has been arguing.
They opened post at 9.
Postman gave me 2 letters.
One was of sister, Odessa.
The second I have not begun to read.
By midday fog went.
Children let ships of paper go.
One ship swam to the bridge.
Evening, Jurko counted a money.
Come out exactly 40 hryvnias."""
NAMES = ("source", "reference", "hyp", "other")
SOURCE, REFERENCE, HYP, OTHER = (tuple(text.split("\n")) for text in (_SOURCE, _REFERENCE, _HYP, _OTHER))
ROWS = list(zip(SOURCE, REFERENCE, HYP, OTHER, strict=True))


def lines(texts: tuple[str, ...] | list[str]) -> bytes:
    return "".join(text + "\n" for text in texts).encode()


def write_clean(directory: Path) -> None:
    """Writes all files; test sets are called `set`, their texts src, ref, hyp and other."""
    for name, texts in (("src", SOURCE), ("ref", REFERENCE), ("hyp", HYP), ("other", OTHER)):
        (directory / f"{name}.txt").write_bytes(lines(texts))
    table = [NAMES, *ROWS]
    (directory / "set.tsv").write_bytes(lines(["\t".join(row) for row in table]))
    (directory / "set.csv").write_bytes(lines([",".join(f'"{cell}"' for cell in row) for row in table]))
    objects = [dict(zip(NAMES, row, strict=True)) for row in ROWS]
    (directory / "set.jsonl").write_bytes(lines([json.dumps(row, ensure_ascii=False) for row in objects]))
    pq.write_table(pa.Table.from_pylist(objects), directory / "set.parquet")
    _write_xml(directory)
    _write_directories(directory)
    _write_beside(directory)


def _write_xml(directory: Path) -> None:
    def each(form: str) -> str:
        rows = [[escape(text) for text in row] for row in ROWS]
        return "\n".join(form.format(i, *row) for i, row in enumerate(rows, 1))

    unit = '<tu><tuv xml:lang="uk"><seg>{1}</seg></tuv><tuv xml:lang="en"><seg>{2}</seg></tuv></tu>'
    tmx = f'<?xml version="1.0" encoding="UTF-8"?>\n<tmx version="1.4"><header/><body>\n{each(unit)}\n</body></tmx>\n'
    (directory / "set.tmx").write_text(tmx, encoding="utf-8")
    unit = '<trans-unit id="{0}"><source>{1}</source><target>{2}</target></trans-unit>'
    head = '<xliff version="1.2" xmlns="urn:oasis:names:tc:xliff:document:1.2">\n'
    file = '<file original="set" source-language="uk" target-language="en" datatype="plaintext"><body>\n'
    (directory / "set.xlf").write_text(f"{head}{file}{each(unit)}\n</body></file></xliff>\n", encoding="utf-8")
    tags = (
        'src lang="uk"',
        'ref lang="en" translator="A"',
        'hyp lang="en" system="hyp"',
        'hyp lang="en" system="other"',
    )
    texts = []
    for column, tag in enumerate(tags, 1):
        segments = each('<seg id="{0}">{' + str(column) + "}</seg>")
        texts.append(f"<{tag}><p>\n{segments}\n</p></{tag.split()[0]}>")
    document = '<doc origlang="uk" id="ferry">\n' + "\n".join(texts) + "\n</doc>"
    (directory / "set.xml").write_text(f'<dataset id="set">\n{document}\n</dataset>\n', encoding="utf-8")
    paragraphs = "".join(f"<p>{escape(text)} {escape(OTHER[i])}</p>\n" for i, text in enumerate(REFERENCE))
    page = f"<html><head><title>The ferry</title></head><body><article><h1>The ferry</h1>\n{paragraphs}</article>"
    (directory / "page.html").write_text(page + "</body></html>\n", encoding="utf-8")


def _write_directories(directory: Path) -> None:
    files = {
        "set/sources/uk-en.txt": SOURCE,
        "set/references/uk-en.refA.txt": REFERENCE,
        "set/system-outputs/uk-en/hyp.txt": HYP,
        "set/system-outputs/uk-en/other.txt": OTHER,
        "set/documents/uk-en.docs": ["news\tferry"] * 20,
        "set/human-scores/uk-en.mqm.seg.score": [f"{s}\t{-i}" for s in ("hyp", "other") for i in range(20)],
        "wmt/sources/set.uk-en.src.uk": SOURCE,
        "wmt/references/set.uk-en.ref.A.en": REFERENCE,
        "wmt/system-outputs/set.uk-en.hyp.hyp.en": HYP,
        "wmt/system-outputs/set.uk-en.hyp.other.en": OTHER,
    }
    for name, texts in files.items():
        (directory / name).parent.mkdir(parents=True, exist_ok=True)
        (directory / name).write_bytes(lines(list(texts)))


def _write_beside(directory: Path) -> None:
    scores = [f"{system}\t{i}\t{(i * 7 + k * 3) % 11 / 10}" for k, system in enumerate(NAMES[2:]) for i in range(20)]
    decisions = ['"Jurko","Yurko","error"', '"Odessa","Odesa","variant"', '"Yakir","Anchor","wrong"']
    toml = [
        'name = "ferry"', 'metrics = ["chrf"]', "[[test_set]]", 'name = "set"', 'languages = "uk-en"',
        'source = "src.txt"', 'references = ["ref.txt"]', "[[test_set.system]]", 'name = "hyp"', 'path = "hyp.txt"',
    ]  # fmt: skip
    files = {
        "scores.tsv": ["system\tid\tscore", *scores],
        "decisions.csv": ["wrong,right,decision", *decisions],
        "experiment.toml": toml,
        "style.toml": ['policy = "endonym"', 'aliases = "aliases.tsv"', 'glossary = "terms.tsv"'],
        "aliases.tsv": ["Odesa\tOdessa", "Anchor\tYakir"],
        "terms.tsv": ["міст\tbridge"],
    }
    for name, texts in files.items():
        (directory / name).write_bytes(lines(texts))


def write_run(directory: Path) -> None:
    """The run directory `run` of the plain texts."""
    result = run("evaluate -t hyp.txt other.txt -r ref.txt -l en -m chrf --draws 100 -o run", directory)
    assert result.code == 0, result.err
