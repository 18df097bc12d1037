"""What is typed into one terminal: as the bytes that its program reads, once each; and by whom."""

from __future__ import annotations

import base64
from typing import Any, NamedTuple

from cocalc_tui.server.terminals.keys import encode
from cocalc_tui.server.terminals.screen import Screen

LONG_AGO = 60.0
"""Seconds after enter in which a program opens files for who pressed it, without asking."""
VIEWS = 256
"""Views of which is remembered what was typed last."""


class Entered(NamedTuple):
    """Who pressed enter last, in which view, and when."""

    user: str
    view: str
    at: float


class Typed:
    """All that was typed."""

    def __init__(self, screen: Screen) -> None:
        self.typist = ""
        """Who typed last."""
        self.entered = Entered("", "", -LONG_AGO)
        self._screen = screen
        self._numbers: dict[str, int] = {}
        """The number of what was typed last, by view."""

    def take(self, said: dict[str, Any], now: float) -> bytes | None:
        """The bytes of what somebody types; None where they were typed before."""
        view, n = str(said.get("view", "")), int(said.get("n", 0))
        if n and not self._is_new(view, n):
            return None
        self.typist = str(said.get("user", ""))
        if "enter" in said.get("keys", ()) or "\r" in f"{said.get('text')}{said.get('paste')}":
            self.entered = Entered(self.typist, view, now)
        return self._bytes(said)

    def _is_new(self, view: str, n: int) -> bool:
        if n <= self._numbers.get(view, 0):
            return False
        self._numbers[view] = n
        while len(self._numbers) > VIEWS:
            del self._numbers[next(iter(self._numbers))]
        return True

    def _bytes(self, said: dict[str, Any]) -> bytes:
        application, form = self._screen.application_keys, self._screen.key_form
        keys = [encode(key, application=application, form=form) for key in said.get("keys", [])]
        text = str(said.get("text", "")).encode()
        raw = base64.b64decode(said.get("raw", ""))
        return self._pasted(str(said.get("paste", ""))) + b"".join(keys) + text + raw

    def _pasted(self, text: str) -> bytes:
        data = text.replace("\r\n", "\r").replace("\n", "\r").encode()
        if not data or not self._screen.pastes:
            return data
        return b"\x1b[200~" + data.replace(b"\x1b", b"") + b"\x1b[201~"
