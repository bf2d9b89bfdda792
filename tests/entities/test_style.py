"""Sentences here are invented."""

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mtqe.entities.user.glossary import Glossary, Term
from mtqe.entities.user.policy import naming
from mtqe.entities.user.settle import apply_style, settle
from mtqe.entities.user.style import AliasGroup, Style, Suppression, read_aliases, read_suppressions
from mtqe.errors import ConfigError, InputError
from mtqe.results import EntityError, Span

CORPS = Style(aliases=(AliasGroup("Freedom of Russia Legion", ("Russian Freedom Corps",)),))
KYIV = Style(aliases=(AliasGroup("Kyiv", ("Kyjiw",), ("Kiev",)),))
REF = "The Freedom of Russia Legion left Kyiv."


def finding(status: str, ref: tuple[str, str] | None, hyp: tuple[str, str] | None, type_: str = "place") -> EntityError:
    """A finding about a passage of a text on either side, each as (text, passage)."""
    severity = "neutral" if status in ("match", "variant") else "major"
    return EntityError(span(hyp), span(ref), confidence=0.7, severity=severity, status=status, type=type_)  # type: ignore[arg-type]


def span(of: tuple[str, str] | None) -> Span | None:
    if of is None:
        return None
    start = of[0].index(of[1])
    return start, start + len(of[1])


def brief(errors: list[EntityError], hyp: str) -> list[tuple[str, str, str]]:
    return [(e.status, e.rule, hyp[slice(*e.hyp_span)] if e.hyp_span else "") for e in errors]


def test_an_alias_answers_what_was_missing_and_what_was_invented() -> None:
    hyp = "Yesterday the Russian Freedom Corps left Kyiv."
    errors = [
        finding("omitted", (REF, "Freedom of Russia Legion"), None, "organisation"),
        finding("match", (REF, "Kyiv"), (hyp, "Kyiv")),
        finding("hallucinated", None, (hyp, "Freedom Corps")),
    ]
    settled = settle(errors, REF, hyp, CORPS)
    assert brief(settled, hyp) == [("variant", "alias", "Russian Freedom Corps"), ("match", "", "Kyiv")]
    assert not any(error.is_error for error in settled)


@pytest.mark.parametrize("form", ["Kyjiw", "KYJIW", "Kyjiw's"])
def test_a_form_is_found_whatever_its_case_and_possessive(form: str) -> None:
    hyp = f"They left {form} centre."
    (error,) = settle([finding("misspelled", (REF, "Kyiv"), (hyp, form))], REF, hyp, KYIV)
    assert (error.status, error.rule, hyp[slice(*(error.hyp_span or (0, 0)))].lower()) == ("variant", "alias", "kyjiw")


def test_a_form_is_found_inflected() -> None:
    style = Style(aliases=(AliasGroup("Правда", ("Истина",)),))
    ref, hyp = "Он читал Правду.", "Он читал Истину."
    (error,) = settle([finding("replaced", (ref, "Правду"), (hyp, "Истину"))], ref, hyp, style, language="ru")
    assert (error.status, error.rule) == ("variant", "alias")


def test_the_words_beside_the_alias_must_be_there() -> None:
    style = Style(aliases=(AliasGroup("Zubko", ("Zoubko",)),))
    ref = "Petro Zubko spoke."
    for given_name, status in (("Petro", "variant"), ("Anna", "misspelled")):
        hyp = f"{given_name} Zoubko spoke."
        (error,) = settle([finding("misspelled", (ref, "Petro Zubko"), (hyp, f"{given_name} Zoubko"))], ref, hyp, style)
        assert error.status == status


def test_two_names_take_two_forms() -> None:
    ref, hyp = "Kyiv called Kyiv.", "Kyjiw called Kyjiw."
    errors = [replace(finding("omitted", (ref, "Kyiv"), None), ref_span=at) for at in ((0, 4), (12, 16))]
    assert [e.hyp_span for e in settle(errors, ref, hyp, KYIV)] == [(0, 5), (13, 18)]


@pytest.mark.parametrize("status", ["match", "variant", "undecided", "misspelled"])
def test_an_unacceptable_form_is_a_minor_error(status: str) -> None:
    hyp = "The legion left Kiev."
    (error,) = settle([finding(status, (REF, "Kyiv"), (hyp, "Kiev"))], REF, hyp, KYIV)
    assert (error.status, error.rule, error.severity) == ("mistranslated", "style", "minor")
    assert (error.suggestion, error.is_error) == ("Kyiv", True)
    assert error.category.startswith("Terminology/")


def test_an_unacceptable_form_is_known_without_a_reference() -> None:
    hyp = "The legion left Kiev."
    (error,) = settle([finding("match", None, (hyp, "Kiev"))], None, hyp, KYIV)
    assert (error.status, error.rule) == ("mistranslated", "style")


def test_what_is_no_alias_stays_as_it_was() -> None:
    hyp = "The legion left Odesa."
    errors = [finding("replaced", (REF, "Kyiv"), (hyp, "Odesa")), finding("hallucinated", None, (hyp, "legion"))]
    assert settle(errors, REF, hyp, KYIV) == errors
    assert settle(errors, REF, hyp, Style()) == errors


@pytest.mark.parametrize(
    ("suppression", "is_error"),
    [
        (Suppression("Kyiv", "Odesa"), False),
        (Suppression("kyiv", "*"), False),
        (Suppression("*", "Odesa", "replaced"), False),
        (Suppression("Kyiv", "Odesa", "misspelled"), True),
        (Suppression("Kyiv", "Lviv"), True),
        (Suppression("Kyiv", ""), True),
    ],
)
def test_a_suppressed_alarm_is_a_variant_and_not_gone(suppression: Suppression, is_error: bool) -> None:
    hyp = "The legion left Odesa."
    (error,) = settle(
        [finding("replaced", (REF, "Kyiv"), (hyp, "Odesa"))], REF, hyp, Style(suppressions=(suppression,))
    )
    assert error.is_error == is_error
    assert error.rule == ("" if is_error else "suppressed")


def test_an_empty_form_is_an_omission_or_an_addition() -> None:
    hyp = "The legion left."
    style = Style(suppressions=(Suppression("Kyiv", ""), Suppression("", "legion")))
    errors = [finding("omitted", (REF, "Kyiv"), None), finding("hallucinated", None, (hyp, "legion"))]
    assert [e.rule for e in settle(errors, REF, hyp, style)] == ["suppressed", "suppressed"]


@pytest.mark.parametrize(
    ("policy", "ref", "hyp", "rule", "suggestion"),
    [
        ("endonym", "Kyiv", "Kiev", "policy", "Kyiv"),
        ("endonym", "Odesa", "Odessa", "policy", "Odesa"),
        ("endonym", "Kiev", "Kiev", "policy", "Kyiv"),
        ("endonym", "Kharkov", "Kharkiv", "", None),
        ("endonym", "Vienna", "Vienna", "", None),
        ("endonym", "Vienna", "Wien", "", None),
        ("exonym", "Kyiv", "Kyiv", "policy", "Kiev"),
        ("exonym", "Lvov", "Lviv", "policy", "Lvov"),
        ("exonym", "Vienna", "Vienna", "", None),
        ("either", "Kyiv", "Kiev", "", None),
    ],
)
def test_a_policy_asks_for_one_kind_of_name(policy: str, ref: str, hyp: str, rule: str, suggestion: str | None) -> None:
    status = "match" if ref == hyp else "variant"
    error = EntityError((0, len(hyp)), (0, len(ref)), status=status, type="place", severity="neutral")
    (settled,) = settle([error], ref, hyp, Style(policy))
    assert (settled.rule, settled.suggestion) == (rule, suggestion)
    assert settled.is_error == bool(rule)
    assert settled.severity == ("minor" if rule else "neutral")


@pytest.mark.parametrize("status", ["misspelled", "variant"])
def test_an_alias_outweighs_the_policy(status: str) -> None:
    style = Style("endonym", aliases=(AliasGroup("Kyiv", ("Kiev",)),))
    error = EntityError((0, 4), (0, 4), status=status, type="place")
    (settled,) = settle([error], "Kyiv", "Kiev", style)
    assert settled.status == "variant"


def test_places_with_one_name_have_no_policy() -> None:
    assert naming("Moscow") is None
    assert naming("Qorvatheni") is None
    assert (naming("Kharkov") or ("",))[0] == "exonym"


def test_the_glossary_and_the_detector_say_a_thing_once() -> None:
    style = Style(glossary=Glossary((Term("Легіон", ("Corps",)),)))
    source, ref = "Легіон вийшов.", "The Legion left."
    hyp = "The Corps left."
    (error,) = apply_style(
        [finding("replaced", (ref, "Legion"), (hyp, "Corps"))], ref, hyp, style, source=source, source_language="uk"
    )
    assert (error.status, error.rule) == ("variant", "glossary")
    ref, hyp = "The Corps left.", "The Band left."
    (error,) = apply_style(
        [finding("replaced", (ref, "Corps"), (hyp, "Band"))], ref, hyp, style, source=source, source_language="uk"
    )
    assert (error.status, error.rule, error.confidence) == ("mistranslated", "glossary", 0.9)
    assert (error.src_span, error.ref_span, error.hyp_span) == ((0, 6), (4, 9), (4, 8))


PLACES = ["Kyiv", "Kiev", "Kyjiw", "Odesa", "Odessa", "legion", "and"]
STATUSES = ["match", "variant", "undecided", "misspelled", "replaced", "omitted", "hallucinated", "mistranslated"]


@settings(max_examples=300)
@given(st.data())
def test_settling_twice_is_settling_once(data: st.DataObject) -> None:
    ref, hyp = (" ".join(data.draw(st.lists(st.sampled_from(PLACES), min_size=1, max_size=6))) for _ in range(2))
    spans = [None, *((m, m + 4) for m in range(0, len(hyp) - 3, 3))]
    errors = [
        EntityError(
            data.draw(st.sampled_from(spans)),
            data.draw(st.sampled_from([None, (0, min(4, len(ref))), (5, max(5, len(ref)))])),
            status=data.draw(st.sampled_from(STATUSES)),
            type="place",
        )
        for _ in range(data.draw(st.integers(0, 4)))
    ]
    style = Style(
        data.draw(st.sampled_from(["endonym", "exonym", "either"])),
        KYIV.aliases,
        (Suppression("Kyiv", "*", data.draw(st.sampled_from([None, "misspelled", "mistranslated"]))),),
    )
    once = settle(errors, ref, hyp, style)
    assert settle(once, ref, hyp, style) == once
    gone = len(errors) - len(once)
    assert 0 <= gone <= sum(error.status == "hallucinated" for error in errors)


def test_a_style_file_is_read_with_the_files_beside_it(tmp_path: Path) -> None:
    (tmp_path / "lists").mkdir()
    (tmp_path / "lists" / "names.tsv").write_text("# places\nKyiv\tKyjiw\t!Kiev\nKyiv\tKyyiv\n", encoding="utf-8")
    (tmp_path / "lists" / "no.tsv").write_text("Kyiv\tOdesa\treplaced\nBand\t*\n", encoding="utf-8")
    (tmp_path / "lists" / "terms.tsv").write_text("банк\tbank\n", encoding="utf-8")
    path = tmp_path / "style.toml"
    lines = ['policy = "endonym"', 'aliases = "lists/names.tsv"', 'suppress = "lists/no.tsv"']
    path.write_text("\n".join([*lines, 'glossary = "lists/terms.tsv"']), encoding="utf-8")
    style = Style.load(path)
    assert style.policy == "endonym"
    assert style.aliases == (AliasGroup("Kyiv", ("Kyjiw", "Kyyiv"), ("Kiev",)),)
    assert style.suppressions == (Suppression("Kyiv", "Odesa", "replaced"), Suppression("Band", "*"))
    assert style.glossary.terms == (Term("банк", ("bank",)),)
    assert style.fingerprint != Style().fingerprint == Style("either").fingerprint


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('polcy = "either"', "did you mean 'policy'?"),
        ('policy = "endonyms"', "did you mean 'endonym'?"),
        ("policy = 3", "must be a text"),
        ("policy = ", "not valid TOML"),
    ],
)
def test_a_bad_style_file_says_what_is_wrong(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "style.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError, match=r"style\.toml") as caught:
        Style.load(path)
    assert message in str(caught.value)


@pytest.mark.parametrize(
    "row", ["Kyiv", "\tKyjiw", "Kyiv\t!", "!Kyiv\tKiev", "Kyiv\tKiev\t!Kiev", "Kyiv\t!Kyiv", "–\tx"]
)
def test_a_bad_row_of_aliases_is_named(tmp_path: Path, row: str) -> None:
    path = tmp_path / "names.tsv"
    path.write_text(f"# names\nOdesa\tOdessa\n{row}\n", encoding="utf-8")
    with pytest.raises(InputError) as caught:
        read_aliases(path)
    assert (caught.value.path, caught.value.line) == (path, 3)


@pytest.mark.parametrize("row", ["Kyiv", "*\t*", "*\t*\treplaced", "Kyiv\tKiev\twrong", "a\tb\tc\td"])
def test_a_bad_suppression_is_named(tmp_path: Path, row: str) -> None:
    path = tmp_path / "suppress.tsv"
    path.write_text(f"Odesa\tOdessa\n{row}\n", encoding="utf-8")
    with pytest.raises(InputError) as caught:
        read_suppressions(path)
    assert (caught.value.path, caught.value.line) == (path, 2)


FORMS = st.text("abcdeéñшф北 -.", min_size=1, max_size=8).map(str.strip).filter(lambda s: any(map(str.isalpha, s)))


@given(st.dictionaries(FORMS, st.lists(FORMS, min_size=1, max_size=4, unique=True), min_size=1, max_size=5))
def test_every_alias_is_read(tmp_path_factory: pytest.TempPathFactory, groups: dict[str, list[str]]) -> None:
    path = tmp_path_factory.mktemp("names") / "names.tsv"
    path.write_text("".join("\t".join([name, *forms]) + "\n" for name, forms in groups.items()), encoding="utf-8")
    read = {group.canonical: set(group.forms) for group in read_aliases(path)}
    assert read == {name: {name, *forms} for name, forms in groups.items()}


@given(st.lists(st.tuples(FORMS, FORMS, st.sampled_from([None, "omitted", "wrong value"])), min_size=1, max_size=6))
def test_every_suppression_is_read(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[str, str, str | None]]
) -> None:
    path = tmp_path_factory.mktemp("suppress") / "suppress.tsv"
    path.write_text("".join("\t".join(filter(None, row)) + "\n" for row in rows), encoding="utf-8")
    assert read_suppressions(path) == tuple(Suppression(*row) for row in rows)
