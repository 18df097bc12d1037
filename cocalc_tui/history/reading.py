"""A version of any document as people read it, and in the parts that it is compared by.

A text is itself; a notebook is its cells with what they printed; a chat is who said what.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple, TypeAlias

from cocalc_tui.chat import chatfile
from cocalc_tui.chat import model as chat
from cocalc_tui.notebook import ipynb
from cocalc_tui.notebook import model as notebook
from cocalc_tui.notebook.model import Cell, Notebook
from cocalc_tui.protocol.kinds import CHAT, NOTEBOOK
from cocalc_tui.sync.document import Document
from cocalc_tui.sync.patch import MAIN, Json, TextId
from cocalc_tui.sync.versions import Versions

Content: TypeAlias = "str | Notebook | tuple[chat.Message, ...]"
"""What a document held: a text, a notebook, or a chat."""


_RULE = "──"


class Part(NamedTuple):
    """A piece of a version that is compared with the same piece of another."""

    key: str
    """The cell's or message's; "" for a text, which is one part."""
    text: str


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
class _Past:
    """A version as `notebook.model` and `chat.model` read documents."""

    versions: Versions
    version: int
    records: _Records

    def text(self, at: TextId) -> str:
        """A text as it was."""
        return self.versions.text(self.version, at)


def content(versions: Versions, version: int, kind: str) -> Content:
    """What a document of this kind held in a version."""
    if kind not in {NOTEBOOK, CHAT}:
        return versions.text(version, MAIN)
    past = _Past(versions, version, _Records(versions.records(version)))
    return notebook.take(past) if kind == NOTEBOOK else tuple(chat.take(past))


def present(document: Document, kind: str) -> Content:
    """What a document of this kind holds now."""
    if kind == NOTEBOOK:
        return notebook.take(document)
    return tuple(chat.take(document)) if kind == CHAT else str(document.text(MAIN))


def of_file(text: str, kind: str) -> Content:
    """What a file's text holds; the text itself where it is not of that kind."""
    try:
        if kind == NOTEBOOK:
            return ipynb.read(text)
        if kind == CHAT:
            return tuple(chatfile.read(text))
    except (notebook.NotebookError, chatfile.ChatFileError):
        return text
    return text


def parts(found: Content) -> list[Part]:
    """A version in parts; each ends with a line break, but for a text's."""
    if isinstance(found, str):
        return [Part("", found)]
    if isinstance(found, Notebook):
        return [Part(cell.key, _cell(number, cell)) for number, cell in enumerate(found.cells, 1)]
    return [Part(one.key, said_by(one.user, one.text) + "\n") for one in found]


def readable(found: Content) -> str:
    """A version as one text."""
    return "".join(part.text for part in parts(found))


def said_by(user: str, text: str) -> str:
    """What somebody said, behind their name."""
    return f"{user}: {text}"


def heading(number: int, kind: str) -> str:
    """The line above a cell."""
    return f"{_RULE} cell {number}, {kind} " + "─" * 20


def is_heading(text: str) -> bool:
    """Whether a line is one that stands above a cell."""
    return text.startswith(f"{_RULE} cell ")


def _cell(number: int, cell: Cell) -> str:
    lines = [heading(number, cell.kind), cell.source]
    for output in cell.outputs:
        lines += output_lines(output.data)
    return "\n".join(lines) + "\n"


def output_lines(data: Mapping[str, Json]) -> list[str]:
    """An output as it stands below its cell."""
    return [f"  │ {line}" for line in _output_text(data).split("\n")]


def _output_text(data: Mapping[str, Json]) -> str:
    """What an output shows as text, briefly."""
    kind = data.get("output_type")
    if kind == "stream":
        text = data.get("text", "")
        return ("".join(map(str, text)) if isinstance(text, list) else str(text)).rstrip("\n")
    if kind == "error":
        return f"{data.get('ename')}: {data.get('evalue')}"
    bundle = data.get("data")
    if not isinstance(bundle, dict):
        return f"[{kind}]"
    plain = bundle.get("text/plain")
    words = "".join(map(str, plain)) if isinstance(plain, list) else str(plain or "")
    seen = sorted(kind for kind in bundle if kind.startswith("image/"))
    others = seen if words else sorted(bundle)
    signs = [f"[{mime} {_mark(bundle[mime])}]" for mime in others]
    return "\n".join(filter(None, [words, *signs]))


def _mark(value: Json) -> str:
    """Something that differs where two images do."""
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()[:6]
