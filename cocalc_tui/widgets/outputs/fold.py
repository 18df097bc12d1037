"""Live output as it would stand now: streams joined, cleared, updated displays put in place.

A running cell gives *items*: nbformat outputs, and the two messages of the kernel protocol that act
on earlier ones (`clear_output`, `update_display_data`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

from cocalc_tui.sync.patch import Json

Output: TypeAlias = Mapping[str, Json]


def fold(items: Sequence[Output]) -> list[Output]:
    """The outputs that a list of items amounts to."""
    outputs: list[Output] = []
    clear_next = False
    for item in items:
        kind = item.get("output_type")
        if kind == "clear_output":
            clear_next = bool(item.get("wait"))
            if not clear_next:
                outputs.clear()
            continue
        if kind == "update_display_data":
            _update(outputs, item)
            continue
        if clear_next:
            outputs.clear()
            clear_next = False
        outputs.append(item)
    return _joined(outputs)


def _update(outputs: list[Output], item: Output) -> None:
    """Give every display of that name the new data."""
    name = display_id(item)
    for index, output in enumerate(outputs):
        if name and display_id(output) == name:
            outputs[index] = {**output, "data": item.get("data"), "metadata": item.get("metadata")}


def display_id(output: Output) -> str:
    """The name by which a display can be updated, "" for none."""
    transient = output.get("transient")
    found = transient.get("display_id") if isinstance(transient, Mapping) else None
    return found if isinstance(found, str) else ""


def _joined(outputs: list[Output]) -> list[Output]:
    """Put neighbouring pieces of the same stream together."""
    found: list[Output] = []
    pieces: list[str] = []
    for output in outputs:
        if output.get("output_type") != "stream":
            _finish(found, pieces)
            found.append(output)
            continue
        if pieces and found[-1].get("name") != output.get("name"):
            _finish(found, pieces)
        if not pieces:
            found.append(output)
        pieces.append(joined(output.get("text")))
    _finish(found, pieces)
    return found


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
