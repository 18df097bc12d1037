"""What somebody searches for: a text or a pattern, and what is put in a match's place.

The editor searches in one text, the relay's side in all files of the project: the same words must
find the same places, or a replacement would not be what was shown. A pattern may take longer than
the age of the universe, so searching has a time; what took too long is said and nothing hangs.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from msgspec import Struct

if TYPE_CHECKING:
    import regex

PATIENCE = 0.5
"""Seconds for one search in one text."""


class SearchError(ValueError):
    """A pattern that means nothing or takes too long; one line."""


class Query(Struct, frozen=True):
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
        self,
        text: str,
        start: int = 0,
        end: int | None = None,
        *,
        patience: float | None = None,
    ) -> Iterator[regex.Match[str]]:
        """All matches that are not empty, within a range of a text; raises SearchError.

        `patience`: seconds that it may take, `PATIENCE` unless told.
        """
        if not self.text:
            return
        end = len(text) if end is None else end
        try:
            for found in self.compiled().finditer(
                text, start, end, timeout=PATIENCE if patience is None else patience
            ):
                if found.end() > found.start():
                    yield found
        except TimeoutError:
            raise SearchError("this pattern takes too long") from None


NOTHING = Query()
"""Nothing is searched for."""


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
