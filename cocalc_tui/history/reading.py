"""A version of any document as a text that people can read, and back for restoring.

A text is itself; a notebook is its cells with what they printed; a chat is who said what.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from cocalc_tui.chat import model as chat
from cocalc_tui.notebook import model as notebook
from cocalc_tui.notebook.model import Notebook
from cocalc_tui.sync.patch import MAIN, Json, TextId
from cocalc_tui.sync.versions import Versions

TEXT, NOTEBOOK, CHAT = "text", "notebook", "chat"


class _Records:
    """The records of a version."""

    def __init__(self, found: dict[str, dict[str, Json]]) -> None:
        self._found = found

    def __iter__(self) -> Iterator[str]:
        return iter(self._found)

    def __getitem__(self, key: str) -> Mapping[str, Json]:
        return self._found[key]

    def live(self, key: str) -> bool:
        """Whether a record was there."""
        return key in self._found


@dataclass(frozen=True, slots=True)
class Past:
    """A version as `notebook.model` and `chat.model` read documents."""

    versions: Versions
    version: int
    records: _Records

    def text(self, at: TextId) -> str:
        """A text as it was."""
        return self.versions.text(self.version, at)


def past(versions: Versions, version: int) -> Past:
    """A version to be read."""
    return Past(versions, version, _Records(versions.records(version)))


def notebook_at(versions: Versions, version: int) -> Notebook:
    """A notebook as it was."""
    return notebook.take(past(versions, version))


def readable(versions: Versions, version: int, kind: str) -> str:
    """A version as a text."""
    if version < 1:
        return ""
    if kind == NOTEBOOK:
        return _notebook_text(notebook_at(versions, version))
    if kind == CHAT:
        said = chat.take(past(versions, version))
        return "\n".join(f"{one.user}: {one.text}" for one in said)
    return versions.text(version, MAIN)


def _notebook_text(found: Notebook) -> str:
    parts: list[str] = []
    for number, cell in enumerate(found.cells, 1):
        parts.append(f"── cell {number}, {cell.kind} " + "─" * 20)
        parts.append(cell.source)
        for output in cell.outputs:
            parts += [f"  │ {line}" for line in _output_text(output.data).split("\n")]
    return "\n".join(parts)


def _output_text(data: Mapping[str, Json]) -> str:
    """What an output shows as text, briefly."""
    kind = data.get("output_type")
    if kind == "stream":
        return str(data.get("text", "")).rstrip("\n")
    if kind == "error":
        return f"{data.get('ename')}: {data.get('evalue')}"
    bundle = data.get("data")
    if isinstance(bundle, dict):
        plain = bundle.get("text/plain")
        return str(plain) if plain else f"[{', '.join(sorted(bundle))}]"
    return f"[{kind}]"
