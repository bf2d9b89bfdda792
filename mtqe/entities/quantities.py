"""What became of each number of a reference in a hypothesis: the same value, another one, or none."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from mtqe.entities.numbers import Number

#: How far apart, as a share of the text, a number and the one that stands in its place may be.
NEAR = 0.3


@dataclass(frozen=True, slots=True)
class NumberFinding:
    """The status of one number of the reference, or of one of the hypothesis that answers none (`ref` None)."""

    status: str
    rule: str
    ref: Number | None
    hyp: Number | None


def match_numbers(ref: Sequence[Number], hyp: Sequence[Number], sizes: tuple[int, int]) -> list[NumberFinding]:
    """One finding for each number that is asked for; `sizes` are the lengths of the two texts in code points."""
    found: dict[int, int] = {}
    for i, number in enumerate(ref):
        same = [j for j, other in enumerate(hyp) if number.equals(other) and j not in found.values()]
        if same:
            found[i] = min(same, key=lambda j: (hyp[j].unit != number.unit, _distance(number, hyp[j], sizes)))
    free = [j for j in range(len(hyp)) if j not in found.values()]
    findings = []
    for i, number in enumerate(ref):
        if not number.asked:
            continue
        if i in found:
            findings.append(_compare_units(number, hyp[found[i]], hyp))
            continue
        near = [j for j in free if _comparable(number, hyp[j]) and _distance(number, hyp[j], sizes) <= NEAR]
        wrong = min(near, key=lambda j: _distance(number, hyp[j], sizes), default=None)
        again = next((other for other in hyp if number.equals(other)), None)
        if wrong is not None:
            free.remove(wrong)
            findings.append(NumberFinding("wrong value", "value", number, hyp[wrong]))
        elif again:
            findings.append(NumberFinding("match", "said once", number, again))
        else:
            findings.append(NumberFinding("omitted", "missing number", number, None))
    free = [j for j in free if not any(hyp[j].equals(number) for number in ref)]
    findings += [NumberFinding("hallucinated", "extra number", None, hyp[j]) for j in free if hyp[j].asked]
    return findings


def _compare_units(ref: Number, hyp: Number, others: Sequence[Number]) -> NumberFinding:
    """Of a range, often only one end has the unit (5 to 10%): it is dropped where no number of the text has it."""
    if ref.unit and hyp.unit and ref.unit != hyp.unit:
        return NumberFinding("wrong value", "currency", ref, hyp)
    if ref.kind == "percent" and all(other.kind != "percent" for other in others):
        return NumberFinding("wrong value", "percent dropped", ref, hyp)
    if ref.unit and all(other.unit != ref.unit for other in others):
        return NumberFinding("wrong value", "currency dropped", ref, hyp)
    return NumberFinding("match", "value", ref, hyp)


def _comparable(ref: Number, hyp: Number) -> bool:
    """Calendar names stand for calendar names, digits for digits or words."""
    return hyp.asked and _is_name(ref) == _is_name(hyp)


def _is_name(number: Number) -> str | None:
    value = next(iter(number.values))
    return str(value[0]) if isinstance(value, tuple) and value[0] != "time" else None


def _distance(ref: Number, hyp: Number, sizes: tuple[int, int]) -> float:
    return abs(ref.start / max(1, sizes[0]) - hyp.start / max(1, sizes[1]))
