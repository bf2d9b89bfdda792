"""The segments and tokenizers of the fixtures: run by make_fixtures.py in the peer's environment.

All texts are this project's: the corpus `corpora/frontline`, and the examples below.
"""

import io
import json
import unicodedata
from pathlib import Path
from typing import Any

CORPUS = Path(__file__).resolve().parents[2] / "corpora" / "frontline"
FAIRSEQ = ["<s>", "<pad>", "</s>", "<unk>"]

#: Source, reference, second reference, and the outputs of the two systems.
EDGES = [
    ("Міст відкрили.", "The bridge was opened.", "They opened the bridge.", "", "The bridge was opened."),
    ("Die Fähre fährt heute nicht.", "", "", "The ferry does not run today.", "No ferry today."),
    ("", "Nobody came to the square.", "Nobody was on the square.", "Nobody came to the square.", "Nobody came."),
    ("", "", "", "", ""),
    (
        "Тег <pad> у тексті.",
        "A <pad> tag in the text.",
        "The tag <pad> in the text.",
        "A <pad> tag in the text, and after it more words.",
        "The <pad><pad> tag is in text <pad>",
    ),
    (
        "Знак </s> та <mask> тут.",
        "The sign </s> and <mask> here.",
        "Here </s> and <mask>.",
        "The sign </s> and <mask> are here </s>",
        "<s> sign <mask> <unk> here",
    ),
    (
        "Er zahlte 30\u00a0000\u00a0Euro.",
        "He paid 30\u00a0000 euros.",
        "He paid 30,000\u202feuros.",
        "He paid\u00a030\u00a0000\u00a0euros\u00a0.",
        "He paid 30000 Euro",
    ),
    (
        "Нуль\u200bширини і\u200d\u200c з’єднувач.",
        "Zero\u200bwidth and a joiner.",
        "Zero width and joiner.",
        "\u200bZero\u200bwidth\u2060 and\u200d a joiner\ufeff.",
        "Zero width and a\u00adjoiner.\u200b",
    ),
    (
        "Erste Spalte\tzweite Spalte",
        "First column\tsecond column",
        "First column, second column",
        "First column\tsecond  column\t",
        "  First column second column  ",
    ),
    (
        "桥今天早上开放了。",
        "桥在今天早上开放。",
        "今天早上桥开放了。",
        "桥今天早上开了,ﬁnally！",
        "这座桥 今天 开放了 。",
    ),
    (
        "The harbour was quiet at dawn.",
        "На світанку в порту було тихо.",
        "У порту на світанку було тихо.",
        "Гавань була тиха на світанку.",
        "На світанку порт був тихий，але вітряний…",
    ),
    (
        "Ganz genau gleich.",
        "Exactly the same.",
        "The very same.",
        "Exactly the same.",
        "Exactly the same.",
    ),
    ("Так.", "Yes.", "Yes!", "Yes.", "Y"),
    (
        "Der Rat stimmte ab 🙂.",
        "The council voted 🙂.",
        "The council held a vote.",
        "The council voted 🙂🚢.",
        "Cafe\u0301 council ½ voted ² times №5 ™",
    ),
]


def make_segments() -> dict[str, Any]:
    """Lines of the corpus, the examples above and long ones, by field and system."""
    rows = [_line(*place) for place in _PLACES]
    rows += EDGES
    rows.append(_joined("uk-en", "budget-night", 2400, 2300, 2300, 2500))
    rows.append(_joined("uk-en", "tysa-rises", 420, 560, 560, 620))
    rows.append(_joined("de-en", "oder-bridge-vote", 300, 300, 2400, 330))
    source, reference, second, one, two = (list(column) for column in zip(*rows, strict=True))
    return {"src": source, "ref": reference, "ref2": second, "systems": {"literal": one, "smooth": two}}


_PLACES = [
    ("uk-en", "budget-night", 1),
    ("uk-en", "budget-night", 4),
    ("uk-en", "fields-and-mines", 2),
    ("uk-en", "patrol-boats", 3),
    ("de-en", "island-ferry", 1),
    ("de-en", "island-ferry", 3),
    ("de-en", "narrow-gauge", 2),
    ("de-en", "lynx-on-the-move", 4),
]
_PARTS = ("source", "references/A", "references/B", "systems/literal", "systems/smooth")


def _lines(pair: str, part: str, document: str) -> list[str]:
    return (CORPUS / pair / part / f"{document}.txt").read_text(encoding="utf-8").splitlines()


def _line(pair: str, document: str, number: int) -> tuple[str, ...]:
    return tuple(_lines(pair, part, document)[number] for part in _PARTS)


def _joined(pair: str, document: str, *lengths: int) -> tuple[str, ...]:
    """A document in one line, each part cut to a length in characters (the second reference as the first)."""
    source, reference, one, two = lengths
    sizes = (source, reference, reference, one, two)
    return tuple(" ".join(_lines(pair, part, document))[:size] for part, size in zip(_PARTS, sizes, strict=True))


def training_text() -> list[str]:
    """What the tokenizers are trained on: references and sources of the corpus, and the examples."""
    lines = [line for part in ("source", "references/A") for path in sorted(CORPUS.glob(f"*/{part}/*.txt"))
             for line in path.read_text(encoding="utf-8").splitlines()]  # fmt: skip
    return [line for line in lines if line] + [text for row in EDGES for text in row if text] * 3


def _normalisation_rules() -> str:
    """Rules as sentencepiece reads them: compatibility forms, odd spaces and invisible characters."""
    rules = {"\t": " ", "\u00a0": " ", "\u2060": " ", "\ufeff": " "}
    rules |= {chr(code): " " for code in (*range(0x2000, 0x2010), 0x2028, 0x2029, 0x202F, 0x205F, 0x3000)}
    for code in (*range(0xA1, 0x500), *range(0x2010, 0x2027), *range(0x2030, 0x205F), *range(0x2070, 0x2190),
                 *range(0xFB00, 0xFB07), *range(0xFF01, 0xFF5F)):  # fmt: skip
        letter = chr(code)
        composed, apart = unicodedata.normalize("NFKC", letter), unicodedata.normalize("NFD", letter)
        if composed != letter:
            rules[letter] = composed
        if apart != letter and composed == letter:
            rules[apart] = letter
    return "".join(f"{_hex(old)}\t{_hex(new)}\n" for old, new in sorted(rules.items()))


def _hex(text: str) -> str:
    return " ".join(f"{ord(letter):X}" for letter in text)


def _sentencepiece(directory: Path, size: int, **ids: int) -> bytes:
    import sentencepiece

    rules = directory / "rules.tsv"
    rules.write_text(_normalisation_rules(), encoding="utf-8")
    model = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(training_text()),
        model_writer=model,
        vocab_size=size,
        model_type="unigram",
        character_coverage=0.999,
        normalization_rule_tsv=str(rules),
        num_threads=1,
        minloglevel=2,
        **ids,
    )
    return model.getvalue()


def make_xlmr(scratch: Path, directory: Path) -> None:
    """`tokenizer.json` as XLM-RoBERTa's: fairseq's special tokens first, `<mask>` last, no proper post-normaliser."""
    from tokenizers import AddedToken, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors
    from transformers.utils import sentencepiece_model_pb2_new as messages

    trained = messages.ModelProto.FromString(_sentencepiece(scratch, 480))
    vocab = [(token, 0.0) for token in FAIRSEQ] + [(piece.piece, piece.score) for piece in trained.pieces[3:]]
    tokenizer = Tokenizer(models.Unigram([*vocab, ("<mask>", 0.0)], unk_id=3))
    tokenizer.normalizer = normalizers.Precompiled(trained.normalizer_spec.precompiled_charsmap)
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([pre_tokenizers.WhitespaceSplit(), pre_tokenizers.Metaspace()])
    tokenizer.decoder = decoders.Metaspace()
    tokenizer.post_processor = processors.TemplateProcessing(
        single="<s> $A </s>", pair="<s> $A </s> </s> $B </s>", special_tokens=[("<s>", 0), ("</s>", 2)]
    )
    tokenizer.add_special_tokens([*FAIRSEQ, AddedToken("<mask>", lstrip=True)])
    directory.mkdir(parents=True, exist_ok=True)
    tokenizer.save(str(directory / "tokenizer.json"), pretty=False)
    (directory / "tokenizer_config.json").write_text(json.dumps({"model_max_length": 512}))


def make_mt5(scratch: Path, directory: Path) -> None:
    """`spiece.model` as mT5's, and the `tokenizer.json` that transformers makes of it."""
    from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors
    from transformers.utils import sentencepiece_model_pb2_new as messages

    model = _sentencepiece(scratch, 400, pad_id=0, eos_id=1, unk_id=2, bos_id=-1)
    trained = messages.ModelProto.FromString(model)
    tokenizer = Tokenizer(models.Unigram([(piece.piece, piece.score) for piece in trained.pieces], unk_id=2))
    charsmap = normalizers.Precompiled(trained.normalizer_spec.precompiled_charsmap)
    spaces = normalizers.Replace(Regex(" {2,}"), "▁")
    tokenizer.normalizer = normalizers.Sequence([charsmap, normalizers.Strip(left=False, right=True), spaces])
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
    tokenizer.decoder = decoders.Metaspace()
    tokenizer.post_processor = processors.TemplateProcessing(
        single="$A </s>", pair="$A </s> $B </s>", special_tokens=[("</s>", 1)]
    )
    tokenizer.add_special_tokens([AddedToken(token) for token in ("<pad>", "</s>", "<unk>")])
    directory.mkdir(parents=True, exist_ok=True)
    (directory / "spiece.model").write_bytes(model)
    tokenizer.save(str(directory / "tokenizer.json"), pretty=False)
    config = {"tokenizer_class": "T5Tokenizer", "extra_ids": 0, "additional_special_tokens": None}
    config |= {"eos_token": "</s>", "pad_token": "<pad>", "unk_token": "<unk>"}
    (directory / "tokenizer_config.json").write_text(json.dumps(config))


def make_bert(directory: Path) -> None:
    """`vocab.txt` and `tokenizer.json` of a cased BERT."""
    from tokenizers import BertWordPieceTokenizer

    tokenizer = BertWordPieceTokenizer(lowercase=False, strip_accents=False)
    tokenizer.train_from_iterator(training_text(), vocab_size=480, min_frequency=2, limit_alphabet=150)
    directory.mkdir(parents=True, exist_ok=True)
    tokenizer.save_model(str(directory))
    BertWordPieceTokenizer(str(directory / "vocab.txt"), lowercase=False, strip_accents=False).save(
        str(directory / "tokenizer.json"), pretty=False
    )
    config = {"do_lower_case": False, "model_max_length": 512, "tokenizer_class": "BertTokenizer"}
    (directory / "tokenizer_config.json").write_text(json.dumps(config))


def make_roberta(directory: Path) -> None:
    """`vocab.json`, `merges.txt` and `tokenizer.json` of RoBERTa: bytes, a space before each word."""
    from tokenizers import ByteLevelBPETokenizer
    from transformers import RobertaTokenizerFast

    tokenizer = ByteLevelBPETokenizer(add_prefix_space=False)
    special = [*FAIRSEQ, "<mask>"]
    tokenizer.train_from_iterator(training_text(), vocab_size=480, special_tokens=special)
    directory.mkdir(parents=True, exist_ok=True)
    tokenizer.save_model(str(directory))
    RobertaTokenizerFast.from_pretrained(directory, add_prefix_space=False).backend_tokenizer.save(
        str(directory / "tokenizer.json"), pretty=False
    )
    config = {"model_max_length": 512, "tokenizer_class": "RobertaTokenizer"}
    (directory / "tokenizer_config.json").write_text(json.dumps(config))
