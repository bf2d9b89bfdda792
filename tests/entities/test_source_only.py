import pytest

from mtqe.entities.source_only import check_sources
from mtqe.results import EntityError


def check(source: str, hyp: str, language: str) -> list[EntityError]:
    (found,) = check_sources([source], [hyp], source_language=language, target_language="en")
    return found


def wrong(source: str, hyp: str, language: str) -> dict[str, str]:
    """Status by the words of the output."""
    found = check(source, hyp, language)
    return {hyp[slice(*e.hyp_span)]: e.status for e in found if e.is_error and e.hyp_span}


RIGHT = [
    ("uk", "Учора Сергій Бондаренко приїхав до Харкова.", "Yesterday Serhii Bondarenko came to Kharkiv."),
    ("ru", "Вчера Лавров встретился с Путиным в Минске.", "Lavrov met Putin in Minsk yesterday."),
    (
        "de",
        "Gestern sprach Angela Merkel in Wien mit der Ministerin aus Italien.",
        "Yesterday Angela Merkel spoke in Vienna with the minister from Italy.",
    ),
    ("ja", "ドナルド・トランプはオランダで演説した。", "Donald Trump gave a speech in the Netherlands."),
    ("zh", "习近平昨天访问了德国。", "Xi Jinping visited Germany yesterday."),
    (
        "fr",
        "Le ministre Bruno Le Maire s'est rendu en Allemagne avec 12 experts.",
        "Minister Bruno Le Maire went to Germany with 12 experts.",
    ),
]


@pytest.mark.parametrize(("language", "source", "hyp"), RIGHT)
def test_right_names_are_no_errors(language: str, source: str, hyp: str) -> None:
    assert wrong(source, hyp, language) == {}
    assert any(e.status in ("match", "variant") for e in check(source, hyp, language))


def test_another_country() -> None:
    source, hyp = "他昨天访问了德国。", "He visited Belgium yesterday."
    (error,) = [e for e in check(source, hyp, "zh") if e.is_error]
    assert (error.status, error.suggestion) == ("replaced", "Germany")
    assert hyp[slice(*error.hyp_span or ())] == "Belgium"
    assert source[slice(*error.src_span or ())] == "德国"
    assert error.ref_span is None


def test_another_name_in_a_script_with_case() -> None:
    found = wrong("Вчера Кудрявцев выступил в парламенте.", "Yesterday Grzybowski spoke in parliament.", "ru")
    assert found == {"Grzybowski": "replaced"}


def test_misspelled_names_are_hints() -> None:
    source, hyp = "Oberst Wiebke von Rantzow sprach.", "Colonel Wiebke von Ranzow spoke."
    (error,) = [e for e in check(source, hyp, "de") if e.status == "misspelled"]
    assert error.suggestion == "Rantzow"
    assert not error.is_error


def test_numbers_by_value() -> None:
    assert wrong("Es kamen 1.318 Gäste.", "There were 1,813 guests.", "de") == {"1,813": "wrong value"}
    assert wrong("Es kamen 1.318 Gäste.", "There were 1,318 guests.", "de") == {}


def test_a_magnitude_that_is_not_read_is_no_verdict() -> None:
    assert wrong("費用は1280万円だった。", "The cost was 12.8 million yen.", "ja") == {}


def test_words_left_in_the_script_of_the_source() -> None:
    assert wrong("Штаб у місті.", "The штаб is in the city.", "uk") == {"штаб": "untranslated"}


def test_unread_signs_are_undecided() -> None:
    (error,) = check("正代が勝った。", "Yesterday Masayo won.", "ja")
    assert error.status == "undecided"


@pytest.mark.parametrize("hyp", [None, "", " "])
def test_no_output_omits_all(hyp: str | None) -> None:
    source = "Вчера Кудрявцев купил 12 книг в Германии."
    (found,) = check_sources([source], [hyp], source_language="ru", target_language="en")
    assert {e.status for e in found} == {"omitted"}
    assert {source[slice(*e.src_span or ())] for e in found} == {"Кудрявцев", "12", "Германии"}
