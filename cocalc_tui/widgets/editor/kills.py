"""What was killed, the last thing first, as Emacs keeps it: kills in a row are one."""

from __future__ import annotations

MOST = 60


class KillRing:
    """Texts to yank."""

    def __init__(self) -> None:
        self._texts: list[str] = []
        self._at = 0

    def kill(self, text: str, *, goes_on: bool = False, before: bool = False) -> str:
        """Keep a text; `goes_on`: with the one before, `before`: in front of it. Returns all."""
        if goes_on and self._texts:
            last = self._texts.pop()
            text = text + last if before else last + text
        self._texts = [*self._texts[-MOST + 1 :], text]
        self._at = len(self._texts) - 1
        return text

    @property
    def last(self) -> str:
        """What is yanked first, "" for nothing."""
        self._at = len(self._texts) - 1
        return self._texts[-1] if self._texts else ""

    def turn(self) -> str:
        """The one killed before the one yanked last."""
        if not self._texts:
            return ""
        self._at = (self._at - 1) % len(self._texts)
        return self._texts[self._at]
