"""What cells ask people (`input()`, `getpass()`) and what of that is seen afterwards.

A cell's output shows what a terminal would: the prompt and what was typed, of a password dots. What
people send is in no spool, so a relay that comes later finds only that there was an answer.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cocalc_tui.protocol.events import Asking

DOTS = "········"
NOBODY = Asking(cell="", run="", prompt="", password=False)
"""No cell asks."""


class Inputs:
    """The question of one kernel, and answers on their way."""

    def __init__(self) -> None:
        self.asking = NOBODY
        self._given: dict[str, str] = {}
        """What was answered in this relay, by run."""
        self._secret: set[str] = set()

    def asked(self, said: Mapping[str, Any], cell: str, *, is_news: bool) -> str:
        """A cell asks; returns what is to be seen of it."""
        run, prompt = str(said["run"]), str(said["prompt"])
        if said["password"]:
            self._secret.add(run)
        if is_news:
            self.asking = Asking(cell=cell, run=run, prompt=prompt, password=bool(said["password"]))
        return prompt

    def give(self, run: str, text: str) -> None:
        """Somebody answers."""
        self._given[run] = text

    def answered(self, run: str, *, is_news: bool) -> str:
        """The kernel was told; returns what is to be seen of it."""
        if is_news:
            self.over(run)
        text = self._given.pop(run, "")
        secret = run in self._secret
        self._secret.discard(run)
        return f"{DOTS if secret else text}\n"

    def over(self, run: str) -> None:
        """A run asks no more."""
        if self.asking.run == run:
            self.asking = NOBODY

    def nobody(self) -> None:
        """The kernel is gone."""
        self.asking = NOBODY
