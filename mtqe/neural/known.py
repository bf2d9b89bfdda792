"""Published models by id: what a user must know before he downloads one, and how it is cited."""

from __future__ import annotations

import math
from typing import NamedTuple

_ALL = "100 languages of XLM-R"
_MT5 = "101 languages of mT5"
_FREE, _NC = "Apache-2.0", "CC-BY-NC-SA-4.0"
_OPEN = (-math.inf, math.inf)
_UNIT = (0.0, 1.0)


class Known(NamedTuple):
    """A published model.

    metric     the metric that loads it.
    reads      what it looks at beside the hypothesis.
    gigabytes  of its weights.
    range      the scores of its training data, or infinite; the worse end is what a missing output gets.
    """

    metric: str
    model: str
    reads: str
    licence: str
    gigabytes: float
    languages: str
    range: tuple[float, float]
    cite: str

    @property
    def gated(self) -> bool:
        """Whether the hub asks for its licence to be accepted first."""
        return self.licence == _NC


KNOWN: tuple[Known, ...] = (
    Known("comet", "Unbabel/wmt22-comet-da", "source+reference", _FREE, 2.3, _ALL, _UNIT, "rei-etal-2022-comet"),
    Known("comet", "Unbabel/wmt20-comet-da", "source+reference", _FREE, 2.3, _ALL, _OPEN, "rei-etal-2020-comet"),
    Known("comet", "Unbabel/wmt20-comet-qe-da", "source", _FREE, 2.3, _ALL, _OPEN, "rei-etal-2020-comet"),
    Known("comet", "Unbabel/eamt22-cometinho-da", "source+reference", _FREE, 0.5, _ALL, _OPEN, "rei-etal-2022-eamt"),
    Known("comet", "Unbabel/wmt22-unite-da", "source+reference", _FREE, 2.3, _ALL, _UNIT, "rei-etal-2022-comet"),
    Known("comet", "Unbabel/unite-mup", "source+reference", _FREE, 2.3, _ALL, _OPEN, "wan-etal-2022-unite"),
    Known("comet", "Unbabel/wmt22-cometkiwi-da", "source", _NC, 2.3, _ALL, _UNIT, "rei-etal-2022-cometkiwi"),
    Known("comet", "Unbabel/wmt23-cometkiwi-da-xl", "source", _NC, 13.9, _ALL, _UNIT, "rei-etal-2023-scaling"),
    Known("comet", "Unbabel/wmt23-cometkiwi-da-xxl", "source", _NC, 42.9, _ALL, _UNIT, "rei-etal-2023-scaling"),
    Known("comet", "Unbabel/XCOMET-XL", "source(+reference)", _NC, 13.9, _ALL, _UNIT, "guerreiro-etal-2024-xcomet"),
    Known("comet", "Unbabel/XCOMET-XXL", "source(+reference)", _NC, 42.9, _ALL, _UNIT, "guerreiro-etal-2024-xcomet"),
    *(
        Known("metricx", f"google/metricx-23-{kind}{size}-v2p0", reads, _FREE, gigabytes, _MT5, (0.0, 25.0), cite)
        for cite in ["juraska-etal-2023-metricx"]
        for kind, reads in (("", "reference"), ("qe-", "source"))
        for size, gigabytes in (("large", 4.9), ("xl", 15.0), ("xxl", 51.7))
    ),
    *(
        Known(
            "metricx",
            f"google/metricx-24-hybrid-{size}-v2p6{dtype}",
            "source(+reference)",
            _FREE,
            size_of,
            _MT5,
            (0.0, 25.0),
            "juraska-etal-2024-metricx",
        )
        for size, gigabytes in (("large", 4.9), ("xl", 15.0), ("xxl", 51.7))
        for dtype, size_of in (("", gigabytes), ("-bfloat16", gigabytes / 2))
    ),
)
_BY_MODEL = {known.model.lower(): known for known in KNOWN}


def known_model(name: str) -> Known | None:
    """What is known of a model id, with or without `@REVISION`."""
    return _BY_MODEL.get(name.partition("@")[0].lower())
