from __future__ import annotations

from pathlib import Path

from cocalc_tui.server.store import Store
from cocalc_tui.server.store.memory import MemoryStore
from tests.server.store_suite import StoreSuite


class TestMemoryStore(StoreSuite):
    def make(self, folder: Path) -> Store:
        return MemoryStore()
