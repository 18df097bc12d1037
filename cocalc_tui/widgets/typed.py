"""Keys as they were typed: what a terminal sends, cut into keys, each with its own bytes.

Textual's parser takes an escape and what is typed just after it for one key, drops the escape where
it has no name for that, and holds both for a tenth of a second. vim's people type `esc :` in less.
Here an escape that came by itself is a key of its own as soon as something else follows, and a key
tells the bytes it was, which a program in a terminal wants.
"""

from __future__ import annotations

import os
import re
from collections.abc import Collection, Iterable, Iterator

from textual._time import get_time
from textual._xterm_parser import BRACKETED_PASTE_END, BRACKETED_PASTE_START, XTermParser
from textual.constants import ESCAPE_DELAY
from textual.events import Key, Paste
from textual.keys import _character_to_key
from textual.message import Message

ESCAPE = "\x1b"
BACKSPACE = "\x7f"
DELAY = ESCAPE_DELAY if "ESCDELAY" in os.environ else 0.03
"""Seconds after which an escape that nothing followed is the key of that name."""
_CSI = re.compile(r"\x1b\[(?:M(?s:.){3}|\[[A-E]|<[-\d;]*[mM]|[0-?]*[ -/]*[@-Z\\-~])")
_BEGUN = re.compile(r"\x1b\[(?:M(?s:.){0,2}|\[|<[-\d;]*|[0-?]*[ -/]*)")
_OTHER_KEYS = re.compile(r"^\x1b\[27;(\d+);(\d+)~$")
"""The form that tmux has for keys with modifiers, which the other is known better than."""
_ALTERNATES = re.compile(r"^(\x1b\[\d+):[\d:]*")
"""What else a key would be, on other keyboards: Textual fails on it."""
_SS3 = re.compile(r"\x1bO[A-FHIMP-SXj-y ]")


class TypedKey(Key):
    """A key that knows what was typed."""

    def __init__(self, key: str, character: str | None, typed: str) -> None:
        super().__init__(key, character)
        self.typed = typed
        """As the terminal sent it."""


TypedKey.handler_name = Key.handler_name


class KeyParser(XTermParser):
    """Textual's parser of what a terminal sends, given one whole key or answer after another."""

    _rest = ""
    """What may be the beginning of one."""

    def __init__(self, debug: bool = False, signs: Collection[str] = ()) -> None:
        """`signs`: those that are keys together with alt; Textual has no names for them.

        With any other sign an escape just before it is one that was typed.
        """
        super().__init__(debug)
        self.signs = signs

    def feed(self, data: str) -> Iterable[Message]:
        """The events of what came; call `tick` after `DELAY` where `waits`."""
        if self._rest == ESCAPE and data[:1] not in {"[", "O"}:
            self._rest = ""
            yield TypedKey("escape", ESCAPE, ESCAPE)
        self._rest += data
        while part := self._part():
            self._rest = self._rest[len(part) :]
            yield from self._events(part)
        waits = self._rest and not self._rest.startswith(BRACKETED_PASTE_START)
        self._timeout_time = get_time() + DELAY if waits else None

    @property
    def waits(self) -> bool:
        """Whether something may come to an end by waiting."""
        return self._timeout_time is not None

    def tick(self) -> Iterable[Message]:
        """What was begun long ago and never ended are keys."""
        if self._timeout_time is None or get_time() < self._timeout_time:
            return
        self._timeout_time = None
        rest, self._rest = self._rest, ""
        yield from self._events(rest[:2])
        for character in rest[2:]:
            yield from self._events(character)

    def _part(self) -> str:
        """The next whole key, answer or run of text; "" where there is none yet."""
        rest = self._rest
        if not rest.startswith(ESCAPE):
            return rest.partition(ESCAPE)[0]
        if rest.startswith(BRACKETED_PASTE_START):
            end = rest.find(BRACKETED_PASTE_END)
            return rest[: end + len(BRACKETED_PASTE_END)] if end >= 0 else ""
        match rest[1:2]:
            case "":
                return ""
            case "[":
                return _whole(rest, _CSI, _BEGUN)
            case "O":
                return "" if len(rest) == 2 else _whole(rest, _SS3, None)
            case "\x1b":
                return ESCAPE
        return rest[:2]

    def _events(self, part: str) -> Iterator[Message]:
        if part == ESCAPE:
            yield TypedKey("escape", ESCAPE, ESCAPE)
        elif len(part) == 2 and part[0] == ESCAPE:
            yield from self._with_escape(part)
        elif part.startswith(BRACKETED_PASTE_START):
            text = part.removeprefix(BRACKETED_PASTE_START).removesuffix(BRACKETED_PASTE_END)
            yield Paste(text.replace("\x00", ""))
        else:
            part = _OTHER_KEYS.sub("\x1b[\\2;\\1u", part)
            yield from self._known(_ALTERNATES.sub("\\1", part))

    def _known(self, part: str) -> Iterator[Message]:
        """What Textual knows; the rest is nothing, where it would wait for an end or fail."""
        try:
            yield from super().feed(part)
        except (ValueError, OverflowError):
            self._timeout_time = 0
        if self._timeout_time is not None:
            self._tokens.clear()
            self._gen = self.parse(self._tokens.append)
            self._awaiting = next(self._gen)

    def _with_escape(self, part: str) -> Iterator[Message]:
        """A key together with alt, which sends an escape before it; or both, quickly typed."""
        if part[1] in self.signs:
            yield TypedKey(f"alt+{_character_to_key(part[1])}", None, part)
            return
        if part[1] == BACKSPACE:
            yield TypedKey("alt+backspace", None, part)  # to Textual it is ctrl+w
            return
        # Textual has the letters that a Mac's option key makes of figures: there they come as such.
        events = [] if part[1].isdecimal() else list(self._sequence_to_key_events(part))
        events = events or list(self._sequence_to_key_events(part[1], alt=True))
        for event in events:
            if event.character == part[1] and event.is_printable and "alt+" not in event.key:
                # No key of that name: nobody means both at once.
                yield TypedKey("escape", ESCAPE, ESCAPE)
                yield TypedKey(event.key, event.character, part[1])
            else:
                yield TypedKey(event.key, event.character, part)

    def _sequence_to_key_events(self, sequence: str, alt: bool = False) -> Iterable[Key]:
        for event in super()._sequence_to_key_events(sequence, alt):
            yield TypedKey(event.key, event.character, sequence)


def _whole(rest: str, sequence: re.Pattern[str], begun: re.Pattern[str] | None) -> str:
    """A sequence at the beginning; "" where it is only begun; else what began it, as typed."""
    if (found := sequence.match(rest)) is not None:
        return found[0]
    return "" if begun is not None and begun.fullmatch(rest) else rest[:2]


def own_bytes(event: Key) -> str:
    """What was typed, where a program reads it as it is; "" for a key that has forms of its own.

    A character, with alt or not, is the same in all modes; a function key is not.
    """
    typed = event.typed if isinstance(event, TypedKey) else ""
    return typed if len(typed) == 1 or (len(typed) == 2 and typed[0] == ESCAPE) else ""
