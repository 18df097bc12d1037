"""Tokens by Pygments, for the languages that have no grammar here.

A lexer is forty times slower than a grammar, so callers give it little more than what is on the
screen. The patterns of some take for ever on a quotation mark and a thousand backslashes, in a file
that anybody may have written.
"""

from __future__ import annotations

import signal
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from types import FrameType

from pygments.lexer import Lexer
from pygments.lexers import get_lexer_by_name
from pygments.token import Token, _TokenType

from cocalc_tui.widgets.highlight import Spans, TooLongError

LONGEST = 0.5
"""Seconds of CPU that a lexer may take."""
_TOKENS = {
    Token.Comment: "comment",
    Token.Comment.Preproc: "keyword",
    Token.Literal.String: "string",
    Token.Literal.String.Escape: "escape",
    Token.Literal.String.Interpol: "escape",
    Token.Literal.Number: "number",
    Token.Literal: "number",
    Token.Keyword: "keyword",
    Token.Keyword.Constant: "constant",
    Token.Keyword.Type: "type",
    Token.Operator: "operator",
    Token.Operator.Word: "keyword",
    Token.Name.Function: "function",
    Token.Name.Decorator: "function",
    Token.Name.Builtin: "function",
    Token.Name.Class: "type",
    Token.Name.Exception: "type",
    Token.Name.Constant: "constant",
    Token.Name.Attribute: "property",
    Token.Name.Tag: "tag",
    Token.Generic.Heading: "heading",
    Token.Generic.Subheading: "heading",
    Token.Generic.Strong: "strong",
    Token.Generic.Emph: "emphasis",
    Token.Generic.Inserted: "inserted",
    Token.Generic.Deleted: "deleted",
}


@lru_cache
def _lexer(name: str) -> Lexer:
    return get_lexer_by_name(name, stripnl=False, ensurenl=False)


@lru_cache
def _token(kind: _TokenType) -> str:
    """The token of the nearest kind that has one."""
    at: _TokenType | None = kind
    while at is not None:
        if at in _TOKENS:
            return _TOKENS[at]
        at = at.parent
    return ""


@contextmanager
def _bounded(seconds: float) -> Iterator[None]:
    """Raise TooLongError in what takes more CPU; in the main thread only.

    A pattern at work holds everything up, but looks for signals.
    """
    over = False

    def end(_number: int, _frame: FrameType | None) -> None:
        nonlocal over
        over = True
        raise TooLongError

    before = signal.signal(signal.SIGVTALRM, end)
    signal.setitimer(signal.ITIMER_VIRTUAL, seconds)
    try:
        yield
    except ValueError:
        if over:  # what comes while Pygments compiles a pattern, it takes for a mistake in that
            raise TooLongError from None
        raise
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)


def tokens(name: str, lines: Sequence[str]) -> list[Spans]:
    """The tokens of each line; raises TooLongError."""
    lexer = _lexer(name)  # to make it takes some of them half a second
    with _bounded(LONGEST):
        return _tokens(lexer, lines)


def _tokens(lexer: Lexer, lines: Sequence[str]) -> list[Spans]:
    found: list[list[tuple[int, int, str]]] = [[] for _ in lines]
    row = column = 0
    # A "\r" would be a line end to Pygments and none to us.
    text = "\n".join([*(line.replace("\r", " ") for line in lines), ""])
    for _, kind, value in lexer.get_tokens_unprocessed(text):
        token = _token(kind)
        for index, part in enumerate(value.split("\n")):
            if index:
                row, column = row + 1, 0
            if token and part and row < len(found):
                found[row].append((column, column + len(part), token))
            column += len(part)
    return [tuple(spans) for spans in found]
