"""Outputs as nbformat has them: strings that may be lists, streams that may be in pieces."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

from cocalc_tui.sync.patch import Json

Output: TypeAlias = Mapping[str, Json]


def join_streams(outputs: Sequence[Output]) -> list[Output]:
    """Put neighbouring pieces of the same stream together: a line may be split between them."""
    found: list[Output] = []
    pieces: list[str] = []
    for output in outputs:
        if not (pieces and _same_stream(found[-1], output)):
            _finish(found, pieces)
            found.append(output)
        if output.get("output_type") == "stream":
            pieces.append(joined(output.get("text")))
    _finish(found, pieces)
    return found


def _same_stream(one: Output, other: Output) -> bool:
    return other.get("output_type") == "stream" and one.get("name") == other.get("name")


def _finish(found: list[Output], pieces: list[str]) -> None:
    if len(pieces) > 1:
        found[-1] = {**found[-1], "text": "".join(pieces)}
    pieces.clear()


def joined(value: Any) -> str:
    """A multi-line string as nbformat may hold it: a string, or a list of its lines."""
    if isinstance(value, str):
        return value
    if isinstance(value, list):
        return "".join(line for line in value if isinstance(line, str))
    return ""
