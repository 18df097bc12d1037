"""The store on disk: the suite, with and without sealed blocks, and what only a disk does."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from cocalc_tui.server.store import Store
from cocalc_tui.server.store.sealing import Sealing, seal
from cocalc_tui.server.store.sqlite import SqliteStore
from tests.server.store_suite import StoreSuite


async def seal_here(block: bytes, rows: Sequence[str]) -> bytes:
    return seal(block, rows)


class TestSqliteStore(StoreSuite):
    def make(self, folder: Path) -> Store:
        return SqliteStore(folder / "log.db")


class TestSealingSqliteStore(StoreSuite):
    """Everything is sealed as soon as it may be."""

    def make(self, folder: Path) -> Store:
        sealing = Sealing(rows=1, keep=0, most=10, seal=seal_here)
        return SqliteStore(folder / "log.db", sealing=sealing)
