import pytest

from mtqe import plugins
from mtqe.errors import ConfigError


def test_names_are_the_modules() -> None:
    assert {"bleu", "chrf", "ter"} <= set(plugins.names("metrics"))
    assert "_sacrebleu" not in plugins.names("metrics")
    assert "text" in plugins.names("readers")


@pytest.mark.parametrize(
    ("request_", "parsed"),
    [
        ("bleu", ("bleu", None, {})),
        ("chrf:word_order=2", ("chrf", None, {"word_order": 2})),
        ("bertscore:minilm", ("bertscore", "minilm", {})),
        ("comet:a/b@r1,dtype=bf16,x=1.5,y=true", ("comet", "a/b@r1", {"dtype": "bf16", "x": 1.5, "y": True})),
    ],
)
def test_parse(request_: str, parsed: object) -> None:
    assert plugins.parse(request_) == parsed


@pytest.mark.parametrize(
    ("request_", "message"),
    [
        ("chrff", "did you mean 'chrf'"),
        ("chrf:wordorder=2", "did you mean 'word_order'"),
        ("bleu:large", "takes no model"),
        ("chrf:word_order=2,what", "neither key=value"),
        ("bleu:nulls=often", "'empty' or 'skip'"),
        ("bleu:smooth_method=x", "exp, floor, add-k or none"),
    ],
)
def test_what_does_not_exist_is_named(request_: str, message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        plugins.create("metrics", request_)
