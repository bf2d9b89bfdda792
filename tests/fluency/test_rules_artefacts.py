"""What tools and chat models leave in a text, agreement, and conventions: marked, and not where people mean it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mtqe.fluency.rules import RULES, find_errors
from mtqe.results import ErrorSpan


def found(text: str, language: str, *, verdicts: bool = True) -> list[tuple[str, str]]:
    errors = find_errors(text, language)
    return [(e.rule, marked(text, e)) for e in errors if (e.confidence >= 0.5) == verdicts]


def marked(text: str, error: ErrorSpan) -> str:
    assert error.hyp_span is not None
    start, end = error.hyp_span
    return text[start:end]


FIRES = [
    ("en", "Flour &amp; salt.", "html-entity", "&amp;"),
    ("de", "Er sagte &quot;nein.", "html-entity", "&quot;"),
    ("fr", "l&#39;eau est froide.", "html-entity", "&#39;"),
    ("en", "The <unk> was sold.", "special-token", "<unk>"),
    ("ja", "パンを買った。</s>", "special-token", "</s>"),
    ("en", "The ba@@ ker slept.", "subword-mark", "@@"),
    ("cs", "Byl to ▁chléb.", "subword-mark", "▁"),
    ("en", "He was bak ##ing bread.", "subword-mark", "##"),
    ("en", "A well @-@ known oven.", "subword-mark", "@-@"),
    ("en", "```\nThe oven is hot.\n```", "markdown-fence", "```"),
    ("en", "Here is the translation: The oven is hot.", "model-chatter", "Here is the translation:"),
    ("es", "Sure! Here is the translated text: El horno.", "model-chatter", "Sure! Here is the translated text:"),
    ("de", "Hier ist die Übersetzung: Der Ofen ist heiß.", "model-chatter", "Hier ist die Übersetzung:"),
    ("es", "¡Claro! Aquí tienes la traducción: El horno está caliente.", "model-chatter", None),
    ("fr", "Voici la traduction du texte : Le four est chaud.", "model-chatter", None),
    ("cs", "Zde je překlad: Pec je horká.", "model-chatter", "Zde je překlad:"),
    ("ru", "Вот перевод: Печь горячая.", "model-chatter", "Вот перевод:"),
    ("uk", "Ось переклад: Піч гаряча.", "model-chatter", "Ось переклад:"),
    ("zh", "以下是翻译：炉子很热。", "model-chatter", "以下是翻译："),
    ("ja", "以下が翻訳です：窯は熱い。", "model-chatter", "以下が翻訳です："),
    ("en", "The oven is hot. (Note: I translated the name literally.)", "model-chatter", None),
    ("en", "I'm sorry, but I can't translate this text.", "refusal", "I'm sorry, but I can't translate this text"),
    ("de", "Es tut mir leid, aber ich kann diesen Text nicht übersetzen.", "refusal", None),
    ("zh", "抱歉，我无法翻译这段文字。", "refusal", "抱歉，我无法翻译"),
    ("en", "The baker went down to the market to buy some flour and the", "broken-off", "the"),
    ("de", "Der alte Bäcker ging am Morgen auf den Markt und", "broken-off", "und"),
    ("en", "We bought these book in spring.", "demonstrative", "these book"),
    ("en", "We visited this cities in spring.", "demonstrative", "this cities"),
    ("en", "The oven is old but they was proud of it.", "subject-auxiliary", "was"),
    ("en", "Every day he have bread.", "subject-auxiliary", "have"),
    ("en", "It have no door.", "subject-auxiliary", "have"),
    ("en", "I think that him will bake.", "subject-pronoun", "him"),
    ("en", "We ate wITh the baker.", "odd-capitals", "wITh"),
    ("en", "He ate bread ( and salt ) today.", "tokenised", "( and salt )"),
    ("en", "He said ``no, thanks'' to me.", "tokenised", "``"),
    ("fr", "C'est l ' homme au pain.", "tokenised", " ' "),
    ("en", "The oven was  very old.", "double-space", "  "),
    ("hi", "रोटी के के दाम बढ़े।", "repeated-word", "के के"),
]


@pytest.mark.parametrize(("language", "text", "rule", "where"), FIRES)
def test_fires(language: str, text: str, rule: str, where: str | None) -> None:
    verdicts = found(text, language)
    assert rule in {name for name, _ in verdicts}, verdicts
    if where is not None:
        assert (rule, where) in verdicts


CLEAN = [
    ("en", "R&D costs money, and 5 < 7 > 3; a [sic] b, AT&T; mail a@b.org or tag @baker #bread."),
    ("en", "Here is the baker: he sold his translation of the book."),
    ("en", "I'm sorry, but I can't come to the market."),
    ("en", "She said she was sorry, but he cannot stay."),
    ("de", "Hier ist die Bäckerei: klein, aber gut."),
    ("ru", "Вот хлеб: свежий и тёплый."),
    ("zh", "以下是面包的价格：三元。"),
    ("en", "What bread is made of"),
    ("en", "The end of a long day is what we all look forward to"),
    ("en", "These country roads are long, and those day trips were fun; that people bake is known."),
    ("en", "This year's bread and this day of rest; this dogs his steps; this years-long war; this ideas fair."),
    ("en", "Did he have bread? If he were here, should she have it, had they been; he and she are bakers."),
    ("en", "We ask that he have a chance; neither you nor she are late."),
    ("en", "He or they is right, and the pronoun they is plural; Doesn’t he have any?"),
    ("en", "World War I was long, and Elizabeth I has her own oven."),
    ("en", "They told him will power is all that helps them."),
    ("en", "My iPhone and YouTube, McDonald and eBay, NATO and the EU."),
    ("fr", "C'est l'homme qu’il a vu (au marché)."),
    ("hi", "वह धीरे धीरे घर घर गया।"),
    ("ja", "彼はキョロキョロと見回した。"),
]


@pytest.mark.parametrize(("language", "text"), CLEAN)
def test_leaves_alone(language: str, text: str) -> None:
    assert found(text, language) == []


HINTS = [
    ("de", "Das kostet 1,234.50 Euro im Jahr.", "number-format", "1,234.50"),
    ("en", "It costs 1.234,50 euros a year.", "number-format", "1.234,50"),
    ("en", "He said „no thanks“ to me.", "quotation-convention", "„"),
    ("en", "The **old** oven is hot.", "markdown", "**old**"),
    ("en", "## Bread and salt", "markdown", "## "),
    ("en", "He shouted that NOBODY MAY EVER EAT BREAD here.", "all-capitals", "NOBODY MAY EVER EAT BREAD"),
    ("en", "Flour, salt,", "broken-off", ","),
    ("en", "The oven is cold.  The baker left.  Nobody came.", "double-space", "  "),
    ("cs", "pekař šel dnes ráno na trh pro mouku a sůl.", "lower-case-start", "pekař"),
]


@pytest.mark.parametrize(("language", "text", "rule", "where"), HINTS)
def test_hints(language: str, text: str, rule: str, where: str) -> None:
    assert (rule, where) in found(text, language, verdicts=False)
    assert rule not in {name for name, _ in found(text, language)}


def test_conventions_of_a_language_are_not_asked_of_another() -> None:
    assert found("Das kostet 1.234,50 Euro, „immerhin“.", "de", verdicts=False) == []
    assert found("They was here and he have these book.", "ig") == []


def test_a_refusal_is_no_translation_and_chatter_an_addition() -> None:
    (refusal,) = find_errors("I'm sorry, but I cannot assist with that request.", "en")
    assert (refusal.category, refusal.severity) == ("Non-translation", "critical")
    (chatter,) = find_errors("Here is the translation: The oven is hot.", "en")
    assert (chatter.category, chatter.severity) == ("Accuracy/Addition", "major")


def test_an_entity_suggests_its_character() -> None:
    (error,) = find_errors("Flour &amp;quot; salt.", "en")
    assert error.suggestion == '"'


_ODD = (
    st.text(alphabet=st.sampled_from("aÃ¶eB ти«»\"“”()[]`'*#@<>&;.,!?-–0129РјЎ。，「」▁क।\u00a0\ufffd\u3000\n"))
    | st.text()
)


@given(_ODD, st.sampled_from(["en", "de", "fr", "es", "cs", "ru", "uk", "zh", "ja", "hi", "ig", "xx", "sr_Latn"]))
def test_spans_lie_inside_any_text(text: str, language: str) -> None:
    for error in find_errors(text, language):
        assert error.hyp_span is not None
        start, end = error.hyp_span
        assert 0 <= start <= end <= len(text)


@given(_ODD)
def test_rules_of_english_are_off_elsewhere(text: str) -> None:
    english = {"demonstrative", "subject-auxiliary", "subject-pronoun", "indefinite-article", "split-clitic"}
    assert english.isdisjoint(error.rule for error in find_errors(f"they was {text} these book. It took a hour", "fr"))


def test_every_rule_stands_once() -> None:
    assert len(set(RULES)) == len(RULES)
