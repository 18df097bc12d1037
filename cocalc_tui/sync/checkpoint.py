"""Checkpoints: the state of a document at a version, so that opening it need not replay the log.

A checkpoint is a cache: it can be deleted, and is refused where a bit of it changed, another
release wrote it or it stands for another version. It is keyed by the set of heads, never by a time:
a late offline patch sorts into the past by its time, but it can never get among the ancestors of
these heads.

What is kept is what patches on top of the heads can need: texts, fields with the stamps by which
later writers are compared, keys that are used up, and how many patches there are of each session
(they are a prefix of it). For a patch that did not see all of the heads, or that cancels an older
one, the document must be opened from the whole log.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from cocalc_tui.sync.columns import DamagedLog, seal, unseal
from cocalc_tui.sync.identity import digest
from cocalc_tui.sync.patch import PatchId, TextId
from cocalc_tui.sync.records import SavedField, SavedRecords, Stamp
from cocalc_tui.sync.used import Used

_MAGIC = b"ctc\x02"
"""A checkpoint of this project, layout 2 and merge rules 1."""
_FIRST = b"ctc\x01"
"""One of layout 1, which has the used keys in its head."""


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The state of a document after entries 1..`seq` of its log."""

    seq: int
    heads: tuple[PatchId, ...]
    """Sorted."""
    counts: Mapping[str, int]
    """How many patches there are of each session."""
    clock: int
    """The greatest time of a patch."""
    texts: Mapping[TextId, str]
    """Those that are not empty, without those of dead records."""
    records: SavedRecords


class Savable(Protocol):
    """What a checkpoint asks of records."""

    def save(self) -> SavedRecords:
        """What is kept of them."""
        ...


class Source(Protocol):
    """What a checkpoint asks of a document."""

    @property
    def heads(self) -> tuple[PatchId, ...]:
        """The patches without children, sorted."""
        ...

    @property
    def records(self) -> Savable:
        """The records, settled."""
        ...

    @property
    def clock(self) -> int:
        """The greatest time of a patch."""
        ...

    def counts(self) -> Mapping[str, int]:
        """How many patches there are of each session."""
        ...

    def texts(self) -> Mapping[TextId, str]:
        """Every text that is not empty."""
        ...


def encode_checkpoint(document: Source, seq: int) -> bytes:
    """The state of a document that holds exactly entries 1..`seq` of its log."""
    records = document.records.save()
    texts = {
        at: text for at, text in document.texts().items() if not at.key or at.key in records.live
    }
    head = {
        "seq": seq,
        "heads": document.heads,
        "counts": document.counts(),
        "clock": document.clock,
        "texts": [(*at, len(text)) for at, text in texts.items()],
        "live": records.live,
    }
    body = "".join(texts.values()).encode()
    used = records.gone.text.encode("utf-8", "surrogatepass")
    columns = [json.dumps(head, separators=(",", ":")).encode(), body, used, records.gone.lengths]
    return seal(_MAGIC, columns)


def decode_checkpoint(data: bytes, *, version: str | None = None) -> Checkpoint:
    """The state in a checkpoint.

    Raises DamagedLog where it is not whole, or where `version` is given (`identity.digest` of the
    heads wanted) and it stands for another one.
    """
    try:
        if data.startswith(_FIRST):
            packed, body = unseal(_FIRST, data)
            head = json.loads(packed)
            used = Used.of(head["gone"])
        else:
            packed, body, keys, lengths = unseal(_MAGIC, data)
            head = json.loads(packed)
            used = Used(keys.decode("utf-8", "surrogatepass"), lengths)
        checkpoint = _checkpoint(head, body.decode(), used)
    except DamagedLog as error:
        raise DamagedLog(f"a checkpoint cannot be used: {error}; read the log") from None
    except (LookupError, TypeError, ValueError, RecursionError) as error:
        raise DamagedLog(f"a checkpoint makes no sense: {error!r}; read the log") from None
    if version is not None and digest(checkpoint.heads) != version:
        raise DamagedLog("a checkpoint stands for another version; read the log")
    return checkpoint


def _checkpoint(head: dict[str, Any], body: str, used: Used) -> Checkpoint:
    heads = tuple(PatchId(session, n) for session, n in head["heads"])
    texts: dict[TextId, str] = {}
    start = 0
    for key, field, length in head["texts"]:
        texts[TextId(key, field)] = body[start : start + length]
        start += length
    if start != len(body):
        raise ValueError("its texts have other lengths")
    live = {
        key: {field: SavedField(Stamp(*stamp), value) for field, (stamp, value) in fields.items()}
        for key, fields in head["live"].items()
    }
    records = SavedRecords(live, used)
    return Checkpoint(head["seq"], heads, dict(head["counts"]), head["clock"], texts, records)
