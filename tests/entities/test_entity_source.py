import pytest
from hypothesis import given
from hypothesis import strategies as st

from mtqe.entities.romanise import reading
from mtqe.entities.source import Source

HAS = [
    ("uk", "Мешканці Харкова чекали на Путіна.", "kharkiv kharkov putin", "odesa brilev"),
    ("ru", "Сергей Лавров прилетел в Минск", "sergey sergei lavrov minsk", "brilev london"),
    ("bg", "Бойко Борисов замина за София", "boyko borisov sofia", "putin plovdiv"),
    ("el", "Ο Κυριάκος Μητσοτάκης στην Αθήνα", "kyriakos mitsotakis athina", "papandreou"),
    ("ar", "قال محمد بن سلمان والسيسي", "mohammed muhammad salman sisi", "erdogan assad"),
    ("he", "ראש הממשלה בנימין נתניהו", "benjamin binyamin netanyahu", "gantz sharon"),
    ("ja", "ドナルド・トランプはランゲラックと", "donald trump langerak", "merkel biden"),
    ("ko", "김정은은 박근혜를 만났다", "kim gim jongun park pak geunhye", "moon trump"),
    ("zh", "习近平会见了王毅", "xi jinping wang yi", "merkel trump"),
    ("hi", "नरेन्द्र मोदी ने कहा", "narendra modi", "gandhi trump"),
    ("is", "Þórður Guðmundsson fór til Reykjavíkur", "thordur gudmundsson reykjavik", "akureyri jonsson"),
    ("de", "Die Rede Angela Merkels", "angela merkel", "scholz olaf"),
]


@pytest.mark.parametrize(("language", "text", "there", "missing"), HAS, ids=[row[0] for row in HAS])
def test_support_in_each_script(language: str, text: str, there: str, missing: str) -> None:
    source = Source(text, language)
    assert {form: source.support(form) > 0 for form in there.split()} == dict.fromkeys(there.split(), True)
    assert {form: source.support(form) for form in missing.split()} == dict.fromkeys(missing.split(), 0.0)


CONTRASTS = [
    ("ja", "ドナルド・トランプ大統領", "Donald", "Angela"),
    ("zh", "习近平主席", "Jinping", "Jintao"),
    ("ko", "박근혜 대통령", "Park", "Moon"),
    ("ar", "قال نتنياهو", "Netanyahu", "Sharon"),
    ("ru", "Оливера Няэс", "Oliver", "Albert"),
    ("cs", "Ve středu Petr Pavel řekl", "Petr", "Milan"),
    ("fr", "Il vit en Allemagne", "Germany", "France"),
    ("zh", "他在德国", "Germany", "Belgium"),
    ("ja", "オランダで盗まれた", "the Netherlands", "Belgium"),
]


@pytest.mark.parametrize(("language", "text", "right", "wrong"), CONTRASTS)
def test_contrast_tells_the_name_of_the_source(language: str, text: str, right: str, wrong: str) -> None:
    source = Source(text, language)
    there, back = source.contrast(right, wrong), source.contrast(wrong, right)
    assert there is not None
    assert back is not None
    assert there > 0.2
    assert back == pytest.approx(-there)


@pytest.mark.parametrize(
    ("language", "text", "one", "other"),
    [
        ("ja", "１敗は正代に妙義龍", "Shodai", "Masayo"),  # signs of Japanese names have many readings
        ("ru", "Он приехал вчера", "Kazan", "Moscow"),
        ("de", "Die AfD verlor", "AfD", "Alternative"),
        (None, None, "Kyiv", "Kharkiv"),
        ("uk", "у Києві", "Kyiv", "Kyiv"),
    ],
)
def test_contrast_is_unknown(language: str | None, text: str | None, one: str, other: str) -> None:
    assert Source(text, language).contrast(one, other) is None


@pytest.mark.parametrize(
    ("language", "text", "one", "other"),
    [
        ("ru", "Сергей Лавров", "Sergey", "Sergei"),
        ("ar", "محمد قال", "Mohammed", "Muhammad"),
        ("ja", "オランダで", "Holland", "the Netherlands"),
        ("ru", "Николай Кузнецов", "Nikolay Kuznetsov", "Nikolai Kuznetsov"),
    ],
)
def test_variants_are_a_tie(language: str, text: str, one: str, other: str) -> None:
    assert Source(text, language).contrast(one, other) == pytest.approx(0, abs=0.05)


@pytest.mark.parametrize(
    ("word", "romaji"),
    [
        ("ジョンソン", "jonson"),
        ("フェラーリ", "ferari"),
        ("ウィリアムズ", "wiriamuzu"),
        ("ティム", "timu"),
        ("チェルシー", "cherushi"),
        ("マッチ", "machi"),
        ("ヴェネツィア", "venetsia"),
        ("ランプ", "rampu"),
    ],
)
def test_kana(word: str, romaji: str) -> None:
    assert reading(word, "katakana") == romaji


def test_places_of_the_source() -> None:
    source = Source("Die Minister aus Deutschland und Südkorea trafen sich in Wien.", "de")
    found = {source.text[place.start : place.end] for place in source.places}
    assert {"Deutschland", "Südkorea", "Wien"} <= found
    assert {"DE", "KR"} <= source.place_ids


def test_vowels_that_are_not_written() -> None:
    assert Source("1", "he").same_consonants("sokenik", "sukenik")
    assert not Source("1", "he").same_consonants("sokenik", "sukemik")
    assert not Source("1", "ru").same_consonants("sokenik", "sukenik")


@given(
    st.text(max_size=40), st.sampled_from(["uk", "ja", "zh", "ko", "ar", "he", "hi", "de", "xx"]), st.text(max_size=12)
)
def test_any_text_is_read(text: str, language: str, form: str) -> None:
    source = Source(text, language)
    contrast = source.contrast(form, "kyiv")
    assert 0 <= source.support(form) <= 1
    assert contrast is None or -1 <= contrast <= 1
    assert all(0 <= place.start < place.end <= len(text) for place in source.places)
