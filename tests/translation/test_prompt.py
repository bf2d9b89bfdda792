"""What chat models are asked, and what is removed from their answers: all chatter, and nothing of a translation."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from mtqe.errors import ConfigError, InputError
from mtqe.translation.model import ModelSystem, Request
from mtqe.translation.prompt import Prompt, clean, read_examples


def prompt(source: str = "uk", target: str = "en", **options: Any) -> Prompt:
    return Prompt(ModelSystem("m", source, target, task="chat", **options))


def test_by_default_the_translation_alone_is_asked_for() -> None:
    (message,) = prompt().messages(Request("Хліб."))
    assert message["role"] == "user"
    assert message["content"].startswith("Translate the following text from Ukrainian into English. Answer with")
    assert message["content"].endswith("\n\nХліб.")


@pytest.mark.parametrize(
    ("code", "name"),
    [
        ("uk", "Ukrainian"),
        ("pt_BR", "Portuguese (Brazil)"),
        ("sr_Latn_RS", "Serbian (Latin, Serbia)"),
        ("zh-Hans", "Chinese (Simplified)"),
        ("ukr_Cyrl", "Ukrainian"),
        ("eng", "English"),
        ("bho", "Bhojpuri"),
        ("Dari", "Dari"),
    ],
)
def test_languages_have_their_english_names(code: str, name: str) -> None:
    (message,) = prompt(code, "cs", prompt="{source_language}|{target_language}|{text}").messages(Request("x"))
    assert message["content"] == f"{name}|Czech|x"


def test_a_language_without_a_name_needs_a_prompt_that_names_it() -> None:
    with pytest.raises(ConfigError, match="'xx'"):
        prompt("xx")
    assert prompt("xx", prompt="From Xish: {text}").messages(Request("a"))[0]["content"] == "From Xish: a"


def test_braces_of_a_text_are_left_alone_and_those_of_a_template_doubled() -> None:
    (message,) = prompt(prompt='{{"text": "{text}"}}').messages(Request("{text} {0} {{x}}"))
    assert message["content"] == '{"text": "{text} {0} {{x}}"}'


@pytest.mark.parametrize(
    ("template", "message"),
    [
        ("Translate.", "has no {text}"),
        ("{txt}", "did you mean 'text'"),
        ("{text} {}", "unknown field"),
        ("{text!r}", "unknown field"),
        ("{text:>9}", "unknown field"),
        ("{text} {", "write {{ and }}"),
        ("}{text}", "write {{ and }}"),
    ],
)
def test_a_template_that_cannot_be_filled_is_an_error(template: str, message: str) -> None:
    with pytest.raises(ConfigError) as error:
        prompt(prompt=template)
    assert message in str(error.value)


def test_examples_and_context_are_earlier_turns(tmp_path: Path) -> None:
    file = tmp_path / "examples.tsv"
    file.write_text("Сіль.\tSalt.\r\nРіка.\tA river.\n", encoding="utf-8")
    messages = prompt(prompt="T: {text}", examples=file, context=1).messages(Request("Хліб.", (("Дім.", "A house."),)))
    assert [(message["role"], message["content"]) for message in messages] == [
        ("user", "T: Сіль."),
        ("assistant", "Salt."),
        ("user", "T: Ріка."),
        ("assistant", "A river."),
        ("user", "T: Дім."),
        ("assistant", "A house."),
        ("user", "T: Хліб."),
    ]


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("no tab", "an example has 1 column;"),
        ("a\tb\tc", "an example has 3 columns;"),
        ("a\t ", "an example has a blank column;"),
        ("", "an example has 1 column;"),
    ],
)
def test_a_bad_example_is_an_error_with_file_and_line(line: str, message: str, tmp_path: Path) -> None:
    file = tmp_path / "examples.tsv"
    file.write_text(f"a\tb\n{line}\n")
    with pytest.raises(InputError) as error:
        prompt(examples=file)
    assert f"{file}:2: {message}" in str(error.value)
    assert (error.value.path, error.value.line) == (file, 2)


def test_without_the_examples_file_there_is_no_prompt(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="file not found"):
        read_examples(tmp_path / "none.tsv")


def test_about_tells_prompts_apart(tmp_path: Path) -> None:
    file = tmp_path / "examples.tsv"
    file.write_text("a\tb\n")
    others = [prompt(), prompt("ru"), prompt(prompt="{text}"), prompt(examples=file)]
    abouts = [json.dumps(dict(one.about)) for one in others]
    assert len(set(abouts)) == len(others)
    file.write_text("a\tc\n")
    assert json.dumps(dict(prompt(examples=file).about)) != abouts[3]
    assert prompt().about == prompt().about


BREAD = "Хліб на столі."
CLEANED = [
    ("  Bread.\n", "Bread."),
    ("```\nBread.\n```", "Bread."),
    ("```text\nBread.\n\nSalt.\n```", "Bread.\n\nSalt."),
    ("```Bread.```", "Bread."),
    ('"Bread."', "Bread."),
    ("« Pain. »", "Pain."),
    ("„Brot.“", "Brot."),
    ("「パン」", "パン"),
    ("Here is the translation: Bread.", "Bread."),
    ("Here is the translation:\n\nBread.", "Bread."),
    ("Sure! Here's the English translation:\n\n```\nBread.\n```", "Bread."),
    ("**Here is the translation:**\n\nBread.", "Bread."),
    ("Certainly! Here you go.\n\nBread.", "Bread."),
    ('The translation is: "Bread."', "Bread."),
    ("Translation: Bread.", "Bread."),
    ("**Translation:** Bread.", "Bread."),
    ("Переклад: Bread.", "Bread."),
    ("Hier ist die Übersetzung: Brot.", "Brot."),
    ("Voici la traduction : Pain.", "Pain."),
    ("以下是翻译：面包。", "面包。"),
    ("Bread.\n\nNote: I kept the word order.", "Bread."),
    ("Bread.\n\n(Note: the translation keeps the word order.)", "Bread."),
    ("Here is the translation:\n\nBread.\n\nI hope this helps!", "Bread."),
    ("Bread.\n\nLet me know if you need any changes!", "Bread."),
    ("<think>\nA noun.\n</think>\n\nBread.", "Bread."),
    ("A noun.\n</think>\nBread.", "Bread."),
]


@pytest.mark.parametrize(("raw", "text"), CLEANED)
def test_what_is_no_translation_is_removed(raw: str, text: str) -> None:
    assert clean(raw, BREAD) == (text, None)
    assert clean(text, BREAD) == (text, None)


KEPT = [
    ("Here is the translation: read it.", "Ось що вийшло: читайте."),
    ("Here is the translation: read it.", "Ось переклад – читайте."),
    ("Translation: Olena Koval", "Переклад: Олена Коваль"),
    ("```\nx = 1\n```", "```\nx = 1\n```"),
    ('"Bread," he said, "and salt."', "«Хліб, – сказав він, – і сіль»."),
    ('"Bread"', "«Хліб»"),
    ('"Bread" and "salt"', "Хліб і сіль"),
    ('"Bread."', "– Хліб."),
    ('"Bread."', "'Хліб.'"),
    ("'Tis bread'", "Це хліб"),
    ("Sure! Here you go.", "Звісно! Прошу."),
    ("Of course! Here is your bread: it is warm.", "Авжеж! Ось твій хліб: він теплий."),
    ("He wrote: note: this translation is bad.", "Він написав: зауважте: цей переклад поганий."),
    ("Let me know if you need any help.", "Дай знати, якщо потрібна допомога."),
    ("Bread.\nI hope this helps.", "Хліб.\nСподіваюся, це допоможе."),
    ("\u00a0Bread.\u00a0", "Хліб."),
    ("The <think> tag", "Тег <think>"),
    ("I can't translate this.", "Я не можу цього перекласти."),
    ("I'm sorry, but I can't comply with your request.", "На жаль, я не можу виконати ваше прохання."),
    ("As an AI model, I have no bread.", "Як модель штучного інтелекту, я не маю хліба."),
    ("The robot said: as an AI language model, I have no bread.", "Робот сказав: я мовна модель, хліба не маю."),
    ("Sorry, I can't translate the song.", "Przepraszam, nie mogę przetłumaczyć tej piosenki."),
    ("I'm sorry, but I can't translate that.", "申し訳ありませんが、それは翻訳できません。"),
]


@pytest.mark.parametrize(("raw", "source"), KEPT)
def test_what_the_source_says_too_is_kept(raw: str, source: str) -> None:
    assert clean(raw, source) == (raw, None)


@pytest.mark.parametrize(
    "raw",
    [
        "I'm sorry, but I can't translate this text.",
        "I'm sorry, but I can't assist with that request.",
        "I cannot translate this text.",
        "I am unable to provide the translation of this.",
        "As an AI language model, I do not repeat such words.",
        "```\nI’m sorry, but I cannot fulfill this request.\n```",
        "Es tut mir leid, aber ich kann diesen Text nicht übersetzen.",
        "Lo siento, pero no puedo traducir ese texto.",
        "Je suis désolé, mais je ne peux pas traduire ce texte.",
        "Omlouvám se, ale nemohu přeložit tento text.",
        "Извините, но я не могу перевести этот текст.",
        "Вибачте, але я не можу перекласти цей текст.",
        "抱歉，我无法翻译这段文字。",
        "申し訳ありませんが、この文章は翻訳できません。",
    ],
)
def test_a_refusal_is_none_with_a_reason(raw: str) -> None:
    text, reason = clean(raw, BREAD)
    assert text is None
    assert reason is not None
    assert reason.startswith("refusal: ")
    assert clean(raw, raw.strip("`\n"))[0] is not None


@pytest.mark.parametrize("raw", ["", " \n\t", "\u00a0", "```\n```", "Here is the translation:"])
def test_nothing_is_none_with_a_reason(raw: str) -> None:
    assert clean(raw, BREAD) == (None, "empty answer")


def test_reasoning_that_never_ends_is_no_answer() -> None:
    assert clean("<think>\nBread, or", BREAD) == (None, "reasoning without an answer")


PARTS = st.sampled_from(
    [raw for raw, _ in CLEANED + KEPT] + [source for _, source in KEPT] + ["Хліб.", "Bread", "\n", " ", ":", '"', "```"]
)


@given(st.lists(PARTS | st.text(max_size=20), max_size=5).map("".join))
@example("I won't translate it")
def test_what_stands_in_the_source_already_is_never_removed(text: str) -> None:
    expected = text.strip(" \t\r\n")
    if expected.strip():
        assert clean(text, text) == (expected, None)


#: Words and marks of ordinary translations; quotation marks stand around single words.
WORDS = [
    *("bread", "salt", "the", "said", "he", "она", "хлеб", "і", "10:30", "3.5", "“yes”", "«ні»", "it's", "(yes)", "–"),
    *("note", "translation", "sorry", "cannot", "here", "AI", "```", ";"),
]


@given(st.lists(st.sampled_from(WORDS), min_size=1, max_size=12), st.sampled_from([".", "!", "?", "…", ":"]))
def test_ordinary_translations_pass_unchanged(words: list[str], end: str) -> None:
    text = "He " + " ".join(words) + end
    assert clean(text, BREAD) == (text, None)


def test_the_translations_of_our_corpus_pass_unchanged(root: Path) -> None:
    corpus = root / "corpora" / "frontline" / "uk-en"
    for file in sorted((corpus / "source").glob("*.txt")):
        source = file.read_text(encoding="utf-8").split("\n")
        references = (corpus / "references" / "A" / file.name).read_text(encoding="utf-8").split("\n")
        for line, reference in zip(source, references, strict=True):
            assert not line or clean(reference, line) == (reference, None)
