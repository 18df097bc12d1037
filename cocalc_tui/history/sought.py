"""What is looked for in a past, as it could stand in what people read of a document."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass

from cocalc_tui.chat.model import is_message
from cocalc_tui.chat.schema import BODY
from cocalc_tui.history.reading import heading, output_lines, said_by
from cocalc_tui.notebook.schema import INPUT
from cocalc_tui.protocol.kinds import CHAT, NOTEBOOK
from cocalc_tui.sync.patch import MAIN, Json, TextId
from cocalc_tui.sync.skimming import Sought

_JOINED = re.compile(r"\[|cell_type")
"""In the JSON of a record: lists of lines that are shown as one text, and cells' headings."""


def sought_in(kind: str, word: str) -> Sought | None:
    """What is looked for in a document of a kind; None where only a look at versions tells."""
    if "\n" in word or not word:
        return None
    if kind == NOTEBOOK:
        return _InNotebook(word, _is_plain(word))
    if kind == CHAT:
        return None if word.startswith(" ") or ": " in word else _InChat(word)
    return _InText(word)


def _is_plain(word: str) -> bool:
    """Whether it has letters only, and is no part of an image's mark or of what JSON writes so."""
    letters = word.isascii() and word.isalpha() and not set(word) <= set("abcdef")
    return letters and not any(word in one for one in ("None", "True", "False"))


@dataclass(frozen=True, slots=True)
class _InText:
    """In a text, which has no records."""

    word: str
    is_sure = False

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
    is_sure = False

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


@dataclass(frozen=True, slots=True)
class _InChat:
    """In what messages say, or in the names before them; not across both."""

    word: str
    is_sure = True

    def shows(self, at: TextId, fields: Mapping[str, Json]) -> bool:
        """What a message says now shows."""
        return at.field == BODY and is_message(fields)

    def says(self, record: str) -> bool:
        """A message says whose it is."""
        fields = json.loads(record)
        return is_message(fields) and self.word in said_by(str(fields["user"]), "")

    def takes_along(self, record: str) -> bool:
        """What is said in answer stays."""
        del record
        return False


def _zeros(text: str) -> str:
    """A text with each number in it zero."""
    return re.sub(r"\d+", "0", text)
