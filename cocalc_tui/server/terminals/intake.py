"""When a program's output is read, and how much: a file at full speed, a flood in small parts.

Without a budget what floods would have a processor for itself; with nothing but a budget a file of
some megabytes, or what a key brings in the middle of a flood, would wait like the flood.
"""

from __future__ import annotations

from cocalc_tui.server.terminals.pace import Flow, Processors
from cocalc_tui.server.terminals.share import Share

FLOOD, FASTEST, BURST = 2**18, 16 * 2**20, 5 * 2**20
"""Bytes a second that a program may write for ever, those where the machine has room, and how many
at full speed before."""
REST = 0.8
"""Seconds without output after which so much passes at full speed again; a flood has no rest."""
SOME = 16 * 2**10
"""Bytes that are waited for where the budget is used up."""
ANSWER = 64 * 2**10
"""Bytes that a key has free: ctrl+c in a flood brings a prompt."""
HURRY = 1.0
"""Seconds for which a program has its whole share after a key."""


class Intake:
    """What is read of one program; all times are seconds of one clock."""

    def __init__(self, share: Share, now: float) -> None:
        """`share` is that of the keeper and the program."""
        self.floods = False
        self._share = share
        self._budget = Flow(BURST, (FLOOD, FASTEST), now, Processors().idle)
        self._read_at = self._reads_at = now
        self._typed_at = now

    def is_due(self, now: float) -> bool:
        """Whether it is to be read."""
        return self._reads_at <= now

    def wait(self, now: float) -> float:
        """Seconds until something changes by itself; infinity for nothing."""
        waits = [self._share.wait(now)]
        if self._reads_at > now:
            waits.append(self._reads_at - now)
        if not self._share.is_even:
            waits.append(max(self._read_at + REST - now, 0))
        return min(waits)

    def took(self, count: int, now: float) -> None:
        """So many bytes were read."""
        if now - self._read_at > REST:
            self._budget.give(BURST, now)
        self._read_at = now
        self._budget.take(count, now)
        self.floods = self._budget.wait(1, now) > 0
        if self.floods:
            self._budget.adapt(now)
            self._reads_at = now + self._budget.wait(SOME, now)
            if now - self._typed_at > HURRY:
                self._share.give_way()

    def hurry(self, now: float) -> None:
        """Somebody typed: what that brings is read at once."""
        self._typed_at = self._reads_at = now
        self._budget.give(ANSWER, now)
        self._share.be_even()

    def settle(self, now: float) -> None:
        """Have the share that is due: the whole one as soon as the flood is over."""
        if now - self._read_at >= REST or not self._budget.wait(BURST / 2, now):
            self._share.be_even()
        self._share.settle(now)
