"""Opening a document whose log is sealed and has no checkpoint."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from cocalc_tui.client import opening
from cocalc_tui.client.document import SharedDocument, wall_clock
from cocalc_tui.protocol.messages import Opened
from cocalc_tui.server.access import Access
from cocalc_tui.server.relay.relay import Relay
from cocalc_tui.server.relay.surroundings import Whereabouts
from cocalc_tui.server.store.sealing import Sealing, seal
from cocalc_tui.server.store.sqlite import SqliteStore
from tests.client.test_workspace import Box, agree, running, type_at_end
from tests.server.people import Everybody

WORDS = [f"word{n} " for n in range(8)]


@pytest.mark.parametrize(
    ("log", "epoch", "gone"),
    [("another", 1, True), ("another", 2, False), ("log", 2, False)],
    ids=["lost", "purged", "restored"],
)
async def test_what_was_sent_is_gone_only_where_nobody_began_anew(
    log: str, epoch: int, gone: bool
) -> None:
    async with running(box := Box()):
        mine = await (await box.person("alice")).open("a.txt")
        type_at_end(mine, "typed")
        await agree(mine)
        mine.log, mine.epoch = "log", 1
        anew = opening.Opening("a.txt", mine)
        opened = Opened(
            id=1, doc=mine.doc, path="a.txt", type="text", log=log, epoch=epoch, seq=0, after=0,
            resumed=False,
        )  # fmt: skip
        anew.begin(opened, lambda _: None)
        anew.fill(mine, None, lambda: "f" * 16)
        assert anew.own_gone is gone
        assert anew.text_before == ("typed" if gone else "")


async def seal_here(block: bytes, rows: Sequence[str]) -> bytes:
    return seal(block, rows)


class SealedBox(Box):
    """A relay on a store that seals all but the last of its rows."""

    def __init__(self, folder: Path) -> None:
        sealing = Sealing(rows=1, keep=1, seal=seal_here)
        self.log = SqliteStore(folder / "log.db", sealing=sealing)
        super().__init__()

    def _relay(self) -> Relay:
        access = Access(self.log, "alice", Everybody())
        return Relay(self.log, access, project=Whereabouts("lab"), clock=wall_clock, hosted=False)


async def sealed(box: SealedBox) -> SharedDocument:
    """Somebody types words, a patch each, and all but the last are sealed."""
    mine = await (await box.person("alice")).open("a.txt")
    for word in WORDS:
        type_at_end(mine, word)
        await agree(mine)
    await box.log.tend(0)
    return mine


@pytest.mark.parametrize("long", [len(WORDS) - 1, len(WORDS)])
async def test_a_long_sealed_log_is_read_at_once(
    long: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(opening, "LONG", long)
    box = SealedBox(tmp_path)
    async with running(box):
        mine = await sealed(box)
        theirs = await (await box.person("alice")).open("a.txt")
        assert len(theirs.replica) == (1 if long < len(WORDS) else len(WORDS))
        type_at_end(theirs, "theirs ")
        assert await agree(mine, theirs) == "".join(WORDS) + "theirs "
        while mine.undo():
            pass  # of words that they do not have one by one, too
        assert await agree(mine, theirs) == "theirs "
    await box.log.close()
