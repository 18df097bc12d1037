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

    @property
    def is_sure(self) -> bool:
        return True

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
    """In how many eras it is told of a word that it neither came nor went.

    What is told is true, of the others' calm stretches too.
    """
    texts, calm, at = list(texts), 0, 0
    while at < parted.latest:
        told = parted.stretches(at, 1, Anywhere(word))
        assert parted.stretches(told[-1].until, -1, Anywhere(word)) == told[::-1]
        for one in told:
            assert one.after == at
            at = one.until
            if one.calm:
                versions = range(one.after, one.until + 1)
                assert len({word in seen(whole, version, texts) for version in versions}) == 1
        calm += all(one.calm for one in told)
    return calm
