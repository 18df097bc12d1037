"""Formulas in markdown: found before markdown reads the text, put in as text after it did.

Markdown would take the stars, lines and backslashes of a formula for its own. So each formula is
replaced by a mark that markdown leaves alone; one that stands by itself becomes a block.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from cocalc_tui.widgets.outputs.math import math_lines, math_text

MOST = 500
"""Formulas of one text that are read."""
BLOCK = "cocalc-math"
"""The language of a fenced block that is a formula."""
_OPEN, _CLOSE = "\ue000", "\ue001"
_MARK = re.compile(f"{_OPEN}(\\d+){_CLOSE}")
_FENCE = re.compile(
    r"^ {0,3}(`{3,}|~{3,})[^\n]*\n.*?(?:^ {0,3}\1[`~]*[ \t]*$|\Z)", re.MULTILINE | re.DOTALL
)
_CODE = re.compile(r"(?<!`)(`+)(?!`)[^\n]*?(?<!`)\1(?!`)")
_DISPLAY = re.compile(
    r"^(?P<indent>[ \t]*(?:> ?)*[ \t]*)"
    r"(?:\$\$(?P<dollars>[^$]{1,4000}?)\$\$"
    r"|\\\[(?P<brackets>.{1,4000}?)\\\]"
    r"|(?P<environment>\\begin\{(?P<name>equation|align|gather|multline|eqnarray|alignat)(?P<star>\*?)\}"
    r".{1,4000}?\\end\{(?P=name)(?P=star)\}))[ \t.,;]*$",
    re.MULTILINE | re.DOTALL,
)
_INLINE = re.compile(
    r"(?<![\\$\w])\$\$(?P<two>[^$\n]{1,2000})\$\$"
    r"|(?<![\\$\w])\$(?P<one>(?![\s$])(?:[^$\\\n]|\\.|\n(?!\n)){1,2000}?(?<!\s))\$(?![\d$])"
    r"|\\\((?P<round>[^\n]{1,2000}?)\\\)"
)


class Formulas:
    """The formulas of one text."""

    def __init__(self) -> None:
        self._texts: list[str] = []

    def taken_out(self, text: str) -> str:
        """The text with marks for formulas; code is left alone."""
        text = text.replace(_OPEN, "�").replace(_CLOSE, "�")
        if "$" not in text and "\\" not in text:
            return text
        return _between(text, _FENCE, lambda part: self._outside_of_fences(part))

    def _outside_of_fences(self, text: str) -> str:
        text = _DISPLAY.sub(self._block, text)
        return _between(text, _CODE, lambda part: _INLINE.sub(self._inline, part))

    def _block(self, found: re.Match[str]) -> str:
        source = found["dollars"] or found["brackets"] or found["environment"] or ""
        indent = found["indent"]
        if len(self._texts) >= MOST or not source.strip():
            return found[0]
        lines = math_lines(source.replace(f"\n{indent}", "\n"))
        fence = [f"```{BLOCK}", *lines, "```"]
        return "\n" + "\n".join(indent + line for line in fence) + "\n"

    def _inline(self, found: re.Match[str]) -> str:
        source = found["two"] or found["one"] or found["round"]
        if len(self._texts) >= MOST:
            return found[0]
        self._texts.append(math_text(source))
        return f"{_OPEN}{len(self._texts) - 1}{_CLOSE}"

    def put_in(self, text: str) -> str:
        """A text with formulas where marks are."""
        if _OPEN not in text:
            return text
        return _MARK.sub(lambda found: self._texts[int(found[1])], text)


def _between(text: str, apart: re.Pattern[str], change: Callable[[str], str]) -> str:
    """Change what lies between the pieces that stand apart."""
    parts = []
    at = 0
    for piece in apart.finditer(text):
        parts += [change(text[at : piece.start()]), piece[0]]
        at = piece.end()
    return "".join([*parts, change(text[at:])])
