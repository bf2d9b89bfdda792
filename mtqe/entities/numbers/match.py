"""What became of each number of a reference in a hypothesis: the same value, another one, or none."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from mtqe.entities.numbers.find import Number
from mtqe.entities.numbers.units import dimension, equal_measures, same_unit

#: How far apart, as a share of the text, a number and the one that stands in its place may be.
NEAR = 0.3
#: The share of each rule's findings that were real, counted on the development data where there were enough.
_CONFIDENCE = {
    "value": 0.8,
    "ordinal": 0.6,
    "rounded share": 0.4,
    "unit": 0.9,
    "currency": 0.9,
    "percent dropped": 0.5,
    "currency dropped": 0.5,
    "said once": 0.95,
    "converted": 0.8,
    "missing number": 0.6,
    "extra number": 0.4,
}


@dataclass(frozen=True, slots=True)
class NumberFinding:
    """The status of one number of the reference, or of one of the hypothesis that answers none (`ref` None)."""

    status: str
    rule: str
    ref: Number | None
    hyp: Number | None


def match_numbers(ref: Sequence[Number], hyp: Sequence[Number], sizes: tuple[int, int]) -> list[NumberFinding]:
    """One finding for each number that is asked for; `sizes` are the lengths of the two texts in code points."""
    if not ref and not hyp:
        return []
    by_value = _by_value(hyp)
    found = _pair(ref, hyp, by_value, sizes)
    taken = set(found.values())
    free = [j for j in range(len(hyp)) if j not in taken]
    findings = []
    for i, number in enumerate(ref):
        if not number.asked:
            wrong = None if i in found else _wrong_word(number, hyp, free, sizes)
            if wrong is not None:
                free.remove(wrong)
                rule = "ordinal" if _is(number, "ordinal") else "value"
                findings.append(NumberFinding("wrong value", rule, number, hyp[wrong]))
            continue
        if i in found:
            findings.append(_compare_units(number, hyp[found[i]], hyp))
            continue
        converted = next((other for other in hyp if _converts(number, other)), None) if number.unit else None
        wrong = _wrong(number, hyp, free, sizes)
        again = next((hyp[j] for j in _equal(number, hyp, by_value)), None)
        if converted is not None:
            free = [j for j in free if hyp[j] != converted]
            findings.append(NumberFinding("variant", "converted", number, converted))
        elif wrong is not None:
            free.remove(wrong)
            rule = "rounded share" if _rounded(number, hyp[wrong]) else "value"
            findings.append(NumberFinding("wrong value", rule, number, hyp[wrong]))
        elif again:
            findings.append(NumberFinding("match", "said once", number, again))
        else:
            findings.append(NumberFinding("omitted", "missing number", number, None))
    said = _by_value(ref)
    for j in free:
        number = hyp[j]
        explained = _equal(number, ref, said) or (number.unit and any(_converts(other, number) for other in ref))
        if number.asked and not explained:
            findings.append(NumberFinding("hallucinated", "extra number", None, number))
    return findings


def judge_number(finding: NumberFinding, source_numbers: Sequence[Number] | None) -> float:
    """Confidence of a finding; `source_numbers` are those of the source in its language, None without a source."""
    base = _CONFIDENCE[finding.rule]
    if finding.status in ("match", "variant"):
        return base if finding.status == "variant" else 0.95
    if finding.status == "omitted" and (finding.ref.spelled or finding.ref.kind == "date"):  # type: ignore[union-attr]
        base = 0.4  # a small number and the day are often said in another way
    if source_numbers is None or finding.rule not in ("value", "ordinal", "missing number", "extra number"):
        return base
    ref, hyp = (number is not None and _among(number, source_numbers) for number in (finding.ref, finding.hyp))
    if finding.rule in ("value", "ordinal"):
        return {(True, False): 0.95, (False, True): 0.2, (False, False): 0.7}.get((ref, hyp), base)
    if finding.rule == "extra number":
        return 0.1 if hyp else base if finding.hyp.spelled else 0.8  # type: ignore[union-attr]
    if not ref:
        return min(base, 0.4)
    return 0.8 if base > 0.5 else 0.55 if finding.ref.kind != "date" else base  # type: ignore[union-attr]


def _among(number: Number, source: Sequence[Number]) -> bool:
    """Whether the source has a value, or its digits beside a magnitude in a form that is not known (20 milljörðum)."""
    values = set(number.values)
    for power in (3, 6, 9):
        values |= {value.scaleb(-power) for value in number.values if isinstance(value, Decimal) and value >= 10**power}
    return any(not values.isdisjoint(other.values) for other in source)


def _pair(
    ref: Sequence[Number], hyp: Sequence[Number], by_value: Mapping[object, Sequence[int]], sizes: tuple[int, int]
) -> dict[int, int]:
    """Numbers of one value, one to one: those of the same unit first, then the nearest; 2:1 is 2-1 as a whole only."""
    pairs = sorted(
        (_only_pair(one, hyp[j]), one.unit != hyp[j].unit, _distance(one, hyp[j], sizes), i, j)
        for i, one in enumerate(ref)
        for j in _equal(one, hyp, by_value)
    )
    found: dict[int, int] = {}
    taken: set[int] = set()
    for _, _, _, i, j in pairs:
        if i not in found and j not in taken:
            found[i] = j
            taken.add(j)
    return found


def _by_value(numbers: Sequence[Number]) -> dict[object, list[int]]:
    """The numbers that may have each value, by their places."""
    found: dict[object, list[int]] = {}
    for j, number in enumerate(numbers):
        for value in number.values:
            found.setdefault(value, []).append(j)
    return found


def _equal(number: Number, others: Sequence[Number], by_value: Mapping[object, Sequence[int]]) -> list[int]:
    """Which of the others can have the value of a number, in order."""
    shared = {j for value in number.values for j in by_value.get(value, ())}
    return sorted(j for j in shared if number.equals(others[j]))


def _only_pair(one: Number, other: Number) -> bool:
    return all(isinstance(value, tuple) and value[0] == "pair" for value in one.values & other.values)


def _wrong(number: Number, hyp: Sequence[Number], free: Sequence[int], sizes: tuple[int, int]) -> int | None:
    """The number that stands in the place of another: near it, or with the same unit anywhere."""
    near = [
        (distance, j)
        for j in free
        if _comparable(number, hyp[j])
        and ((distance := _distance(number, hyp[j], sizes)) <= NEAR or (number.unit and number.unit == hyp[j].unit))
    ]
    return min(near)[1] if near else None


def _wrong_word(number: Number, hyp: Sequence[Number], free: Sequence[int], sizes: tuple[int, int]) -> int | None:
    """Ordinals, noon and midnight are often said otherwise: one is wrong only where another stands in its place."""
    kind = next((kind for kind in ("ordinal", "time") if _is(number, kind)), None)
    if kind is None:
        return None
    near = [(_distance(number, hyp[j], sizes), j) for j in free if _is(hyp[j], kind)]
    return min(near)[1] if near and min(near)[0] <= NEAR else None


def _rounded(ref: Number, hyp: Number) -> bool:
    """Whether one is a part in words and the other a percentage near it: a third for 30 percent."""
    if (ref.kind == "percent") == (hyp.kind == "percent"):
        return False
    shares = [{v[1] for v in number.values if isinstance(v, tuple) and v[0] == "share"} for number in (ref, hyp)]
    return any(abs(one - other) < Decimal("0.05") for one in shares[0] for other in shares[1])


def _is(number: Number, what: str) -> bool:
    return any(isinstance(value, tuple) and value[0] == what for value in number.values)


def _compare_units(ref: Number, hyp: Number, others: Sequence[Number]) -> NumberFinding:
    """Of a range, often only one end has the unit (5 to 10%): it is dropped where no number of the text has it."""
    if ref.unit and hyp.unit and not same_unit(ref.unit, hyp.unit):
        currency = dimension(ref.unit) is None or dimension(hyp.unit) is None
        return NumberFinding("wrong value", "currency" if currency else "unit", ref, hyp)
    if ref.kind == "percent" and not _is(hyp, "share") and all(other.kind != "percent" for other in others):
        return NumberFinding("wrong value", "percent dropped", ref, hyp)
    if ref.kind == "money" and ref.unit and not any(other.unit and same_unit(other.unit, ref.unit) for other in others):
        return NumberFinding("wrong value", "currency dropped", ref, hyp)
    return NumberFinding("match", "value", ref, hyp)


def _converts(ref: Number, hyp: Number) -> bool:
    """Whether the hypothesis has the same measure in another unit."""
    return bool(
        ref.unit
        and hyp.unit
        and ref.unit != hyp.unit
        and any(
            equal_measures(one, ref.unit, other, hyp.unit)
            for one in ref.values
            for other in hyp.values
            if isinstance(one, Decimal) and isinstance(other, Decimal)
        )
    )


def _comparable(ref: Number, hyp: Number) -> bool:
    """Calendar names stand for calendar names, digits for digits or words."""
    return hyp.asked and _is_name(ref) == _is_name(hyp)


def _is_name(number: Number) -> str | None:
    return next((name for name in ("month", "day") if _is(number, name)), None)


def _distance(ref: Number, hyp: Number, sizes: tuple[int, int]) -> float:
    return abs(ref.start / max(1, sizes[0]) - hyp.start / max(1, sizes[1]))
