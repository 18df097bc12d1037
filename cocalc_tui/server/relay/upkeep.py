"""What the owner should know of the project's histories: looked at now and then, never acted on.

History grows without anybody seeing it. Whoever pays for the disk says how much is much
(`store.keeping`), and hears of it while there is room left to archive or to purge.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import msgspec

from cocalc_tui.protocol.events import OverLimit, Upkeep
from cocalc_tui.server.store import LogSize, Store
from cocalc_tui.server.store.keeping import Keeping

PAUSE = 60 * 60 * 1000
"""Milliseconds between looks at sizes: each reads through the log."""
MB = 10**6


class Overseer:
    """Says topic `upkeep` whenever there is something else to say."""

    def __init__(
        self,
        store: Store,
        keeping: Callable[[], Keeping],
        trouble: Callable[[], str],
        say: Callable[[str, msgspec.Raw], None],
    ) -> None:
        self._store = store
        self._keeping = keeping
        self._trouble = trouble
        self._say = say
        self._rests_until = 0
        self._looked_by: Keeping | None = None
        self._over: list[OverLimit] = []
        self._said: tuple[set[str], str] = (set(), "")

    async def look(self, now: int) -> None:
        """Look at what is due at `now`, milliseconds; raises StoreTrouble."""
        keeping = self._keeping()
        if keeping != self._looked_by or now >= self._rests_until:
            self._looked_by, self._rests_until = keeping, now + PAUSE
            self._over = list(over(await self._store.sizes(), keeping))
        trouble = self._trouble()
        news = {one.path for one in self._over}, trouble
        if news != self._said:
            self._said = news
            said = Upkeep(over=self._over, trouble=trouble)
            self._say("upkeep", msgspec.Raw(msgspec.msgpack.encode(said)))


def over(sizes: Sequence[LogSize], keeping: Keeping) -> Iterator[OverLimit]:
    """What is above its limit: the project, then its documents."""
    total = sum(map(_takes, sizes))
    if 0 < keeping.project_limit * MB < total:
        yield OverLimit(path="", size=total, limit=keeping.project_limit * MB)
    for one in sizes:
        if 0 < keeping.document_limit * MB < _takes(one):
            yield OverLimit(path=one.path, size=_takes(one), limit=keeping.document_limit * MB)


def _takes(one: LogSize) -> int:
    """Bytes on the log's own disk."""
    return one.sealed + one.rows
