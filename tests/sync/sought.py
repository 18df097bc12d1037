"""A word looked for in all that a document has, and whether what is told of it at once is true."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from cocalc_tui.sync.patch import MAIN, Json, TextId
from cocalc_tui.sync.versions import Versions


@dataclass(frozen=True)
class Anywhere:
    """All texts of records that live are seen, and what is in their fields."""

    word: str

    def shows(self, at: TextId, fields: Mapping[str, Json]) -> bool:
        del at, fields
        return True

    def says(self, record: str) -> bool:
        return self.word in _said(json.loads(record))

    def takes_along(self, record: str) -> bool:
        del record
        return False


def _said(fields: Mapping[str, Json]) -> str:
    return "\n".join(f"{name} is {value}" for name, value in fields.items())


def seen(versions: Versions, version: int, texts: Iterable[TextId]) -> str:
    """All of a version."""
    records = versions.records(version)
    found = [versions.text(version, at) for at in texts if at == MAIN or at.key in records]
    return "\n\n".join([*found, *map(_said, records.values())])


def calm_eras(parted: Versions, whole: Versions, texts: Iterable[TextId], word: str) -> int:
    """In how many eras it is told of a word that it neither came nor went; which is true."""
    texts, calm, at = list(texts), 0, 0
    while at < parted.latest:
        until, told = parted.calm(at, 1, Anywhere(word))
        assert parted.calm(until, -1, Anywhere(word)) == (at, told)
        if told:
            held = {word in seen(whole, version, texts) for version in range(at, until + 1)}
            assert len(held) == 1
        calm += told
        at = until
    return calm
