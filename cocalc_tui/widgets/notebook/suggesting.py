"""What could stand at the caret: the matches, what is typed of them so far, which is chosen.

Text only. The matches came for what stood at the caret when they were asked for; what is typed
since narrows them, here and at once, without asking again.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from cocalc_tui.protocol.events import Match

MOST_WORDS = 200
_WORD = re.compile(r"[^\W\d]\w*")
_FRAGMENT = re.compile(r"[^\W\d]\w*$")
_CALLED = re.compile(r"[\w.]+$")


class Fragment(NamedTuple):
    """The beginning of a word before the caret."""

    start: int
    text: str


def fragment(before: str) -> Fragment:
    """What of a word stands at the end of a text."""
    found = _FRAGMENT.search(before)
    return Fragment(found.start(), found[0]) if found else Fragment(len(before), "")


def worth_asking(before: str) -> bool:
    """Whether completing makes sense behind this text, and does not mean to indent."""
    return bool(before) and not before[-1].isspace()


def words_of(text: str) -> tuple[str, ...]:
    """The words of a text, each once."""
    return tuple(dict.fromkeys(_WORD.findall(text)))


def words(texts: Iterable[Iterable[str]], beginning: str) -> list[Match]:
    """Those words of texts that begin so, those of the first text first."""
    found: dict[str, None] = {}
    low = beginning.lower()
    for text in texts:
        for word in text:
            if word.lower().startswith(low) and word != beginning:
                found.setdefault(word)
        if len(found) >= MOST_WORDS:
            break
    return [Match(text=word, kind="word") for word in [*found][:MOST_WORDS]]


class Suggestions:
    """A list of matches that is looked through."""

    def __init__(
        self, start: int, matches: Sequence[Match], typed: str, *, note: str = "", chosen: bool
    ) -> None:
        """`start`: offset of what a match replaces; `typed`: what stands there now.

        `note` says where they come from; `chosen`: whether the first is chosen at once.
        """
        self.start = start
        self.note = note
        self.at = 0 if chosen else -1
        """Which of those shown is chosen, -1 for none."""
        self._matches = list(matches)
        self.shown: list[Match] = []
        self.typed = typed
        self.narrow(typed)

    def narrow(self, typed: str) -> None:
        """Show those that fit what is typed now; the choice stays with its match."""
        before = self.chosen
        self.typed = typed
        low = typed.lower()
        fits = [match for match in self._matches if match.text.lower().startswith(low)]
        self.shown = sorted(fits, key=lambda match: not match.text.startswith(typed))
        if before is None:
            self.at = min(self.at, len(self.shown) - 1)
        else:
            self.at = self.shown.index(before) if before in self.shown else min(0, len(fits) - 1)

    @property
    def chosen(self) -> Match | None:
        """The match that is chosen."""
        return self.shown[self.at] if 0 <= self.at < len(self.shown) else None

    @property
    def of_use(self) -> bool:
        """Whether there is something to take that is not there already."""
        return any(match.text != self.typed for match in self.shown)

    def choose(self, by: int) -> None:
        """Go some matches down or up, from the last to the first and back."""
        count = len(self.shown)
        if count:
            self.at = (max(self.at, -1 if by > 0 else 0) + by) % count

    def page(self, by: int) -> None:
        """Go many down or up, as far as there are any."""
        self.at = max(0, min(self.at + by, len(self.shown) - 1))

    def label(self, match: Match) -> str:
        """What is shown of a match: of `numpy.linalg.norm` the last name."""
        head, dot, last = match.text.rpartition(".")
        return last if dot and last and head.isascii() and " " not in head else match.text


# --- calls -------------------------------------------------------------------------------------


class Call(NamedTuple):
    """A call whose brackets the caret is in."""

    at: int
    """Offset of the opening bracket."""
    argument: int
    """Which argument the caret is in, 0 for the first."""


def call_at(before: str) -> Call | None:
    """The innermost call that a text ends in. Strings are passed over as far as one line tells."""
    depth = commas = 0
    quote = ""
    for at in range(len(before) - 1, -1, -1):
        character = before[at]
        if quote:
            quote = "" if character == quote else quote
        elif character in "\"'" and before.count(character, before.rfind("\n") + 1, at) % 2:
            quote = character
        elif character in ")]}":
            depth += 1
        elif character in "([{":
            if depth:
                depth -= 1
            elif character == "(" and _CALLED.search(before, 0, at):
                return Call(at, commas)
            else:
                commas = 0
        elif character == "," and not depth:
            commas += 1
    return None


COLOUR = re.compile(r"\x1b\[[0-9;]*m")
"""What kernels colour their texts with."""
_HEADING = re.compile(r"^([A-Z][\w ]*):[ \t]*", re.MULTILINE)


def signature_of(text: str) -> tuple[str, str]:
    """The signature and the first line of what is said, out of a kernel's text about something.

    IPython writes fields with headings; of others the first lines are taken.
    """
    plain = COLOUR.sub("", text)
    fields = _fields(plain)
    for name in ("Signature", "Init signature", "Call signature"):
        if name in fields:
            said = fields.get("Docstring") or fields.get("Init docstring") or ""
            return " ".join(fields[name].split()), _first_line(said)
    if fields:
        return "", _first_line(fields.get("Docstring", ""))
    first, _, rest = plain.strip().partition("\n")
    return first.strip(), _first_line(rest)


def _fields(plain: str) -> dict[str, str]:
    marks = list(_HEADING.finditer(plain))
    if not marks or marks[0].start() != len(plain) - len(plain.lstrip()):
        return {}
    ends = [*(mark.start() for mark in marks[1:]), len(plain)]
    found: dict[str, str] = {}
    for mark, end in zip(marks, ends, strict=True):
        found.setdefault(mark[1], plain[mark.end() : end].strip())
    return found


def _first_line(text: str) -> str:
    said = text.strip().partition("\n")[0].strip()
    return "" if said == "<no docstring>" else said


def arguments(signature: str) -> list[tuple[int, int]]:
    """Where each argument of a signature stands, `*` and `/` aside."""
    opens = signature.find("(")
    found: list[tuple[int, int]] = []
    depth, start = 0, opens + 1
    for at in range(opens, len(signature)) if opens >= 0 else ():
        character = signature[at]
        if character in "([{":
            depth += 1
        elif character in ")]}":
            depth -= 1
        if (character == "," and depth == 1) or (character == ")" and not depth):
            piece = signature[start:at]
            if piece.strip() not in ("", "*", "/"):
                low = start + len(piece) - len(piece.lstrip())
                found.append((low, low + len(piece.strip())))
            start = at + 1
            if not depth:
                break
    return found
