"""Terms and sentences here are invented."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mtqe.entities.user.glossary import Glossary, Term, check_glossary, read_glossary
from mtqe.errors import InputError

TERMS = (
    Term("Europäische Zentralbank", ("European Central Bank", "ECB")),
    Term("Bank", ("bank",)),
    Term("Haftbefehl", ("arrest warrant",)),
)


def check(source: str, hyp: str, terms: tuple[Term, ...] = TERMS, language: str = "de") -> list[tuple[str, str, str]]:
    return [
        (source[slice(*(e.src_span or (0, 0)))], e.status, hyp[slice(*(e.hyp_span or (0, 0)))])
        for e in check_glossary(terms, source, hyp, language, "en")
    ]


@pytest.mark.parametrize(
    ("source", "hyp", "found"),
    [
        ("Der Haftbefehl kam.", "The arrest warrant came.", [("Haftbefehl", "match", "arrest warrant")]),
        ("Zwei Haftbefehle kamen.", "Two arrest warrants came.", [("Haftbefehle", "match", "arrest warrants")]),
        ("Der Haftbefehl kam.", "The detention order came.", [("Haftbefehl", "mistranslated", "")]),
        ("Der Haftbefehl kam.", "", [("Haftbefehl", "omitted", "")]),
        ("Die Strafe kam.", "The arrest warrant came.", []),
        ("Haftbefehlsrecht", "law", []),
    ],
)
def test_a_term_of_the_source_needs_one_of_its_translations(
    source: str, hyp: str, found: list[tuple[str, str, str]]
) -> None:
    assert check(source, hyp) == found


def test_a_missing_term_is_an_error_with_the_first_translation_as_suggestion() -> None:
    (error,) = check_glossary(TERMS, "Die Europäische Zentralbank zögert.", "The central lender hesitates.", "de")
    assert (error.rule, error.confidence, error.is_error) == ("glossary", 0.9, True)
    assert (error.suggestion, error.hyp_span, error.src_span) == ("European Central Bank", None, (4, 27))
    assert error.category.startswith("Terminology/")


def test_any_of_the_translations_will_do_and_a_term_within_a_term_is_not_asked_for() -> None:
    terms = (Term("Zentrale Bank", ("ECB",)), Term("Bank", ("bench",)))
    assert check("Die Zentrale Bank zögert.", "The ECB hesitates.", terms) == [("Zentrale Bank", "match", "ECB")]


@pytest.mark.parametrize(
    ("language", "source", "term", "found"),
    [
        ("zh", "他在中央银行工作。", "中央银行", ["中央银行"]),
        ("ja", "彼は北海道電力の社員だ。", "北海道電力", ["北海道電力"]),
        ("th", "เขาทำงานที่ธนาคารกลาง", "ธนาคารกลาง", ["ธนาคารกลาง"]),
        ("uk", "Він працює в прокуратурі.", "прокуратура", ["прокуратурі"]),
        ("ru", "Нет прокуратуры.", "прокуратура", ["прокуратуры"]),
        ("el", "Η εισαγγελία απάντησε.", "εισαγγελία", ["εισαγγελία"]),
    ],
)
def test_terms_of_any_script_are_found(language: str, source: str, term: str, found: list[str]) -> None:
    terms = (Term(term, ("some term",)),)
    assert [text for text, *_ in check(source, "Nothing of it.", terms, language)] == found


@pytest.mark.parametrize(("hyp", "status"), [("They told us so.", "mistranslated"), ("They told the US so.", "match")])
def test_a_short_acronym_is_not_the_word_with_its_letters(hyp: str, status: str) -> None:
    assert [found for _, found, _ in check("США", hyp, (Term("США", ("US",)),), "ru")] == [status]


def test_rows_of_a_glossary_add_up(tmp_path: Path) -> None:
    path = tmp_path / "terms.tsv"
    path.write_text("# legal\n\nHaftbefehl\tarrest warrant | warrant\nHaftbefehl\twrit\n", encoding="utf-8")
    assert read_glossary(path) == Glossary((Term("Haftbefehl", ("arrest warrant", "warrant", "writ")),))


@pytest.mark.parametrize("row", ["Haftbefehl", "Haftbefehl\t", "\twarrant", "a\tb\tc", "a\tb||c", "–\tdash"])
def test_a_bad_row_is_named(tmp_path: Path, row: str) -> None:
    path = tmp_path / "terms.tsv"
    path.write_text(f"gut\tgood\n{row}\n", encoding="utf-8")
    with pytest.raises(InputError) as caught:
        read_glossary(path)
    assert (caught.value.path, caught.value.line) == (path, 2)


WORDS = st.text("abcdeéñшф北", min_size=1, max_size=6)


@given(st.dictionaries(WORDS, st.lists(WORDS, min_size=1, max_size=3, unique=True), min_size=1, max_size=5))
def test_every_row_of_a_glossary_is_read(tmp_path_factory: pytest.TempPathFactory, terms: dict[str, list[str]]) -> None:
    path = tmp_path_factory.mktemp("terms") / "terms.tsv"
    path.write_text("".join(f"{source}\t{'|'.join(forms)}\n" for source, forms in terms.items()), encoding="utf-8")
    assert read_glossary(path).terms == tuple(Term(source, tuple(forms)) for source, forms in terms.items())


@given(st.text(max_size=40), st.text(max_size=40))
def test_spans_are_of_the_texts(source: str, hyp: str) -> None:
    for error in check_glossary(TERMS, source + " Haftbefehl", hyp, "de"):
        assert error.src_span is not None
        assert 0 <= error.src_span[0] < error.src_span[1] <= len(source) + 11
        assert error.hyp_span is None or 0 <= error.hyp_span[0] < error.hyp_span[1] <= len(hyp)
