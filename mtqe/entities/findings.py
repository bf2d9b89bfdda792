"""How findings about names and numbers are made: each status with its MQM type and severity."""

from __future__ import annotations

from mtqe.results import EntityError, Severity, Span

#: The confidence of a finding that is no verdict, where there is no better figure.
HINT = 0.4
#: The MQM type and the severity of each status.
_KINDS: dict[str, tuple[str, Severity]] = {
    "match": ("No error", "neutral"),
    "variant": ("No error", "neutral"),
    "undecided": ("No error", "neutral"),
    "misspelled": ("Accuracy/Mistranslation", "major"),
    "replaced": ("Accuracy/Mistranslation", "critical"),
    "mistranslated": ("Accuracy/Mistranslation", "major"),
    "wrong value": ("Accuracy/Mistranslation", "critical"),
    "omitted": ("Accuracy/Omission", "major"),
    "hallucinated": ("Accuracy/Addition", "major"),
    "untranslated": ("Accuracy/Untranslated", "major"),
}


def finding(
    status: str,
    type_: str,
    rule: str,
    confidence: float,
    hyp_span: Span | None = None,
    ref_span: Span | None = None,
    src_span: Span | None = None,
    *,
    suggestion: str | None = None,
    evidence: tuple[str, ...] = (),
) -> EntityError:
    category, severity = _KINDS[status]
    return EntityError(
        hyp_span,
        ref_span,
        src_span,
        category=category,
        severity=severity,
        confidence=confidence,
        rule=rule,
        suggestion=None if status == "match" else suggestion,
        status=status,
        type=type_,
        evidence=evidence,
    )
