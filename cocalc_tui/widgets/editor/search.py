"""Finding text: what is asked for, all the places, which one is looked at, what comes next.

A pattern that somebody types may take longer than the age of the universe, so searching has a
time; what took too long is said and nothing hangs.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cocalc_tui.sync.patch import TextChange
from cocalc_tui.widgets.editor.carets import Put, moved

if TYPE_CHECKING:
    import regex

LIMIT = 10_000
"""Places remembered; a search for `e` in a long file stops there."""
PATIENCE = 0.5
"""Seconds for one search."""


class SearchError(ValueError):
    """A pattern that means nothing or takes too long; one line."""


@dataclass(frozen=True, slots=True)
class Query:
    """What is searched for."""

    text: str = ""
    is_pattern: bool = False
    """Whether it is a regular expression."""
    case: bool = False
    """Whether small and capital letters differ; they do anyway where it holds capital ones."""
    words: bool = False
    """Whether only whole words are found."""

    def compiled(self) -> regex.Pattern[str]:
        """As a pattern; raises SearchError."""
        import regex

        source = self.text if self.is_pattern else regex.escape(self.text)
        if self.words:
            source = rf"(?<!\w)(?:{source})(?!\w)"
        case = self.case or self.text != self.text.lower()
        if self.is_pattern and not self.case:
            # `\S` and `\W` are no capitals.
            plain = regex.sub(r"\\.", "", self.text)
            case = plain != plain.lower()
        flags = regex.MULTILINE | (0 if case else regex.IGNORECASE)
        try:
            return regex.compile(source, flags)
        except regex.error as error:
            raise SearchError(f"not a pattern: {error}") from None

    def matches(
        self, text: str, start: int = 0, end: int | None = None
    ) -> Iterator[regex.Match[str]]:
        """All matches that are not empty, within a range of a text; raises SearchError."""
        if not self.text:
            return
        end = len(text) if end is None else end
        try:
            for found in self.compiled().finditer(text, start, end, timeout=PATIENCE):
                if found.end() > found.start():
                    yield found
        except TimeoutError:
            raise SearchError("this pattern takes too long") from None


def template(text: str, *, is_pattern: bool) -> str:
    r"""What is put in a match's place, for `Match.expand`.

    Of a pattern `$1`, `${name}`, `\1` are groups, `$&` the match, `\n` and `\t` what they are
    elsewhere; otherwise it is taken as it is.
    """
    if not is_pattern:
        return text.replace("\\", "\\\\")
    import regex

    def group(found: regex.Match[str]) -> str:
        name = found[1] or found[2]
        if found[0] == "$$":
            return "$"
        return r"\g<0>" if name in ("&", None) else rf"\g<{name}>"

    return str(regex.sub(r"\$(?:\$|&|(\d{1,2})|\{(\w+)\})", group, text))


class Search:
    """One search in one text."""

    def __init__(self) -> None:
        self.query = Query()
        self.within: tuple[int, int] | None = None
        """The part of the text that is searched, None for all of it."""
        self.places: list[tuple[int, int]] = []
        """Start and end of each."""
        self.at: int | None = None
        """Which of them is looked at."""
        self.trouble = ""
        """What is wrong with the query."""

    @property
    def place(self) -> tuple[int, int] | None:
        """The one looked at."""
        return None if self.at is None else self.places[self.at]

    def look(self, text: str, query: Query, near: int) -> None:
        """Find all places; look at the first one at or behind `near`."""
        self.query = query
        self.find(text)
        self.at = self._behind(near)

    def find(self, text: str) -> None:
        """Find them again: the text changed."""
        before = self.place
        self.places, self.trouble = [], ""
        try:
            for found in self.query.matches(text, *self.range(text)):
                self.places.append(found.span())
                if len(self.places) == LIMIT:
                    break
        except SearchError as error:
            self.trouble = str(error)
        self.at = None if before is None else self._behind(before[0])

    def range(self, text: str) -> tuple[int, int]:
        """Start and end of what is searched."""
        if self.within is None:
            return 0, len(text)
        return min(self.within[0], len(text)), min(self.within[1], len(text))

    def carry(self, changes: Iterable[TextChange]) -> None:
        """Keep what was found in its place until it is found anew."""
        for change in changes:
            if self.within is not None:
                low, high = self.within
                grown = change.pos == high and not change.delete
                high = high + len(change.insert) if grown else moved(high, change)
                self.within = moved(low, change), high
            self.places = [(moved(low, change), moved(high, change)) for low, high in self.places]

    def _behind(self, offset: int) -> int | None:
        """The first place at or behind an offset, else the first of all."""
        if not self.places:
            return None
        return bisect_left(self.places, (offset, 0)) % len(self.places)

    def step(self, by: int, selection: tuple[int, int]) -> tuple[int, int] | None:
        """Look at the next (1) or previous (-1) place seen from a selection, round the ends."""
        if not self.places:
            return None
        seen_from = selection[1] if by > 0 else selection[0]
        behind = bisect_left(self.places, (seen_from, 0))
        self.at = (behind if by > 0 else behind - 1) % len(self.places)
        return self.places[self.at]

    def replacing(self, text: str, by: str, only: tuple[int, int] | None = None) -> list[Put]:
        """What replaces all places, or the one of this start and end; raises SearchError."""
        import regex

        made = template(by, is_pattern=self.query.is_pattern)
        try:
            return [
                Put(found.start(), found.end(), found.expand(made))
                for found in self.query.matches(text, *self.range(text))
                if only is None or found.span() == only
            ]
        except (regex.error, IndexError) as error:
            raise SearchError(f"in its place: {error}") from None

    @property
    def count(self) -> str:
        """`3 of 17`, for the screen."""
        if not self.query.text:
            return ""
        if self.trouble or not self.places:
            return self.trouble or "not found"
        many = f"{LIMIT:,}+" if len(self.places) == LIMIT else f"{len(self.places):,}"
        return f"{(self.at or 0) + 1:,} of {many}"
