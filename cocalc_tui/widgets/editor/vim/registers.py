"""What was deleted and copied, by name, as vim keeps it."""

from __future__ import annotations

from typing import NamedTuple

UNNAMED, CLIPBOARD, NOWHERE = '"', "+*", "_"
NUMBERED = "123456789"


class Taken(NamedTuple):
    """Some text that was taken."""

    text: str
    lines: bool = False
    """Whether it is whole lines, which are put below or above."""
    block: bool = False
    """Whether it is a block, each of its lines for one of the text."""


class Registers:
    """All registers of one app: what is taken in one text is put in another."""

    def __init__(self) -> None:
        self._held: dict[str, Taken] = {}

    def get(self, name: str) -> Taken | None:
        """What a register holds."""
        return self._held.get(name.lower())

    def set(self, name: str, taken: Taken) -> None:
        """Put something into a register; capital letters add to it."""
        before = self._held.get(name.lower())
        if name.isupper() and before is not None:
            gap = "\n" if taken.lines and not before.text.endswith("\n") else ""
            taken = Taken(before.text + gap + taken.text, before.lines or taken.lines)
        self._held[name.lower()] = taken

    def yanked(self, name: str, taken: Taken) -> None:
        """Something was copied."""
        self._named(name, taken)
        if name == UNNAMED:
            self.set("0", taken)

    def deleted(self, name: str, taken: Taken) -> None:
        """Something was deleted: whole lines move the numbered ones on, less goes to `-`."""
        if name == NOWHERE:
            return
        self._named(name, taken)
        if name != UNNAMED:
            return
        if not taken.lines and "\n" not in taken.text:
            self.set("-", taken)
            return
        for number in reversed(NUMBERED[:-1]):
            if number in self._held:
                self._held[str(int(number) + 1)] = self._held[number]
        self.set("1", taken)

    def _named(self, name: str, taken: Taken) -> None:
        if name != NOWHERE:
            self.set(name, taken)
            self._held[UNNAMED] = self._held[name.lower()]
