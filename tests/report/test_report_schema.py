"""`results.json` keeps to the schema that is published; a check of the few keywords in it needs no library."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from mtqe.cli import main


@pytest.mark.parametrize("name", ["named", "hostile", "systems", "article"])
def test_every_record_keeps_to_the_published_schema(
    name: str, reports: dict[str, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit, match="0"):
        main(["report", "--schema"])
    schema = json.loads(capsys.readouterr().out)
    record = json.loads((reports[name] / "results.json").read_text("utf-8"))
    assert list(violations(record, schema, schema)) == []
    if name == "systems":
        record["scores"][0]["value"] = "67.8"
        record["comparisons"][0]["unit"] = "word"
        del record["name"]
        record["notes"] = [{"kind": "input", "test_set": None, "text": "", "more": 1}]
        assert len(list(violations(record, schema, schema))) == 4


_TYPES = {"string": str, "number": int | float, "integer": int, "array": list, "object": dict}
KEYWORDS = re.compile(
    r"type|properties|required|(prefixI|i)tems|additionalProperties|enum|const|\$(ref|defs|schema)|title|description|"
    r"minimum|maximum|(min|max)Items"
)


def violations(value: Any, schema: dict[str, Any], whole: dict[str, Any], at: str = "") -> Iterator[str]:
    """Where a value breaks a schema of these keywords; stricter, in that it tells of keys that are not described."""
    assert all(map(KEYWORDS.fullmatch, schema))
    if "$ref" in schema:
        schema = whole["$defs"][schema["$ref"].removeprefix("#/$defs/")]
    kinds = schema.get("type", [])
    if kinds and not any(is_of(value, kind) for kind in ([kinds] if isinstance(kinds, str) else kinds)):
        yield f"{at}: {value!r:.50} is of another type"
    elif value not in schema.get("enum", [schema.get("const", value)]):
        yield f"{at}: {value!r:.50} is another value"
    elif isinstance(value, dict):
        yield from (f"{at}: no {key}" for key in schema.get("required", []) if key not in value)
        for key, inner in value.items():
            known = schema.get("properties", {}).get(key, schema.get("additionalProperties"))
            if known is None and "properties" in schema:
                yield f"{at}/{key}: not described"
            yield from violations(inner, known or {}, whole, f"{at}/{key}")
    elif isinstance(value, list):
        first, rest = schema.get("prefixItems", []), schema.get("items", {})
        if not schema.get("minItems", 0) <= len(value) <= schema.get("maxItems", len(value)):
            yield f"{at}: {len(value)} items"
        for i, inner in enumerate(value):
            yield from violations(inner, first[i] if i < len(first) else rest, whole, f"{at}/{i}")
    elif isinstance(value, int | float) and not schema.get("minimum", value) <= value <= schema.get("maximum", value):
        yield f"{at}: {value} is out of range"


def is_of(value: Any, kind: str) -> bool:
    if kind == "null" or value is None:
        return kind == "null" and value is None
    return kind == "boolean" if isinstance(value, bool) else kind in _TYPES and isinstance(value, _TYPES[kind])
