"""How often people agree with a metric on which of two systems is better, by the size of the difference."""

from __future__ import annotations

import math
import re

#: Kocmi et al. (2024), "Navigating the Metrics Maze", fitted a / (1 + exp(-b |difference|)) per cent on 6,530 pairs of
#: systems in many languages; a and b as their tool mt-thresholds has them, by the signature that they were fitted for.
_CURVES = {
    "BLEU|nrefs:1|case:mixed|eff:no|tok:13a|smooth:exp": (88.33333333333225, 0.9663926931178954),
    "BLEU|nrefs:1|case:mixed|eff:no|tok:flores101|smooth:exp": (84.58445492823891, 1.262507595109315),
    "BLEU|nrefs:1|case:mixed|eff:no|tok:flores200|smooth:exp": (90.99999999998793, 0.8079046528617078),
    "chrF2|nrefs:1|case:mixed|eff:yes|nc:6|nw:0|space:no": (92.999999999972, 1.1142732157139852),
}


def expected_agreement(signature: str, difference: float) -> float | None:
    """The share of pairs with such a difference in which people prefer the same system; None for other signatures.

    In [.5, 1): the curves start below one half, which tossing a coin reaches.
    """
    curve = _CURVES.get(re.sub(r"\|version:.*", "", signature))
    if curve is None or math.isnan(difference):
        return None
    a, b = curve
    return max(0.5, a / (1 + math.exp(-b * abs(difference))) / 100)
