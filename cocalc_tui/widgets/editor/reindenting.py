"""Lines indented anew, by the brackets and blocks that they are in.

Where brackets make blocks they say all. Where colons do, it is the indent of a line that ends
blocks: which lines belong together stays, and how far they are indented becomes the same. Strings
and comments of several lines stay as they are.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from cocalc_tui.widgets.editor import lines, moves
from cocalc_tui.widgets.editor.brackets import CLOSING, OPENING
from cocalc_tui.widgets.editor.indenting import step_at
from cocalc_tui.widgets.editor.model import Editor
from cocalc_tui.widgets.editor.slices import LineChange, Slices, change
from cocalc_tui.widgets.highlight import Language

FAR = 2_000
"""Lines above that are looked at for what is still open."""
TAB = 8
"""Columns of a tab, where tabs and spaces are compared."""
_LONG = {'"""': '"""', "'''": "'''", "/*": "*/", "`": "`"}
"""What begins and ends what may go over several lines."""
_STRING = r'"(?:\\.|[^"\\])*"|' + r"'(?:\\.|[^'\\])*'"
_CLOSES = re.compile(r"[)\]}]+")
_LABEL = re.compile(r"(?:case\b.*|default\s*):")
_HEADS = re.compile(r"(?:\b(?:if|for|while)\b.*\)|\belse|\bdo)$")
"""A line like this is followed by one of its own, where no bracket says so."""
_UNFINISHED = re.compile(r"(?:[^=]=|=>|&&|\|\||[^+]\+|\?)$")
_GOES_ON = (".", "?", ":", ",", "&&", "||")
"""A line that begins so goes on from one that is not at its end."""
_ENDS = (";", "{", "}", ",")
_FOR_PREPROCESSOR = re.compile(r"#\s*(?:if|ifn?def|el|endif|define|undef|include|pragma|error)")


@dataclass
class _Block:
    """What is open: from a bracket, or from the colon at the end of a line."""

    outside: str
    """The indent of the line that opens it."""
    inside: str
    """The indent of the lines in it."""
    width: int = 0
    """The columns by which they were indented before, for what a colon opened."""
    labels: bool = False
    """Whether `case x:` was in it, so that what follows is indented one step more."""


class _Reading:
    """Goes through lines and says of each how far it ought to be indented."""

    def __init__(self, language: Language, step: str) -> None:
        self._language = language
        self._step = step
        self._blocks = [_Block("", "")]
        """By colons, the outermost first."""
        self._brackets: list[_Block] = []
        self._within = ""
        """What ends the string or comment that the next line begins in."""
        self._before = ""
        """What is written in the line before, without its comment."""
        self._left = False
        """Whether that was a `return` or the like, which ends its block."""
        self._hangs = 0
        comment = re.escape(language.comment) + "|" if language.comment else ""
        long = "|".join(map(re.escape, _LONG))
        self._part = re.compile(rf"(?:{comment}{long}|{_STRING}|[()\[\]{{}}])")

    def read(self, text: str, *, as_it_is: bool = False) -> str | None:
        """The indent of the next line; None where it is to stay as it is."""
        old = moves.indent_of(text)
        code = text[len(old) :].rstrip()
        if self._language.comment == "//" and _FOR_PREPROCESSOR.match(code):
            self._before = "\\" if code.endswith("\\") else ""
            return None
        if self._within or not code or self._before.endswith("\\"):
            indent = "" if not (code or self._within) else None
        else:
            indent = self._indent(code, len(old.expandtabs(TAB)), old if as_it_is else None)
        if code:
            self._take(old if indent is None or as_it_is else indent, code)
        return indent

    def _indent(self, code: str, width: int, given: str | None) -> str | None:
        if (closes := _CLOSES.match(code)) and self._brackets:
            return self._brackets[-min(closes.end(), len(self._brackets))].outside
        if self._brackets:
            return self._in_brackets(self._brackets[-1], code)
        if self._language.blocks == "colons":
            return self._in_blocks(code, width, given)
        return self._in_brackets(self._blocks[0], code)

    def _in_brackets(self, block: _Block, code: str) -> str:
        if self._language.blocks == "colons":
            return block.inside
        self._hangs = self._hangs + 1 if _HEADS.search(self._before) else 0
        if _LABEL.match(code):
            block.labels = True
            return block.outside if self._language.name == "go" else block.inside
        more = self._hangs + (block.labels and self._language.name != "go")
        more += self._goes_on(code)
        return block.inside + self._step * more

    def _goes_on(self, code: str) -> bool:
        """Whether a line goes on from the one before, of which nothing else tells the end."""
        ended = not self._before or self._before.endswith(_ENDS)
        unfinished = _UNFINISHED.search(self._before) is not None
        return not ended and (unfinished or code.startswith(_GOES_ON))

    def _in_blocks(self, code: str, width: int, given: str | None) -> str:
        """Where an indent ends blocks; `given` is how far the line is to be indented as it is."""
        opens = self._before.endswith(":")
        deeper = self._blocks[-1].inside + self._step if given is None else given
        if self._language.comment and code.startswith(self._language.comment):
            # It ends nothing: people comment lines out at the margin.
            around = [one for one in self._blocks if one.width <= width]
            fits = opens and width > self._blocks[-1].width
            return deeper if fits else around[-1].inside
        depth = len(self._blocks)
        if opens:
            self._blocks.append(_Block(self._blocks[-1].inside, deeper, width))
        while len(self._blocks) > 1 and width < self._blocks[-1].width:
            self._blocks.pop()
        if self._left and 1 < len(self._blocks) == depth:
            self._blocks.pop()
        leaves = self._language.leaves
        self._left = leaves is not None and leaves.match(f" {code}") is not None
        return self._blocks[-1].inside

    def _take(self, indent: str, code: str) -> None:
        """Take note of what a line opens and closes."""
        start, end = len(code) if self._within else 0, len(code)
        for at, part in self._parts(code):
            if part == self._language.comment:
                end = at
            elif part in OPENING:
                beside = self._aligns(part, code[at + 1 :].strip())
                inside = indent + (" " * (at + 1) if beside else self._step)
                self._brackets.append(_Block(indent, inside))
            elif part in CLOSING and self._brackets:
                self._brackets.pop()
        if end and not code.startswith("/*"):
            self._before = "" if start or self._within else code[:end].rstrip()

    def _aligns(self, opening: str, rest: str) -> bool:
        """Whether lines within a bracket stand below what is behind it, as Python's do."""
        written = rest and not rest.startswith(self._language.comment or "\n")
        return bool(written) and opening != "{" and self._language.blocks == "colons"

    def _parts(self, code: str) -> Iterator[tuple[int, str]]:
        """Brackets and the comment of a line, each with where it is."""
        at = 0
        while True:
            if self._within:
                ends = code.find(self._within, at)
                if ends < 0:
                    return
                at, self._within = ends + len(self._within), ""
            found = self._part.search(code, at)
            if found is None:
                return
            at, part = found.end(), found.group()
            self._within = _LONG.get(part, "")
            if part in OPENING or part in CLOSING:
                yield found.start(), part
            elif part == self._language.comment:
                yield found.start(), part
                return


def reindent(editor: Editor, language: Language) -> Slices:
    """Indent the lines that carets and selections are in as what they are in asks for."""

    def begin(first: int) -> LineChange:
        reading = _Reading(language, step_at(editor.view, first, editor.step))
        for text in editor.view.texts(_beginning(editor, language, first), first):
            reading.read(text, as_it_is=True)

        def anew(_: int, text: str) -> tuple[int, int, str] | None:
            indent, old = reading.read(text), moves.indent_of(text)
            return None if indent is None or indent == old else (0, len(old), indent)

        return anew

    return change(editor, lines.ranges(editor), "indent", begin)


def _beginning(editor: Editor, language: Language, line: int) -> int:
    """A line above at which nothing is open."""
    for row in range(line - 1, max(line - FAR, 0) - 1, -1):
        if language.begins is not None and language.begins.match(editor.view.head(row)):
            return row
    return max(line - FAR, 0)
