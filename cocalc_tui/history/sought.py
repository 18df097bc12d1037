"""What is looked for in a past, as it could stand in what people read of a document."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass

from cocalc_tui.history.reading import heading, output_lines
from cocalc_tui.notebook.schema import INPUT
from cocalc_tui.protocol.kinds import CHAT, NOTEBOOK
from cocalc_tui.sync.patch import MAIN, Json, TextId
from cocalc_tui.sync.skimming import Sought

_JOINED = re.compile(r"\[|cell_type")
"""In the JSON of a record: lists of lines that are shown as one text, and cells' headings."""


def sought_in(kind: str, word: str) -> Sought | None:
    """What is looked for in a document of a kind; None where only a look at versions tells."""
    if kind == CHAT or "\n" in word or not word:
        return None
    return _InNotebook(word, _is_plain(word)) if kind == NOTEBOOK else _InText(word)


def _is_plain(word: str) -> bool:
    """Whether it has letters only, and is no part of an image's mark or of what JSON writes so."""
    letters = word.isascii() and word.isalpha() and not set(word) <= set("abcdef")
    return letters and not any(word in one for one in ("None", "True", "False"))


@dataclass(frozen=True, slots=True)
class _InText:
    """In a text, which has no records."""

    word: str

    def shows(self, at: TextId, fields: Mapping[str, Json]) -> bool:
        """It is the text that shows."""
        del fields
        return at == MAIN

    def says(self, record: str) -> bool:
        """Records are not seen."""
        del record
        return False

    def takes_along(self, record: str) -> bool:
        """Records are not seen."""
        del record
        return False


@dataclass(frozen=True, slots=True)
class _InNotebook:
    """In the cells of a notebook, the lines above them, and what they printed."""

    word: str
    plain: bool
    """Whether it would stand as it is in the JSON of what shows it."""

    def shows(self, at: TextId, fields: Mapping[str, Json]) -> bool:
        """What is typed in cells shows."""
        return at.field == INPUT and fields.get("type") == "cell"

    def says(self, record: str) -> bool:
        """A heading says what kind of cell it is; its number is another one now and then."""
        if self.plain and self.word not in record and not _JOINED.search(record):
            return False
        fields = json.loads(record)
        kind, data = fields.get("cell_type"), fields.get("data")
        lines = output_lines(data) if isinstance(data, dict) else []
        head = _zeros(heading(0, kind)) if isinstance(kind, str) else ""
        return _zeros(self.word) in head or any(self.word in line for line in lines)

    def takes_along(self, record: str) -> bool:
        """A cell takes its outputs along."""
        return "cell_type" in record


def _zeros(text: str) -> str:
    """A text with each number in it zero."""
    return re.sub(r"\d+", "0", text)
