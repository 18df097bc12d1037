"""From what a kernel sent to items of output that are safe to store.

A kernel runs anybody's code, so its messages hold anything: half a surrogate pair, NaN, integers of
a thousand digits, lists nested without end, an image of 100 MB. The log and the file take none of
these, and one bad output must not stop all that follow.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import Any, cast

import msgspec

from cocalc_tui.notebook.outputs import Item, weight_of
from cocalc_tui.sync.patch import Json

LARGEST = 32 * 2**20
"""Characters of one output that is not printed text; printed text has its own limits."""
TRACEBACK = 2**19
"""Characters of a traceback."""
DEEPEST = 60
"""Levels of lists and objects."""
MOST_DIGITS = 2**63


def decode(record: bytes) -> dict[str, Any]:
    """Read a record of the spool; raises ValueError."""
    try:
        found = msgspec.json.decode(record)
    except (msgspec.DecodeError, RecursionError):
        try:
            found = json.loads(record)
        except RecursionError:
            raise ValueError("nested too deeply") from None
    if isinstance(found, dict):
        return found
    raise ValueError("a record that is not an object")


def item_from(kind: str, content: Mapping[str, Any]) -> Item:
    """Make an item of a message's type and content."""
    match kind:
        case "stream":
            name = "stderr" if content.get("name") == "stderr" else "stdout"
            text = wholesome(str(content.get("text", "")))
            return {"output_type": "stream", "name": name, "text": text}
        case "clear_output":
            return {"output_type": "clear_output", "wait": bool(content.get("wait"))}
        case "error":
            return _error(content)
        case _:
            return _display(kind, content)


def note(text: str) -> Item:
    """Make an item by which we say something ourselves, where the output would be."""
    return {"output_type": "stream", "name": "stderr", "text": f"[{text}]\n"}


def _error(content: Mapping[str, Any]) -> Item:
    trace = content.get("traceback")
    lines = [wholesome(str(line)) for line in trace] if isinstance(trace, list) else []
    while weight_of(lines) > TRACEBACK:
        del lines[len(lines) // 2]
    return {
        "output_type": "error",
        "ename": _without_surrogates(str(content.get("ename", ""))[:10_000]),
        "evalue": _without_surrogates(str(content.get("evalue", ""))[:100_000]),
        "traceback": cast(Json, lines),
    }


def _display(kind: str, content: Mapping[str, Any]) -> Item:
    item: Item = {
        "output_type": kind,
        "data": bounded(wholesome(content.get("data")), LARGEST, "is left out: too large"),
        "metadata": cast(Json, _mapping(content.get("metadata"))),
    }
    if kind == "execute_result":
        item["execution_count"] = wholesome(content.get("execution_count"))
    name = _mapping(content.get("transient")).get("display_id")
    if isinstance(name, str):
        item["transient"] = {"display_id": name}
    return item


def _mapping(value: object) -> dict[str, Json]:
    found = wholesome(value)
    return found if isinstance(found, dict) else {}


def bounded(data: Json, most: int, why: str) -> Json:
    """Leave out the largest representations of something too large, and say so in its text."""
    if not isinstance(data, dict):
        return {}
    weights = {mime: weight_of(value) for mime, value in data.items()}
    left_out = []
    while sum(weights.values()) > most:
        mime = max(weights, key=lambda one: weights[one])
        left_out.append(f"[{mime} of {weights.pop(mime):,} bytes {why}]")
    if not left_out:
        return data
    if isinstance(text := data.get("text/plain"), str) and "text/plain" in weights:
        left_out.insert(0, text)
    return {mime: data[mime] for mime in weights} | {"text/plain": "\n".join(left_out)}


def wholesome(value: object, depth: int = 0) -> Json:
    """Return a value with what cannot be stored replaced by the nearest that can."""
    match value:
        case str():
            return value if value.isascii() else _without_surrogates(value)
        case bool() | None:
            return value
        case int():
            return value if -MOST_DIGITS <= value < MOST_DIGITS else str(value)[:1000]
        case float():
            return value if math.isfinite(value) else None
        case _ if depth > DEEPEST:
            return "…"
        case list():
            return [wholesome(part, depth + 1) for part in value]
        case dict():
            return {
                _without_surrogates(str(key)): wholesome(part, depth + 1)
                for key, part in value.items()
            }
        case _:
            return None


def _without_surrogates(text: str) -> str:
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
