"""Every sentence here is invented."""

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mtqe.entities import find_entity_errors
from mtqe.results import EntityError


def check(hyp: str | None, ref: str, source: str | None = None, language: str | None = None) -> list[EntityError]:
    return find_entity_errors([hyp], [ref], [source], source_language=language)[0]


def by_text(hyp: str, ref: str, source: str | None = None, language: str | None = None) -> dict[str, EntityError]:
    return {ref[slice(*e.ref_span)]: e for e in check(hyp, ref, source, language) if e.ref_span}


@pytest.mark.parametrize(
    ("frame", "wrong", "right", "status"),
    [
        ("Shells fell on {} overnight.", "Krametorsk", "Kramatorsk", "misspelled"),
        ("The minister met {} there.", "Olena Dobchenko", "Olena Dovzhenko", "misspelled"),
        ("The convoy reached {} at night.", "Madrid", "Kherson", "replaced"),
        ("Reporters asked {} about it.", "Butcher", "Myasnenko", "mistranslated"),
        ("He was born in {}.", "1957", "1975", "wrong value"),
        ("She paid {} for it.", "€40", "$40", "wrong value"),
    ],
)
def test_a_wrong_name_is_named_beside_the_right_one(frame: str, wrong: str, right: str, status: str) -> None:
    hyp, ref = frame.format(wrong), frame.format(right)
    (error,) = (e for e in check(hyp, ref) if e.is_error)
    assert error.hyp_span is not None
    assert error.ref_span is not None
    assert hyp[slice(*error.hyp_span)] == wrong
    assert ref[slice(*error.ref_span)] == right == error.suggestion
    assert error.status == status


def test_a_missing_name_is_omitted() -> None:
    start = "The delegation that had come for the talks flew home"
    error = by_text(f"{start}.", f"{start} to Lisbon.")["Lisbon"]
    assert (error.status, error.hyp_span, error.is_error) == ("omitted", None, True)


def test_a_missing_name_does_not_excuse_itself_by_the_length_that_it_leaves() -> None:
    error = by_text("The delegation flew home.", "The delegation flew home to Lisbon.")["Lisbon"]
    assert error.is_error


def test_other_words_in_its_place_make_it_a_hint() -> None:
    hyp = "Later that week his old mother quietly told several visitors everything."
    error = by_text(hyp, "Later that week Halyna told visitors.")["Halyna"]
    assert (error.status, error.is_error) == ("omitted", False)


@pytest.mark.parametrize(
    ("hyp", "ref", "left"),
    [
        ("He met Зубко in the street.", "He met someone in the street.", ["Зубко"]),
        ("He lived in харків then.", "He lived in Kharkiv then.", ["харків"]),
        ("He read 小説 then.", "He read a novel then.", ["小説"]),
        ("He said что in the street.", "He said what in the street.", []),
        ("They left Slovʼiansk then.", "They left Sloviansk then.", []),  # letters of no script
        ("They read Gorʹkij and took 5 µg then.", "They read Gorkiy and took 5 µg then.", []),
    ],
)
def test_names_left_in_another_script_are_untranslated(hyp: str, ref: str, left: list[str]) -> None:
    errors = [e for e in check(hyp, ref) if e.status == "untranslated"]
    assert [hyp[slice(*e.hyp_span or (0, 0))] for e in errors] == left


def test_a_word_left_in_the_source_language_is_untranslated() -> None:
    source = "Hann las helgarritið heima."
    errors = check("He read the helgarritið at home.", "He read the magazine at home.", source, "is")
    assert [(e.status, e.is_error) for e in errors] == [("untranslated", True)]


def test_an_invented_name_is_an_error_and_a_known_one_a_hint() -> None:
    ref = "The jury praised the book at length."
    (invented,) = check("The jury praised the book by Qorvatheni at length.", ref)
    (known,) = check("The jury praised the book from Portugal at length.", ref)
    assert (invented.status, invented.is_error) == ("hallucinated", True)
    assert (known.status, known.is_error) == ("hallucinated", False)


def test_no_word_of_an_accepted_name_is_invented() -> None:
    errors = check("He teaches at the Kharkov Polytechnical Institute.", "He teaches at Kharkiv Polytechnic Institute.")
    assert [error.status for error in errors] == ["variant"]


@pytest.mark.parametrize(
    ("hyp", "ref"),
    [
        ("They met in Kharkov.", "They met in Kharkiv."),
        ("They flew to Kiev.", "They flew to Kyiv."),
        ("We spoke to Sergei Ivanenko.", "We spoke to Sergey Ivanenko."),
        ("We spoke to Alexei Petrenko.", "We spoke to Aleksey Petrenko."),
        ("We spoke to Artjom Solovyov.", "We spoke to Artem Soloviev."),
        ("Fans cheered for Mbappe.", "Fans cheered for Mbappé."),
        ("The firm Gazprom Media paid.", "The firm Gazprom-Media paid."),
        ("The Cavern of Kaikokan is closed.", "The Cavern of Kaiko-kan is closed."),
        ("The army of Russia retreated.", "The Russian army retreated."),
        ("The Italian border is shut.", "Italy's border is shut."),
        ("The UK will vote.", "Britain will vote."),
        ("The United States will vote.", "The US will vote."),
        ("They moved to Holland last year.", "They moved to the Netherlands last year."),
        ("Aid from the UN arrived.", "Aid from the United Nations arrived."),
        ("The World Health Organization warned them.", "The WHO warned them."),
        ("Crowds greeted Putin.", "Crowds greeted Vladimir Putin."),
        ("The Defense Ministry denied it.", "The Ministry of Defence denied it."),
        ("The ministry of defense denied it.", "The Ministry of Defense denied it."),
        ("The Kharkov Aviation Works paid.", "The Kharkiv Aviation Works paid."),
        ("A UN Development Programme report.", "A United Nations Development Programme report."),
        ("He lives in St. Petersburg now.", "He lives in Saint Petersburg now."),
        ("She told us about two Kennedys.", "She told us about two Kennedy brothers."),
    ],
)
def test_variants_are_no_errors(hyp: str, ref: str) -> None:
    errors = check(hyp, ref)
    assert not [e for e in errors if e.is_error]
    assert {e.status for e in errors if e.ref_span} <= {"match", "variant"}


def test_a_surname_can_be_wrong_beside_a_variant_of_the_given_name() -> None:
    hyp, ref = "The host was Sergei Krulyov again.", "The host was Sergey Brulyov again."
    error = by_text(hyp, ref)["Sergey Brulyov"]
    assert (error.status, hyp[slice(*error.hyp_span or (0, 0))]) == ("misspelled", "Sergei Krulyov")


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("They live in Lviv.", "place"),
        ("They visited France.", "place"),
        ("They met President Kovalchukenko.", "person"),
        ("They met Oksana Kovalchuk.", "person"),
        ("They work for the Security Bureau.", "organisation"),
        ("They joined NATO.", "organisation"),
        ("They spoke with the Ukrainians.", "group"),
        ("They came in July.", "date"),
        ("They came at 17:40.", "time"),
        ("They gave $300.", "money"),
        ("They gave 30%.", "percent"),
        ("They gave 30 pens.", "number"),
        ("They use Zorbly.", "other"),
    ],
)
def test_types(text: str, kind: str) -> None:
    assert kind in {e.type for e in check(text, text)}


@pytest.mark.parametrize(
    ("hyp", "ref", "status", "span"),
    [
        (
            "The Martian Free Corps and the Norwegian Free Corps met.",
            "The Free Corps of Norway met.",
            "variant",
            "Norwegian Free Corps",
        ),
        ("The Norwegian Duck Brigade met.", "The Swan Brigade of Norway met.", "replaced", "Norwegian Duck Brigade"),
        ("The Swedish Swan Brigade met.", "The Swan Brigade of Norway met.", "replaced", "Swedish Swan Brigade"),
        ("The Norwegian choir met.", "The Swan Guards of Norway met.", "undecided", "Norwegian"),
    ],
)
def test_a_name_with_a_country_is_judged_as_a_whole(hyp: str, ref: str, status: str, span: str) -> None:
    error = next(e for e in check(hyp, ref) if e.ref_span)
    assert (error.status, hyp[slice(*error.hyp_span or (0, 0))]) == (status, span)
    assert error.is_error is (status == "replaced")


def test_one_place_for_another_is_replaced_whatever_the_source_looks_like() -> None:
    error = by_text("They lived in Mariinsk.", "They lived in Mariupol.", "Вони жили в Маріуполі.", "uk")["Mariupol"]
    assert (error.status, error.is_error) == ("replaced", True)


def test_a_known_place_in_a_form_of_no_gazetteer_is_wrong_even_if_the_source_sounds_so() -> None:
    error = by_text("They saw Bydhoshch.", "They saw Bydgoszcz.", "Вони бачили Бидгощ.", "uk")["Bydgoszcz"]
    assert error.is_error


def test_a_name_in_quotes_is_a_name() -> None:
    hyp = 'They joined the club "Sparrow" in spring.'
    error = by_text(hyp, "They joined the Horobka club in spring.")["Horobka"]
    assert (hyp[slice(*error.hyp_span or (0, 0))], error.is_error) == ("Sparrow", True)


def test_titles_stand_apart_from_names() -> None:
    kinds = {t: e.type for t, e in by_text(*["There was General Ostapchuk."] * 2).items()}
    assert kinds == {"General": "title", "Ostapchuk": "person"}


def test_a_surname_is_a_persons_where_the_texts_have_the_full_name() -> None:
    refs = ["We saw Marta Zvirenko.", "Then came Zvirenko."]
    assert [e.type for e in find_entity_errors(refs, refs)[1]] == ["person"]


def test_sentence_initial_words_are_no_names() -> None:
    assert check("Cats sleep. Dogs bark.", "Birds sing. Fish swim.") == []


def test_without_output_every_mention_is_omitted() -> None:
    ref = "In 2019 Marta Zvirenko left Lviv."
    for hyp in (None, "", "  "):
        errors = check(hyp, ref)
        assert [ref[slice(*e.ref_span or (0, 0))] for e in errors] == ["Marta Zvirenko", "Lviv", "2019"]
        assert all(e.status == "omitted" and e.is_error for e in errors)


def test_the_source_decides_between_two_spellings() -> None:
    ref, hyp = "We saw Zelinsko there.", "We saw Zalinsko there."
    alone = by_text(hyp, ref)["Zelinsko"]
    wrong = by_text(hyp, ref, "Мы видели Зелинско там.", "ru")["Zelinsko"]
    assert (wrong.status, wrong.is_error) == ("misspelled", True)
    assert wrong.confidence > alone.confidence
    supported = by_text(hyp, ref, "Мы видели Залинско там.", "ru")["Zelinsko"]
    assert (supported.status, supported.is_error) == ("undecided", False)


def test_vowels_that_the_source_does_not_write_are_free() -> None:
    error = by_text("We saw Shapiro there.", "We saw Shapira there.", "ראינו שם את שפירא", "he")["Shapira"]
    assert (error.status, error.is_error) == ("variant", False)


def test_a_name_in_the_neighbouring_segment_of_the_document_is_a_hint() -> None:
    refs = ["The guests came.", "After the dinner in the old garden Zvirenko left."]
    hyps = ["The guests came to Zvirenko.", "After the dinner in the old garden left."]
    apart = find_entity_errors(hyps, refs, documents=["a", "b"])
    together = find_entity_errors(hyps, refs, documents=["a", "a"])
    assert apart[1][0].is_error
    assert not together[1][0].is_error


def test_capitals_are_counted_over_the_texts() -> None:
    refs = ["Bakers met.", "The bakers met."]
    assert find_entity_errors(refs, refs) == [[], []]


@pytest.mark.parametrize(
    ("language", "frame", "wrong", "right"),
    [
        ("de", "Gestern verließ sie {} wieder.", "Bachmut", "Cherson"),
        ("fr", "Hier, elle a quitté {} encore.", "Bakhmout", "Kherson"),
        ("ru", "Вчера она видела {} снова.", "Бахмут", "Херсон"),
    ],
)
def test_a_wrong_place_in_other_target_languages(language: str, frame: str, wrong: str, right: str) -> None:
    hyp, ref = frame.format(wrong), frame.format(right)
    (found,) = find_entity_errors([hyp], [ref], target_language=language)
    assert [(e.suggestion, hyp[slice(*e.hyp_span or (0, 0))]) for e in found if e.is_error] == [(right, wrong)]
    (same,) = find_entity_errors([ref], [ref], target_language=language)
    assert {e.status for e in same} == {"match"}


@pytest.mark.parametrize(
    ("wrong", "right"), [("München", "Berlin"), ("Frankreich", "Deutschland"), ("Australien", "Österreich")]
)
def test_famous_places_are_names_in_german(wrong: str, right: str) -> None:
    (error,) = find_entity_errors([f"Sie kam aus {wrong}."], [f"Sie kam aus {right}."], target_language="de")[0]
    assert (error.status, error.is_error) == ("replaced", True)


def test_common_nouns_of_a_language_that_writes_them_with_a_capital_are_no_names() -> None:
    hyp = "Der Hund und das Pferd kamen gestern ins Krankenhaus."
    ref = "Der Köter und der Gaul kamen gestern in die Klinik."
    assert [e for e in find_entity_errors([hyp], [ref], target_language="de")[0] if e.is_error] == []


def test_other_target_languages() -> None:
    (russian,) = find_entity_errors(["Они были в Харькове."], ["Они видели Харьков."], target_language="ru")
    assert [e.status for e in russian if e.ref_span] == ["variant"]
    (chinese,) = find_entity_errors(["他有300本书。"], ["他有500本书。"], target_language="zh")
    assert [e.status for e in chinese] == ["wrong value"]


@settings(max_examples=60)
@given(st.text(max_size=60), st.text(max_size=60))
def test_spans_lie_in_their_texts(hyp: str, ref: str) -> None:
    for error in check(hyp, ref, ref, "de"):
        for span, text in ((error.hyp_span, hyp), (error.ref_span, ref)):
            assert span is None or 0 <= span[0] < span[1] <= len(text)
        assert 0 <= error.confidence <= 1


@settings(max_examples=40)
@given(st.lists(st.sampled_from(["Lviv", "1,200", "visited", "Oksana", "Melnyk", "the", "UN", "July", ".", "and"])))
def test_a_text_agrees_with_itself(words: list[str]) -> None:
    text = " ".join(words)
    assert {e.status for e in check(text, text)} <= {"match"}


def test_precision_on_labelled_system_output(shared: Path) -> None:
    lines = (shared / "data/natural/segments.jsonl").read_text(encoding="utf-8").split("\n")
    rows = [row for row in map(json.loads, filter(None, lines)) if row["label"] != "undecided"]
    found: dict[str, list[EntityError]] = {}
    for language in sorted({row["pair"].split("-")[0] for row in rows}):
        part = [row for row in rows if row["pair"].startswith(language)]
        texts = ([row[side] for row in part] for side in ("hyp", "ref", "src"))
        errors = find_entity_errors(*texts, source_language=language)
        found |= {row["id"]: e for row, e in zip(part, errors, strict=True)}
    items = [(row["label"] == "error", any(e.is_error for e in found[row["id"]])) for row in rows]
    hits, alarms = items.count((True, True)), items.count((False, True))
    misses, quiet = items.count((True, False)), items.count((False, False))
    assert hits / (hits + alarms) >= 0.70
    assert (hits / (hits + misses) + quiet / (quiet + alarms)) / 2 >= 0.75
