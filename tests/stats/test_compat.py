"""mtqe.stats.compat and the arithmetic of scores against sacreBLEU itself: equal to the last bit, dtypes included."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst
from sacrebleu.metrics.bleu import BLEU
from sacrebleu.metrics.chrf import CHRF
from sacrebleu.metrics.ter import TER
from sacrebleu.significance import PairedTest

from mtqe.metrics import bleu, chrf, ter
from mtqe.stats import compat

WORDS = [
    "the",
    "cat",
    "sat",
    "on",
    "a",
    "mat",
    ",",
    "and",
    "it",
    "did",
    "not",
    "see",
    "my",
    "dog",
    "in",
    "old",
    ".",
    "?",
]
METRICS: dict[str, Callable[[], Any]] = {
    "BLEU": BLEU,
    "BLEU effective order": lambda: BLEU(effective_order=True),
    "BLEU floor": lambda: BLEU(smooth_method="floor"),
    "BLEU add-k": lambda: BLEU(smooth_method="add-k", smooth_value=2),
    "BLEU none, 2": lambda: BLEU(smooth_method="none", max_ngram_order=2),
    "chrF": CHRF,
    "chrF++": lambda: CHRF(word_order=2),
    "chrF eps": lambda: CHRF(eps_smoothing=True, beta=3),
    "TER": TER,
}


def exact(metric: Any) -> compat.Score:
    """Our arithmetic for a metric of sacreBLEU."""
    if isinstance(metric, BLEU):
        names = ("smooth_method", "smooth_value", "max_ngram_order", "effective_order")
        return bleu.make(**{name: getattr(metric, name) for name in names}).aggregate
    if isinstance(metric, CHRF):
        names = ("char_order", "word_order", "beta", "eps_smoothing")
        return chrf.make(**{name: getattr(metric, name) for name in names}).aggregate
    return ter.make().aggregate


def corpus(n: int, systems: int, references: int, seed: int) -> tuple[list[list[str]], list[list[str]]]:
    """References, and systems that replace, drop and repeat more and more of their words; some lines are empty."""
    generator = np.random.default_rng(seed)

    def noisy(line: str, rate: float) -> str:
        words = [str(generator.choice(WORDS)) if generator.random() < rate else word for word in line.split()]
        return " ".join(word for word in words if generator.random() > rate / 2) if generator.random() > 0.02 else ""

    truth = [" ".join(generator.choice(WORDS, generator.integers(1, 12))) for _ in range(n)]
    refs = [truth, *([noisy(line, 0.2) or "x" for line in truth] for _ in range(references - 1))]
    return [[noisy(line, 0.1 + 0.03 * i) for line in truth] for i in range(systems)], refs


def theirs(metric: Any, systems: list[list[str]], refs: list[list[str]], **options: Any) -> list[tuple[Any, ...]]:
    named = [(str(i), system) for i, system in enumerate(systems)]
    _, scores = PairedTest(named, {"metric": metric}, refs, **options)()
    (results,) = (found for name, found in scores.items() if name != "System")
    return [(result.score, result.p_value, result.mean, result.ci) for result in results]


def ours(results: list[compat.Result]) -> list[tuple[Any, ...]]:
    return [(result.score, result.p, result.mean, result.ci) for result in results]


def statistics(metric: Any, systems: list[list[str]], refs: list[list[str]]) -> np.ndarray:
    return np.array([metric._extract_corpus_statistics(system, refs) for system in systems], dtype=np.float64)


@pytest.mark.parametrize("references", [1, 3])
@pytest.mark.parametrize("name", METRICS)
def test_both_tests_equal_sacrebleu(name: str, references: int) -> None:
    """TER with three references has thirds, whose sums depend on their order."""
    metric = METRICS[name]()
    systems, refs = corpus(70, 4, references, seed=1)
    sums = statistics(metric, systems, refs)
    bootstrap = compat.paired_bootstrap(sums, exact(metric), draws=120)
    assert ours(bootstrap) == theirs(metric, systems, refs, test_type="bs", n_samples=120)
    randomisation = compat.approximate_randomisation(sums, exact(metric), draws=150, bootstrap_draws=80)
    assert ours(randomisation) == theirs(metric, systems, refs, test_type="ar", n_samples=150, n_ar_confidence=80)


@pytest.mark.parametrize("seed", ["7", "99"])
def test_the_seed_is_sacrebleus(seed: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SACREBLEU_SEED", seed)
    metric = CHRF()
    systems, refs = corpus(40, 3, 1, seed=2)
    found = compat.paired_bootstrap(statistics(metric, systems, refs), exact(metric), draws=100, seed=int(seed))
    assert ours(found) == theirs(metric, systems, refs, test_type="bs", n_samples=100)


@pytest.mark.parametrize("name", ["BLEU", "chrF", "chrF++", "TER"])
def test_systems_that_match_next_to_nothing(name: str) -> None:
    """Resamples without any match are Python's 0.0 in sacreBLEU, which turns its float32 into float64."""
    metric = METRICS[name]()
    refs = [["q w", "a b c d e", "", "n m"]]
    systems = [["", "a b x", "", ""], ["q z", "", "", "x"], ["", "", "", ""], ["", "a b x", "", ""]]
    sums = statistics(metric, systems, refs)
    found = compat.paired_bootstrap(sums, exact(metric), draws=200)
    assert ours(found) == theirs(metric, systems, refs, test_type="bs", n_samples=200)
    found = compat.approximate_randomisation(sums, exact(metric), draws=200)
    assert ours(found) == theirs(metric, systems, refs, test_type="ar", n_samples=200)


def test_sums_beyond_what_float32_adds_exactly() -> None:
    """100,000 long segments: the order of addition matters, and is sacreBLEU's."""
    metric = CHRF()
    systems, refs = corpus(50, 2, 1, seed=3)
    sums = statistics(metric, systems, refs)
    sums *= 2**24 // 100 + 1
    scores = compat._resampled(sums, exact(metric), np.random.default_rng(5), 60)
    indices = np.random.default_rng(5).choice(50, size=(60, 50), replace=True)
    for own, found in zip(sums.astype(np.float32), scores, strict=True):
        rows = [metric._compute_score_from_stats(own[drawn].sum(0)).score for drawn in indices]
        assert found.tolist() == np.array(rows).tolist()


@pytest.mark.slow
@pytest.mark.parametrize("pair", ["ja-en", "ru-en"])
@pytest.mark.parametrize("name", ["BLEU", "chrF", "chrF++"])
def test_wmt21_equals_sacrebleu(shared: Path, name: str, pair: str) -> None:
    data = shared / "data" / "wmt21"
    paths = sorted((data / "system-outputs" / pair).glob("*.txt"))[:5]
    systems = [path.read_text(encoding="utf-8").split("\n")[:-1] for path in paths]
    refs = [(data / "references" / f"{pair}.refA.txt").read_text(encoding="utf-8").split("\n")[:-1]]
    metric = METRICS[name]()
    sums = statistics(metric, systems, refs)
    assert ours(compat.paired_bootstrap(sums, exact(metric))) == theirs(metric, systems, refs, test_type="bs")
    randomisation = compat.approximate_randomisation(sums, exact(metric), draws=2000)
    assert ours(randomisation) == theirs(metric, systems, refs, test_type="ar", n_samples=2000)


WIDTHS = {"BLEU none, 2": 6, "chrF": 18, "chrF++": 24, "chrF eps": 18, "TER": 2}


@settings(max_examples=60, deadline=None)
@given(
    st.sampled_from(sorted(METRICS)),
    st.sampled_from([np.float32, np.float64]),
    npst.arrays(np.int64, st.tuples(st.integers(1, 6), st.just(24)), elements=st.integers(0, 40)),
)
def test_rows_equal_sacrebleus_score_of_each(name: str, dtype: Any, counts: np.ndarray) -> None:
    metric = METRICS[name]()
    rows = counts[:, : WIDTHS.get(name, 10)].astype(dtype)
    assume(name != "chrF eps" or dtype != np.float32 or rows.all())
    found = exact(metric)(rows)
    each = np.array([metric._compute_score_from_stats(row.copy()).score for row in rows])
    assert found.tolist() == each.tolist()
    assert found.dtype == each.dtype
