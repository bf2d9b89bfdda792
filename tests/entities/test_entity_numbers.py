from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mtqe.entities.numbers.find import find_numbers, parse_digits
from mtqe.entities.numbers.match import NumberFinding, judge_number, match_numbers


def values(text: str, language: str = "en") -> list[set[object]]:
    return [set(number.values) for number in find_numbers(text, language)]


def statuses(hyp: str, ref: str) -> list[tuple[str, str]]:
    found = match_numbers(find_numbers(ref), find_numbers(hyp), (len(ref), len(hyp)))
    return [(finding.status, finding.rule) for finding in found]


@given(st.integers(0, 10**12), st.sampled_from(["en_US", "de_DE", "fr_FR", "de_CH", "en_IN", "uk_UA", "es_ES"]))
def test_an_integer_keeps_its_value_in_every_grouping(number: int, locale: str) -> None:
    from babel.numbers import format_decimal

    assert Decimal(number) in parse_digits(format_decimal(number, locale=locale))


@given(st.decimals(0, 10**9, places=2), st.sampled_from(["en_US", "de_DE", "fr_FR", "sv_SE"]))
def test_a_decimal_keeps_its_value_in_every_locale(number: Decimal, locale: str) -> None:
    from babel.numbers import format_decimal

    assert number in parse_digits(format_decimal(number, format="#,##0.00", locale=locale))


@given(st.integers(0, 10**9))
def test_digits_of_other_scripts_are_digits(number: int) -> None:
    arabic = "".join(chr(0x660 + int(digit)) for digit in str(number))
    assert parse_digits(arabic) == {Decimal(number)}


@given(st.integers(0, 10**6), st.text(max_size=20), st.text(max_size=20))
def test_spans_hold_the_number(number: int, before: str, after: str) -> None:
    text = f"{before} {number:,} {after}"
    for found in find_numbers(text):
        assert 0 <= found.start < found.end <= len(text)
    spans = [(found.start, found.end) for found in find_numbers(text)]
    assert any(start <= len(before) + 1 < end for start, end in spans)


def test_a_point_before_three_digits_is_read_both_ways() -> None:
    assert parse_digits("1.500") == {Decimal("1.5"), Decimal(1500)}
    assert parse_digits("1,500") == {Decimal(1500)}
    assert parse_digits("12,5") == {Decimal("12.5")}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("1.5 thousand", "1,500"),
        ("1.2 million", "1,200,000"),
        ("3 bn", "three billion"),
        ("two hundred and five", "205"),
        ("forty-two", "42"),
        ("the 7th", "seven"),
        ("5 p.m.", "17:00"),
        ("5:30 pm", "17:30"),
        ("the 1990s", "the '90s"),
        ("12 March", "March 12"),
        ("12/25/2020", "25.12.2020"),
        ("2020-12-25", "25.12.2020"),
        ("US$5", "5 dollars"),
        ("5 %", "5 percent"),
        ("€3 million", "3 million euros"),
        ("between 50 and 70 thousand", "50,000 to 70,000"),
        ("5 km", "five kilometres"),
        ("2½ hours", "two and a half hours"),
        ("half past two in the morning", "2:30 a.m."),
        ("twenty to twelve", "11:40"),
        ("five in the afternoon", "17:00"),
        ("2:1", "2–1"),
        ("the 1800s", "the 19th century"),
        ("2019–20", "2019/2020"),
        ("a fifth of it", "20 per cent of it"),
        ("$1.8m", "1.8 million dollars"),
        ("14 °C", "14 degrees"),
        ("25 km/h", "25 kilometres an hour"),
        ("1,000 CZK", "1,000 Czech crowns"),
        ("2:03:59", "2:03:59"),
        ("80 kopecks", "80 kopiykas"),
        ("150 cents", "€1.50"),
        ("£0.05", "five pence"),
    ],
)
def test_two_writings_of_one_value_match(one: str, other: str) -> None:
    for hyp, ref in ((one, other), (other, one)):
        assert {status for status, _ in statuses(hyp, ref)} == {"match"}, (hyp, ref)


@pytest.mark.parametrize(
    ("hyp", "ref", "rule"),
    [
        ("in 2020", "in 2022", "value"),
        ("1.5 million people", "1.5 billion people", "value"),
        ("nine years", "seven years", "value"),
        ("in May", "in July", "value"),
        ("on Monday", "on Sunday", "value"),
        ("at 17:06", "at 19:06", "value"),
        ("€20", "$20", "currency"),
        ("5 miles", "5 km", "unit"),
        ("8 pounds", "8 kg", "unit"),
        ("15 weeks", "15 days", "unit"),
        ("25 metres per minute", "25 metres per second", "unit"),
        ("half past nine", "half past eight", "value"),
        ("2:03:26", "2:03:59", "value"),
        ("the fourth man", "the third man", "ordinal"),
        ("grew by 20", "grew by 20%", "percent dropped"),
        ("cost 20", "cost $20", "currency dropped"),
        ("80 hryvnias", "80 kopiykas", "value"),
        ("80 dollars", "80 cents", "value"),
        ("80 pence", "80 cents", "currency"),
        ("began at midnight", "began at noon", "value"),
    ],
)
def test_another_value_is_wrong(hyp: str, ref: str, rule: str) -> None:
    assert ("wrong value", rule) in statuses(hyp, ref)


def test_missing_and_additional_numbers() -> None:
    assert statuses("They came.", "They came in 1999.") == [("omitted", "missing number")]
    assert statuses("They came in 1999.", "They came.") == [("hallucinated", "extra number")]
    assert statuses("the one he saw", "a man he saw") == []
    assert statuses("3 cars and then 4 cars", "3 cars and then 3 cars") == [
        ("match", "value"),
        ("wrong value", "value"),
    ]


@pytest.mark.parametrize(
    ("hyp", "ref"),
    [
        ("3.1 miles", "5 km"),
        ("9,200 metres", "9.2 km"),
        ("thirty minutes", "half an hour"),
        ("14 months", "a year and two months"),
    ],
)
def test_a_converted_measure_is_a_variant(hyp: str, ref: str) -> None:
    assert ("variant", "converted") in statuses(hyp, ref)
    assert {status for status, _ in statuses(hyp, ref)} == {"variant"}


def test_one_number_of_two_may_be_wrong_wherever_it_stands() -> None:
    hyp, ref = "Clouds and rain are expected in Beijing for nine days", "In three days, clouds and rain in Beijing"
    assert statuses(hyp, ref) == [("wrong value", "value")]


def judge(hyp: str, ref: str, source: str | None) -> list[float]:
    found = match_numbers(find_numbers(ref), find_numbers(hyp), (len(ref), len(hyp)))
    numbers = None if source is None else find_numbers(source, "de")
    return [judge_number(finding, numbers) for finding in found]


def test_the_source_raises_and_lowers_confidence_and_deletes_nothing() -> None:
    (alone,) = judge("16 tons", "15 tons", None)
    (raised,) = judge("16 tons", "15 tons", "fünfzehn Tonnen")
    (lowered,) = judge("16 tons", "15 tons", "16 Tonnen")
    assert 0 < lowered < 0.5 <= alone < raised
    (extra,) = judge("They came in 1999.", "They came.", None)
    (invented,) = judge("They came in 1999.", "They came.", "Sie kamen.")
    (said,) = judge("They came in 1999.", "They came.", "Sie kamen 1999.")
    assert 0 < said < extra < 0.5 <= invented
    (doubted,) = judge("They came.", "They came in 1999.", "Sie kamen.")
    assert 0 < doubted < 0.5
    assert judge("5 km", "5 km", "5 km") == [0.95]


def test_a_magnitude_that_the_source_says_in_an_unknown_form_is_no_other_value() -> None:
    missing = NumberFinding("omitted", "missing number", find_numbers("ISK 20 billion")[0], None)
    assert judge_number(missing, find_numbers("20 milljörðum króna", "xx")) >= 0.5


@given(st.text(max_size=60), st.sampled_from(["en", "de", "ru", "uk", "zh", "ja", "fr", "ar", "xx", ""]))
def test_any_text_is_read_and_spans_lie_in_it(text: str, language: str) -> None:
    found = find_numbers(text, language)
    assert all(0 <= number.start < number.end <= len(text) and number.values for number in found)
    assert found == sorted(found, key=lambda number: number.start)


_PIECES = (
    "5 12 1.5 2,000 ½ 1/2 : 30 - – km m million half past two hundred % € $ pm of an hour thirds Uhr 万 十 月 th s"
)
_PIECES += " ' ² １ ٣"
_PIECES += " A4 May noon to minutes seconds ( . в двадцять п'ять zweiundvierzig in the morning and a half"


@given(
    st.lists(st.sampled_from(_PIECES.split()), max_size=8),
    st.sampled_from(["", " "]),
    st.sampled_from(["en", "de", "uk", "zh"]),
)
def test_any_row_of_pieces_is_read(pieces: list[str], gap: str, language: str) -> None:
    text = gap.join(pieces)
    assert all(0 <= number.start < number.end <= len(text) for number in find_numbers(text, language))


@given(st.decimals(0, 10**9, places=2), st.sampled_from(["en", "de", "fr", "uk", "ru", "sv", "pt", "ja", "hi"]))
def test_a_number_of_a_locale_is_read_in_running_text(number: Decimal, locale: str) -> None:
    from babel.numbers import format_decimal

    text = f"x {format_decimal(number, format='#,##0.00', locale=locale)} y"
    (found,) = [n for n in find_numbers(text, locale) if n.asked]
    assert found.values == {number}


@given(st.integers(10, 10**12), st.sampled_from([0x660, 0x6F0, 0x966, 0x9E6, 0xE50, 0xFF10]))
def test_digits_of_any_script_have_their_value(number: int, zero: int) -> None:
    text = "".join(chr(zero + int(digit)) for digit in str(number))
    assert [n.values for n in find_numbers(text, "xx")] == [{Decimal(number)}]


@pytest.mark.parametrize(
    ("text", "language", "value", "kind", "unit"),
    [
        ("1,5 Mio. Euro", "de", Decimal(1_500_000), "money", "euro"),
        ("3,2 Mrd.", "de", Decimal(3_200_000_000), "number", None),
        ("5 тыс. км", "ru", Decimal(5000), "unit", "kilometer"),
        ("1,7 мільярда доларів", "uk", Decimal(1_700_000_000), "money", "dollar"),
        ("17 Uhr", "de", ("time", 1020), "time", None),
        ("7.50 Uhr", "de", ("time", 470), "time", None),
        ("5:40 ранку", "uk", ("time", 340), "time", None),
        ("２万６４６９・８９ドル", "ja", Decimal("26469.89"), "money", "dollar"),
        ("25 %", "fr", Decimal(25), "percent", None),
        ("412 m", "en", Decimal(412), "unit", "meter"),
        ("412 m", "en", Decimal(412_000_000), "unit", "meter"),
    ],
)
def test_what_stands_beside_a_number(text: str, language: str, value: object, kind: str, unit: str | None) -> None:
    (number,) = find_numbers(text, language)
    assert value in number.values
    assert (number.kind, number.unit) == (kind, unit)
    assert (number.start, number.end) == (0, len(text))


def test_a_mark_before_three_digits_is_read_as_the_language_writes() -> None:
    assert parse_digits("1.500", "de") == {Decimal(1500)}
    assert parse_digits("1,500", "de") == {Decimal("1.5"), Decimal(1500)}
    assert parse_digits("1000,000", "en") == {Decimal(1_000_000)}


def test_list_marks_and_glued_digits_are_not_asked_for() -> None:
    assert [n.asked for n in find_numbers("2. Do not log on")] == [False]
    assert statuses("windows11", "Windows 11") == [("match", "value")]


def test_designations_are_no_numbers() -> None:
    assert values("an S-400 and COVID-19") == [{Decimal(1)}]
    assert find_numbers("S-400")[:1] == []


@pytest.mark.parametrize(
    ("text", "language", "named"),
    [
        ("в июле", "ru", ("month", 7)),
        ("к маю", "ru", ("month", 5)),
        ("в среду", "ru", ("day", 2)),
        ("у травні", "uk", ("month", 5)),
        ("у лютому", "uk", ("month", 2)),
        ("у п’ятницю", "uk", ("day", 4)),
        ("у студзені", "be", ("month", 1)),
    ],
)
def test_months_and_weekdays_are_read_in_any_case(text: str, language: str, named: tuple[str, int]) -> None:
    assert values(text, language) == [{named}]


def test_months_are_read_in_the_language_of_the_text() -> None:
    assert ("month", 7) in values("17. Juli", "de")[1]
    assert values("17. Juli", "xx") == [{Decimal(17)}]
