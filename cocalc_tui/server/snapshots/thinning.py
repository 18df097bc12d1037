"""Which snapshots are kept as they grow older: many of today, few of last month.

Pure, so that years of snapshots are tested in a moment. Walking from the newest to the oldest,
each rule keeps the newest of each of its periods until it has as many as it may; what no rule
keeps goes. A snapshot that somebody named stays until somebody takes it away, and what was kept
before a restore stays for as many days as there are daily ones: nobody notices a mistake at once.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from cocalc_tui.server.snapshots.rules import Rules

MINUTE, DAY = 60, 86_400
_MONDAY = 3
"""1 January 1970 was a Thursday: the third day of its week."""


@dataclass(frozen=True, slots=True)
class Taken:
    """As much of a snapshot as thinning looks at."""

    id: str
    at: int
    """Seconds since 1970."""
    kind: str
    """As in `archive.Snapshot`."""


def to_drop(snapshots: Iterable[Taken], rules: Rules) -> list[str]:
    """The ids of those that go, oldest last."""
    newest_first = sorted(snapshots, key=lambda one: (one.at, one.id), reverse=True)
    oldest = newest_first[0].at - rules.daily * DAY if newest_first else 0
    kept = {
        one.id
        for one in newest_first
        if one.kind == "named" or (one.kind == "before" and one.at >= oldest)
    }
    automatic = [one for one in newest_first if one.id not in kept]
    for period, count in _periods(rules):
        seen: set[int] = set()
        for one in automatic:
            number = period(one.at)
            if len(seen) < count and number not in seen:
                seen.add(number)
                kept.add(one.id)
    return [one.id for one in newest_first if one.id not in kept]


def _periods(rules: Rules) -> list[tuple[_Period, int]]:
    return [
        (_Period(max(rules.every, 1) * MINUTE), rules.recent),
        (_Period(DAY), rules.daily),
        (_Period(7 * DAY, _MONDAY * DAY), rules.weekly),
        (_Period(30 * DAY), rules.monthly),
    ]


@dataclass(frozen=True, slots=True)
class _Period:
    """Numbers the periods of one length since 1970."""

    length: int
    shift: int = 0

    def __call__(self, at: int) -> int:
        return (at + self.shift) // self.length
