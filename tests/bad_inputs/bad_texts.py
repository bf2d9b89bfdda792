"""Bad plain texts: their lines, their bytes, their packing, and what is no file at all."""

import bz2
import gzip
import io
import lzma
import pickle
import tarfile
import zipfile
from collections.abc import Iterator

import zstandard
from bad_cases import NOTED, REFUSED, SAME, SCORE, WARNED, Case
from clean_files import HYP, REFERENCE, SOURCE, lines
from spoiling import BOM, both, edit, gone, instead, line, link_to, nothing, packed, pipe, put, swap, unix_socket

_PACKED = {"gz": gzip.compress, "bz2": bz2.compress, "xz": lzma.compress, "zst": zstandard.compress}
#: What str.splitlines or a regular expression takes for an end of a line, or for no space.
_SPACES = {
    "a line separator": "\u2028", "a paragraph separator": "\u2029", "a next line": "\x85", "a vertical tab": "\v",
    "a form feed": "\f", "a file separator": "\x1c", "a no-break space": "\xa0",
}  # fmt: skip
_SHIFTED = r"^mtqe: hyp\.txt: has \d+ lines.* where ref\.txt has 20; mtqe evaluate aligns"
_INVALID = r"^mtqe: hyp\.txt:{}: not valid utf-8 at byte \d+ \({}.*\); save the file as UTF-8"
_DAMAGED = r"^mtqe: hyp\.txt\.\w+: (is damaged or cut off|cannot be read).*; copy or pack it again"


def _score(path: str) -> str:
    return SCORE.replace("hyp.txt", path)


def _tar(name: str, link: str = "") -> bytes:
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w") as archive:
        member = tarfile.TarInfo(name)
        if link:
            member.type, member.linkname = tarfile.SYMTYPE, link
        archive.addfile(member, io.BytesIO())
    return file.getvalue()


def _zip(name: str) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr(name, "Nobody argued.\n")
    return file.getvalue()


def _of_lines() -> Iterator[Case]:
    yield Case("three lines of twenty", edit("hyp.txt", lambda d: b"".join(d.splitlines(True)[:3])), REFUSED, _SHIFTED)
    yield Case("a line more", edit("hyp.txt", lambda d: d + b"And so to bed.\n"), REFUSED, _SHIFTED)
    yield Case("a blank line at the end", edit("hyp.txt", lambda d: d + b"\n"), REFUSED, "delete the blank line")
    yield Case("a blank line at the start", edit("hyp.txt", lambda d: b"\n" + d), REFUSED, r"\(1 of them blank\)")
    yield Case("a line of the reference lost", line("ref.txt", 7, lambda d: b""), WARNED, r"no reference text \(7\)")
    yield Case("no end of the last line", edit("hyp.txt", lambda d: d.removesuffix(b"\n")), SAME)
    yield Case("Windows line ends", edit("hyp.txt", lambda d: d.replace(b"\n", b"\r\n")), SAME)
    yield Case("Windows line ends of both", both(*(edit(f, lambda d: d.replace(b"\n", b"\r\n"))
               for f in ("hyp.txt", "ref.txt"))), SAME)  # fmt: skip
    yield Case("mixed line ends", edit("hyp.txt", lambda d: d.replace(b"\n", b"\r\n", 9)), SAME)
    only = r"hyp\.txt: .*carriage returns"
    yield Case("carriage returns only", edit("hyp.txt", lambda d: d.replace(b"\n", b"\r")), NOTED, only)
    yield Case("carriage returns only, of both", both(*(edit(f, lambda d: d.replace(b"\n", b"\r"))
               for f in ("hyp.txt", "ref.txt"))), NOTED, only)  # fmt: skip
    yield Case("a carriage return inside", line("hyp.txt", 4, lambda d: d.replace(b" ", b"\r", 1)), WARNED,
               r"hyp\.txt: 1 line with a bare carriage return inside.* \(4\)")  # fmt: skip
    for what, character in _SPACES.items():
        yield Case(f"{what} inside", swap("hyp.txt", "Ferryman Yurko", f"Ferryman{character}Yurko"), SAME)
    yield Case("an empty output", put("hyp.txt", b""), REFUSED, r"hyp\.txt: the file is empty")
    yield Case("an empty reference", put("ref.txt", b""), REFUSED, r"ref\.txt: the file is empty")
    yield Case("a reference of blank lines", put("ref.txt", b"\n" * 20), WARNED, r"20 lines with no reference text")
    yield Case("a line of 200 kB", line("hyp.txt", 5, lambda _: b"wave " * 40_000), WARNED)
    yield Case("a word of 200 kB", line("hyp.txt", 5, lambda _: b"wave" * 50_000), WARNED)
    huge = r"hyp\.txt:{}: a line of more than \d+ MiB"
    yield Case("a line of 100 MB", edit("hyp.txt", lambda d: d + b"wave " * 20_000_000), REFUSED, huge.format(21))
    yield Case("one line of 100 MB and no more", put("hyp.txt", bytes(100_000_000)), REFUSED, huge.format(1))


def _of_bytes() -> Iterator[Case]:
    mark = r"hyp\.txt: a byte-order mark was stripped"
    yield Case("a byte-order mark", edit("hyp.txt", lambda d: BOM + d), NOTED, mark)
    yield Case("a byte-order mark of the reference", edit("ref.txt", lambda d: BOM + d), NOTED, r"ref\.txt: a byte")
    yield Case("two byte-order marks", edit("hyp.txt", lambda d: BOM + BOM + d), NOTED, mark)
    yield Case("a byte-order mark of a file in the middle", line("hyp.txt", 11, lambda d: BOM + d), NOTED,
               r"hyp\.txt: 1 line with a byte-order mark at the start, now stripped \(11\)")  # fmt: skip
    for encoding in ("utf-16", "utf-16-be", "utf-32"):
        start = "\ufeff" if encoding.endswith("e") else ""
        recoded = edit("hyp.txt", lambda d, s=start, e=encoding: (s + d.decode()).encode(e))
        yield Case(f"{encoding} with its mark", recoded, NOTED, mark)
    unmarked = edit("hyp.txt", lambda d: d.decode().encode("utf-16-le"))
    yield Case("utf-16 without a mark", unmarked, REFUSED, r"looks like UTF-16 .*; save the file as UTF-8")
    cut = edit("hyp.txt", lambda d: d.decode().encode("utf-16")[:-1])
    yield Case("utf-16 with half a character", cut, REFUSED, r"hyp\.txt:20: not valid utf-16")
    yield Case("a NUL inside", swap("hyp.txt", "fog", "f\0og"), WARNED, r"hyp\.txt: 1 line with a NUL .* \(16\)")
    for name, bad, shown in (
        ("a byte that is none of utf-8", b"\xff", "ff"), ("an overlong slash", b"\xc0\xaf", "c0 af"),
        ("an overlong NUL", b"\xc0\x80", "c0 80"), ("a lone surrogate", b"\xed\xa0\xbd", "ed a0 bd"),
        ("a surrogate pair", b"\xed\xa0\xbd\xed\xb8\x80", "ed a0 bd"), ("a character cut off", b"\xd0", "d0"),
        ("a code point too high", b"\xf4\x90\x80\x80", "f4"),
    ):  # fmt: skip
        spoil = line("hyp.txt", 3, lambda d, b=bad: d + b)
        yield Case(name, spoil, REFUSED, _INVALID.format(3, shown))
    latin = edit("hyp.txt", lambda d: d.decode().encode("latin-1"))
    yield Case("latin-1", latin, REFUSED, _INVALID.format(7, "e9 20") + r".*--encoding-errors replace")
    some = line("hyp.txt", 7, lambda d: d.decode().encode("latin-1"))
    yield Case("latin-1 in one line", some, REFUSED, _INVALID.format(7, "e9 20"))
    yield Case(
        "latin-1, replaced",
        latin,
        WARNED,
        r"hyp\.txt: 1 byte.* replaced.* line 7",
        f"{SCORE} --encoding-errors=replace",
    )
    cyrillic = edit("src.txt", lambda d: d.decode().encode("cp1251"))
    with_source = SCORE.replace("-l en", "-l uk-en -s src.txt")
    yield Case("windows-1251", cyrillic, REFUSED, r"src\.txt:1: not valid utf-8 at byte 0", with_source)
    yield Case("a picture", put("hyp.txt", b"\x89PNG\r\n\x1a\n" + bytes(99)), REFUSED, r"hyp\.txt: is a picture.* text")
    yield Case("a pickle", put("hyp.txt", pickle.dumps({"a": 1})), REFUSED, r"hyp\.txt:1: not valid utf-8")
    for name, data in (("tar with ..", _tar("../../hyp.txt")), ("tar with a link", _tar("hyp.txt", "/etc/passwd")),
                       ("zip with ..", _zip("../hyp.txt")), ("PDF", b"%PDF-1.7\n1 0 obj\n")):  # fmt: skip
        yield Case(f"a {name}", put("hyp.txt", data), REFUSED, r"hyp\.txt: is an? (archive|.*document).*; ")
    tgz = put("hyp.txt.gz", gzip.compress(_tar("../hyp.txt")))
    yield Case("a packed tar", tgz, REFUSED, r"hyp\.txt\.gz: is an archive", _score("hyp.txt.gz"))


def _of_packing() -> Iterator[Case]:
    for ending, pack in _PACKED.items():
        name = f"hyp.txt.{ending}"
        yield Case(f"{ending}", packed("hyp.txt", f".{ending}", pack), SAME, "", _score(name), SCORE)
        for said, cut in (("cut off", -9), ("nearly empty", 12)):
            spoil = packed("hyp.txt", f".{ending}", lambda d, p=pack, c=cut: p(d)[:c])
            yield Case(f"{ending} {said}", spoil, REFUSED, _DAMAGED, _score(name))
    broken = packed("hyp.txt", ".gz", lambda d: gzip.compress(d)[:-8] + bytes(8))
    yield Case("gz with another checksum", broken, REFUSED, _DAMAGED, _score("hyp.txt.gz"))
    trailing = packed("hyp.txt", ".gz", lambda d: gzip.compress(d) + b"more")
    yield Case("gz with something behind it", trailing, REFUSED, _DAMAGED, _score("hyp.txt.gz"))
    yield Case("gz called .txt", edit("hyp.txt", gzip.compress), SAME)
    yield Case("text called .gz", packed("hyp.txt", ".gz", bytes), SAME, "", _score("hyp.txt.gz"), SCORE)
    twice = packed("hyp.txt", ".gz", lambda d: gzip.compress(gzip.compress(d)))
    yield Case("gz in gz", twice, REFUSED, r"hyp\.txt\.gz:1: not valid utf-8", _score("hyp.txt.gz"))
    for name, unit in (("zeros", b"\0"), ("blank lines", b"\n")):
        bomb = put("hyp.txt.gz", gzip.compress(unit * 300_000_000, 1))
        said = r"hyp\.txt\.gz(:1)?: (unpacks to more than|a line of more than)"
        yield Case(f"a bomb of {name}", bomb, REFUSED, said, _score("hyp.txt.gz"))


def _of_places() -> Iterator[Case]:
    absent = r"^mtqe: (hyp\.txt|.*): (no such file|file not found)"
    yield Case("no file", gone("hyp.txt"), REFUSED, absent)
    yield Case("no reference", gone("ref.txt"), REFUSED, r"ref\.txt: no such file")
    yield Case("a directory", instead("hyp.txt", lambda p: p.mkdir()), REFUSED, r"hyp\.txt: the directory has no \.txt")
    yield Case("a directory among files", lambda d: (d / "o" / "a.txt").mkdir(parents=True), REFUSED,
               r"o/a\.txt: is a directory where a file is needed", _score("o"))  # fmt: skip
    yield Case("a dangling link", instead("hyp.txt", link_to("nowhere")), REFUSED, absent)
    yield Case("a link to itself", instead("hyp.txt", link_to("hyp.txt")), REFUSED, absent)
    yield Case(
        "a link to the file",
        both(lambda d: (d / "hyp.txt").rename(d / "x"), lambda d: (d / "hyp.txt").symlink_to("x")),
        SAME,
    )
    yield Case("a named pipe", instead("hyp.txt", pipe), REFUSED, r"hyp\.txt: is a named pipe.*; ")
    yield Case("a socket", instead("hyp.txt", unix_socket), REFUSED, r"hyp\.txt: cannot be read \(No such device")
    yield Case("nothing for ever", nothing, REFUSED, r"/dev/zero:1: a line of more than", _score("/dev/zero"))
    yield Case("no device", nothing, REFUSED, r"/dev/null: the file is empty", _score("/dev/null"))
    yield Case("a name too long", nothing, REFUSED, "File name too long", _score("x" * 300))
    yield Case("a file below a file", nothing, REFUSED, absent, _score("hyp.txt/x.txt"))
    yield Case("standard input", nothing, SAME, "", _score("-"), SCORE, lines(HYP))
    yield Case("empty standard input", nothing, REFUSED, r"-: the file is empty", _score("-"))
    yield Case(
        "standard input twice",
        nothing,
        REFUSED,
        r"can be read once; save",
        SCORE.replace("hyp.txt -r ref.txt", "- -r -"),
    )


PLAIN = [*_of_lines(), *_of_bytes(), *_of_packing(), *_of_places()]


def _odd_texts() -> Iterator[Case]:
    """What is read correctly, and what only a look at the texts finds to be odd."""
    sourced = SCORE.replace("-l en", "-l uk-en -s src.txt")
    yield Case("an empty line of the output", line("hyp.txt", 4, lambda _: b""), WARNED, "empty")
    yield Case("an output of empty lines", put("hyp.txt", b"\n" * 20), WARNED, "empty")
    yield Case("an output shifted by a line", edit("hyp.txt", _shifted), WARNED, "shift")
    yield Case("output and reference swapped", nothing, WARNED, "swap", _score("ref.txt").replace("-r ref", "-r hyp"))
    yield Case("the reference as the output", put("hyp.txt", lines(REFERENCE)), WARNED, "reference")
    yield Case("the source as the output", put("hyp.txt", lines(SOURCE)), WARNED, "source|language", sourced)
    yield Case("one line over and over", put("hyp.txt", lines(HYP[:1] * 20)), WARNED, "duplicate|same|repeated")
    yield Case("another direction", swap("hyp.txt", "fog", "\u202efog"), WARNED, "direction|bidi")
    yield Case("a control character", swap("hyp.txt", "fog", "f\x02og"), WARNED, "control")
    yield Case("no character", swap("hyp.txt", "fog", "f\ufffeog"), WARNED, "character")
    yield Case("tokenised text", edit("hyp.txt", lambda d: d.replace(b".", b" .")), WARNED, "tokeni")
    yield Case("line ends of two kinds", edit("hyp.txt", lambda d: d.replace(b"\n", b"\r\n", 9)), NOTED, "line end")


def _shifted(data: bytes) -> bytes:
    first, *rest = data.splitlines(True)
    return b"".join([*rest, first])


ODD_TEXTS = list(_odd_texts())
