"""Each rule marks what it is for, and leaves alone what people write on purpose."""

import pytest

from mtqe.fluency.rules import find_errors
from mtqe.results import ErrorSpan


def verdicts(text: str, language: str = "en") -> list[tuple[str, str]]:
    return [(e.rule, marked(text, e)) for e in find_errors(text, language) if e.confidence >= 0.5]


def hints(text: str, language: str = "en") -> list[str]:
    return [e.rule for e in find_errors(text, language) if e.confidence < 0.5]


def marked(text: str, error: ErrorSpan) -> str:
    assert error.hyp_span is not None
    start, end = error.hyp_span
    assert 0 <= start <= end <= len(text)
    return text[start:end]


FIRES = [
    ("en", "He closed the the gate.", "repeated-word", "the the"),
    ("en", "She sat in the boat in the boat all day.", "repeated-word", "in the boat in the boat"),
    ("de", "Der Zug hielt hielt erst am Abend.", "repeated-word", "hielt hielt"),
    ("zh", "工人们把屋顶上的瓦片屋顶上的瓦片换了。", "repeated-word", "屋顶上的瓦片屋顶上的瓦片"),
    ("en", "We wait for rain wait for rain wait for rain here.", "loop", "wait for rain wait for rain wait for rain"),
    ("en", "The goat goat goat goat slept.", "loop", "goat goat goat goat"),
    ("ja", "川の水が川の水が川の水が流れる。", "loop", "川の水が川の水が川の水が"),
    ("en", "The roof is solid, if not solid, after the storm.", "echo", "solid, if not solid"),
    ("en", "They repair the bridge by repairing the bridge.", "echo", "repair the bridge by repairing the bridge"),
    ("en", "The mayor (a baker spoke first.", "unbalanced-bracket", "("),
    ("zh", "市长）今天没有来。", "unbalanced-bracket", "）"),
    ("en", "The mayor called “it a good day for bread.", "unbalanced-quote", "“"),
    ("de", "Der Bäcker nannte das „einen guten Tag für Brot.", "unbalanced-quote", "„"),
    ("en", "The oven , still warm, was empty.", "space-before-punctuation", " ,"),
    ("zh", "面包师 ，还没有来。", "space-before-punctuation", " ，"),
    ("en", "The baker did n't come.", "split-clitic", " n't"),
    ("en", "The oven,, still warm, was empty.", "doubled-punctuation", ",,"),
    ("en", "The oven was empty.. The baker left.", "doubled-punctuation", ".."),
    ("en", "Flour,water and salt make bread.", "missing-space", ","),
    ("en", "bread is what the baker brings to the market.", "lower-case-start", "bread"),
    ("en", "The baker answerred a letter.", "misspelled", "answerred"),
    ("de", "Der Bäcker hat gestren gebacken.", "misspelled", "gestren"),
    ("en", "The oven is cold on Wednedsay.", "misspelled", "Wednedsay"),
    ("es", "El Gobireno compra pan.", "misspelled", "Gobireno"),
    ("en", "It was a old oven.", "indefinite-article", "a"),
    ("en", "He baked for an week.", "indefinite-article", "an"),
    ("en", "It took a hour.", "indefinite-article", "a"),
    ("en", "The caf\ufffd was closed.", "undecodable", "\ufffd"),
    ("de", "Die BrÃ¶tchen sind warm.", "mojibake", "Ã¶"),
    ("fr", "Le pain est dÃ©jÃ\xa0 froid.", "mojibake", "Ã©"),
    ("bg", "Той каза: РїСЂРёРІРµС‚ на всички.", "mojibake", "РїСЂРёРІРµС‚"),
    ("en", "The baker sold свежий хлеб all day.", "foreign-script", "свежий хлеб"),
    ("zh", "面包师 the baker sold some bread 走了。", "foreign-passage", "the baker sold some bread"),
    ("el", "Ο φούρναρης the bread from his oven χθες.", "foreign-passage", "the bread from his oven"),
    ("de", "Am Morgen the bread was still very warm und frisch.", "foreign-passage", "the bread was still very warm"),
    ("en", "Der Bäcker hat heute schon sehr früh gebacken.", "foreign-passage", None),
    ("bg", "Пeкарят си отиде.", "mixed-script", "Пeкарят"),
]


@pytest.mark.parametrize(("language", "text", "rule", "where"), FIRES)
def test_fires(language: str, text: str, rule: str, where: str | None) -> None:
    found = verdicts(text, language)
    assert rule in {name for name, _ in found}, found
    if where is not None:
        assert (rule, where) in found


CLEAN = [
    ("en", "I know that that oven had had its day."),
    ("en", "The bread rose more and more, step by step, and on and on it went."),
    ("en", "It is a long, long way to Ni Ni, the actress."),
    ("hi", "वह धीरे धीरे रोटी बनाता है।"),
    ("id", "Roti itu dibuat pelan pelan."),
    ("ja", "彼はワクワクしながら、そわそわとパンを待った。"),
    ("en", "The north gate and the south gate close at eight."),
    ("en", "Good bread, if not great bread, is sold here."),
    ("en", "The prices are a) fair, b) low :) and (we hope) stable."),
    ("ja", "パン屋（角の店）は「休み」だった。"),
    ("en", 'He asked for 5" nails and said, "Thank you." "Why?" she wrote.'),
    ("de", "Er sagte „nein“ und ging; das „Brot“ blieb."),
    ("fr", "Le pain est « bon » ; vraiment ?"),
    ("sv", "Han sade ”nej” och gick."),
    ("en", "Wait... what?! It costs 1,000.50, i.e. too much, Inc., etc., he said."),
    ("en", "Visit example.org/pagge or mail bakerr@example.org today."),
    (
        "en",
        "A university, an hour, a European oven, an heir, a one-off, an unidentified baker, a union, a unanimous vote.",
    ),
    ("en", "Vitamin A is good; an MRI and an 8-inch loaf are not the same."),
    ("en", "Mrs Bakker and Mr Writer met Tenukkle in WEDNEDSAY."),
    ("en", "iPhone users and Gorodchenko demined the rebaked field of croissants."),
    ("fr", "Il alla au “CAFÉ” puis à l’hôtel."),
    ("en", "The π meson and the word naïve, at 20 °C."),
    ("zh", "他在看 The New York Times 和 YouTube。"),
    ("bg", "Той чете The Loaf and Oven и слуша радио."),
    ("de", "Der Song The Great Oven Fire lief im Radio."),
    ("en", "Fresh Bread From the Old Oven"),
    ("en", "..."),
]


@pytest.mark.parametrize(("language", "text"), CLEAN)
def test_leaves_alone(language: str, text: str) -> None:
    assert verdicts(text, language) == []


def test_quotes_that_may_go_on_in_the_next_paragraph_are_hints() -> None:
    for text in ("The baker added: “The oven is cold. Nobody came.", "Nobody came.” She left.", "“The oven is cold."):
        assert verdicts(text) == []
        assert hints(text) == ["unbalanced-quote"]


def test_a_missing_final_mark_is_a_hint_and_never_for_a_heading() -> None:
    assert hints("The oven is cold. The baker has gone to see his sister in town") == ["missing-final-mark"]
    assert hints("A woman finds her oven under the rubble of a house near the river") == []


def test_two_spaces_after_every_sentence_are_a_habit() -> None:
    assert verdicts("The oven  is cold. Nobody came.") == [("double-space", "  ")]
    assert verdicts("The oven is cold.  The baker left. Nobody came.") == [("double-space", "  ")]
    assert verdicts("The oven is cold.  The baker left.  Nobody came.") == []


def test_a_correction_is_suggested() -> None:
    suggested = {e.rule: e.suggestion for e in find_errors("The baker answered a old lettter,, again.", "en")}
    assert suggested == {
        "misspelled": "letter",
        "indefinite-article": "an",
        "doubled-punctuation": ",",
    }


def test_what_is_no_translation_at_all_is_critical() -> None:
    (error,) = find_errors("The baker has gone to see his sister in the town.", "el")
    assert error.severity == "critical"
    assert error.category == "Accuracy/Untranslated"


def test_a_language_without_a_word_list_is_checked_by_the_other_rules() -> None:
    assert ("repeated-word", "bara bara") in verdicts("Onye na-eme bara bara achịcha.", "ig")
    assert verdicts("Onye na-eme achịcha bịara.", "ig") == []
