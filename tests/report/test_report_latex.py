"""LaTeX and BibTeX: any text may stand in them, and they compile."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from mtqe.report import latex

#: Commands that a table has, and those that a text becomes.
OURS = r"begin|end|(top|mid|bottom)rule|textbf|caption|label|centering|medskip|texttt|allowbreak|resizebox|(line)?width"
OURS += "|ref|ifdim|ifdefined|Uchar|else|fi|providecommand|mtqeother"
TEXTS = "text(backslash|ascii(tilde|circum)|bar|less|greater|brace(left|right))|(up|down)arrow|leq|dagger"


@pytest.mark.parametrize("name", ["named", "hostile"])
def test_latex_and_bibtex_hold_hostile_text(name: str, reports: dict[str, Path]) -> None:
    commands = r"\\(?:[a-zA-Z]+|[&%$#_{}\\])"
    for path in (*reports[name].glob("tables/*.tex"), reports[name] / "CITATION.bib"):
        text = path.read_text("utf-8")
        assert not {*"\0\u2028\u202e\r"} & set(text)
        text = "".join(line for line in text.splitlines(True) if not line.startswith("%"))
        of_data = text[text.find("@misc{mtqe-data") :] if path.suffix == ".bib" else text
        assert not [c for c in re.findall(r"\\([a-zA-Z]+)", of_data) if not re.fullmatch(f"{OURS}|{TEXTS}", c)], path
        bare = re.sub(commands, "", of_data)
        assert bare.count("{") == bare.count("}"), path
        if path.suffix == ".tex":
            widths = {len(re.findall(r"(?<!\\)&", line)) for line in text.splitlines() if line.endswith(r"\\")}
            assert len(widths) == 1, path
            assert text.count(r"\end{tabular}") == text.count(r"\end{table}") == 1
        else:
            assert text.count("{") - text.count(r"\{") == text.count("}") - text.count(r"\}")


@pytest.mark.parametrize("engine", ["pdflatex", "xelatex", "lualatex", "tectonic"])
def test_latex_compiles(engine: str, reports: dict[str, Path], tmp_path: Path) -> None:
    """With every table of three reports, and every work in the bibliography where BibTeX is there."""
    if shutil.which(engine) is None:
        pytest.skip(f"{engine} is not installed")
    directories = (reports["named"], reports["hostile"], reports["systems"])
    bibliography = r"\nocite{*}\bibliographystyle{plain}\bibliography{c}" if shutil.which("bibtex") else ""
    tables = [rf"\input{{{i}/{path.stem}}}" for i, of in enumerate(directories) for path in of.glob("tables/*.tex")]
    packages = r"\usepackage[margin=1cm]{geometry}\usepackage{booktabs,graphicx}\extrafloats{100}"
    lines = [r"\documentclass{article}", packages, r"\begin{document}", r"\clearpage ".join(tables), bibliography]
    (tmp_path / "all.tex").write_text("\n".join([*lines, r"\end{document}"]), encoding="utf-8")
    for i, of in enumerate(directories):
        shutil.copytree(of / "tables", tmp_path / str(i))
    shutil.copy(reports["named"] / "CITATION.bib", tmp_path / "c.bib")
    flags = [] if engine == "tectonic" else ["-interaction=nonstopmode", "-halt-on-error"]
    steps = [[engine, *flags, "all.tex"], *([["bibtex", "all"], [engine, *flags, "all.tex"]] if bibliography else [])]
    for step in steps if engine != "tectonic" else steps[:1]:
        done = subprocess.run(step, cwd=tmp_path, capture_output=True, text=True, errors="replace", check=False)
        assert done.returncode == 0, done.stdout[-2000:]
    assert (tmp_path / "all.pdf").stat().st_size > 10_000


def test_a_table_longer_than_a_page_goes_on_in_another() -> None:
    rows = [(f"a{i}", "1.0") for i in range(100)]
    text = latex.table(latex.tabular(["System", "chrF"], rows, rules=[36]), "Long.", "long")
    tables = text.split(r"\end{table}")[:-1]
    bodies = [re.findall(r"^(a\d+) & 1\.0 ", table, re.MULTILINE) for table in tables]
    assert [name for body in bodies for name in body] == [name for name, _ in rows]
    assert max(map(len, bodies)) <= 36
    assert text.count(r"\label{tab:long}") == 1
    assert text.count(r"\ref{tab:long}") == len(tables) - 1
    assert not re.search(r"\\midrule\n\\midrule", text)


def test_latex_spells_other_scripts_for_engines_that_lack_them() -> None:
    assert latex.escape("naïve Київ_1") == r"naïve \mtqeother{Київ}{Kiiv}\_1"
    assert latex.escape("a--b ``c''") == "a-{}-b `{}`c'{}'"
    assert latex.tabular(["x", "n"], [("[1] *", "2"), ("*", "–")]).count(r"{}") == 2
