"""The line that is typed behind `:`, `/` or `?`."""

from __future__ import annotations

from collections.abc import Sequence


class Line:
    """A prompt and what was typed so far."""

    def __init__(self, prompt: str, text: str = "", history: Sequence[str] = ()) -> None:
        self.prompt = prompt
        self.text = text
        self.at = len(text)
        """Where the next character goes."""
        self._history = [*history, text]
        self._shown = len(history)

    def press(self, key: str) -> bool:
        """Take a key; False where it leaves the line: escape, or backspace in an empty one."""
        if len(key) == 1:
            self.text = self.text[: self.at] + key + self.text[self.at :]
            self.at += 1
        elif key == "backspace":
            if not self.text:
                return False
            self._delete(self.at - 1)
        elif key == "ctrl+w":
            self._delete(len(self.text[: self.at].rstrip().rpartition(" ")[0]))
        elif key == "ctrl+u":
            self._delete(0)
        elif key == "delete":
            self.text = self.text[: self.at] + self.text[self.at + 1 :]
        elif key in ("up", "down"):
            self._turn(-1 if key == "up" else 1)
        else:
            places = {"left": self.at - 1, "right": self.at + 1, "home": 0, "end": len(self.text)}
            self.at = min(max(places.get(key, self.at), 0), len(self.text))
        return True

    def _delete(self, start: int) -> None:
        start = max(start, 0)
        self.text = self.text[:start] + self.text[self.at :]
        self.at = start

    def _turn(self, by: int) -> None:
        """Show an earlier line, or a later one."""
        if self._shown == len(self._history) - 1:
            self._history[-1] = self.text
        self._shown = min(max(self._shown + by, 0), len(self._history) - 1)
        self.text = self._history[self._shown]
        self.at = len(self.text)
