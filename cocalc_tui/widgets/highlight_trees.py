"""Tokens by tree-sitter: exact for a window of lines, in about a millisecond.

The grammars come with `textual[syntax]`, the queries (which node is what) with Textual, except
those in `queries/`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from importlib import import_module, resources
from importlib.resources.abc import Traversable
from time import thread_time

from tree_sitter import Language, Parser, Query, QueryCursor, Tree

from cocalc_tui.widgets.highlight import Spans, TooLongError

_NAMES = (
    *("", "type", "function", "property", "operator", "keyword", "constant", "number", "tag"),
    *("heading", "link", "emphasis", "strong", "string", "escape", "comment", "error"),
)
"""Tokens by rank: where two nodes are equally long, the later in this list counts."""
_RANK = {name: rank for rank, name in enumerate(_NAMES)}
_TOKENS = {
    **{name: name for name in _NAMES[1:]},
    **dict.fromkeys(("include", "repeat", "conditional", "exception", "storageclass"), "keyword"),
    **dict.fromkeys(("import", "charset", "media", "supports", "keyframes"), "keyword"),
    **dict.fromkeys(("type.qualifier", "preproc", "list.marker"), "keyword"),
    **dict.fromkeys(("method", "attribute", "label", "embedded"), "function"),
    **dict.fromkeys(("constructor", "namespace", "toml.type"), "type"),
    **dict.fromkeys(("float", "toml.datetime"), "number"),
    **dict.fromkeys(("boolean", "json.null", "variable.builtin"), "constant"),
    **dict.fromkeys(("tag.attribute", "yaml.field", "json.label", "css.property"), "property"),
    **dict.fromkeys(("string.escape", "punctuation.special"), "escape"),
    **dict.fromkeys(("text.literal", "markup.raw"), "string"),
    "markup.heading": "heading",
    **dict.fromkeys(("link.uri", "link.label", "text.uri", "markup.link"), "link"),
    "none": "",
}
"""What the queries call a node, and what we do."""
_RUN = re.compile(rb"([\x01-\xff])\1*")
_INLINE = re.compile(
    r"(?P<string>`[^`\n]+`)|(?P<strong>\*\*[^*\n]+\*\*|__[^_\n]+__)"
    r"|(?P<emphasis>(?<![*\w])\*[^*\s][^*\n]*\*|(?<![_\w])_[^_\s][^_\n]*_(?!\w))"
    r"|(?P<link>!?\[[^\]\n]*\]\([^)\n]*\)|https?://[^\s)>]+)"
)
LONGEST = 0.25
"""Seconds of CPU that parsing may take, whatever other threads do meanwhile."""
PIECE = 1024
"""Bytes that are parsed at once."""
SENSELESS = 5_000
"""Parts side by side of what makes no sense; to look through more takes the square of that."""
_ENTRY = {"xml": "language_xml"}


class _Grammar:
    """A grammar with its query, and the last text it parsed.

    Typing changes a line or two of the text that was parsed just before: what is parsed anew is
    little more than these.
    """

    def __init__(self, name: str) -> None:
        module = import_module(f"tree_sitter_{name}")
        language = Language(getattr(module, _ENTRY.get(name, "language"))())
        query = Query(language, _source(name).read_text("utf-8"))
        for index in range(query.capture_count):
            capture = query.capture_name(index)
            if _token(capture) is None:
                query.disable_capture(capture)
        self.cursor = QueryCursor(query)
        self._parser = Parser(language)
        self._begin()

    def _begin(self) -> None:
        self._lines: list[bytes] = []
        self._tree = self._parser.parse(b"")

    def tree(self, lines: list[bytes]) -> Tree:
        """The syntax of these lines, each with its line end; raises TooLongError.

        New text is taken in piece by piece, and given up where one takes too long: of what makes no
        sense a few thousand signs may take gigabytes.
        """
        until = thread_time() + LONGEST
        stops = [len(lines)]
        if _new(self._lines, lines) > PIECE:
            self._begin()
            stops = _stops(lines)
        try:
            for stop in stops:
                self._grow(lines[:stop], until)
        except TooLongError:
            self._begin()
            raise
        return self._tree

    def _grow(self, lines: list[bytes], until: float) -> None:
        """Parse lines, most of which were there the last time."""
        old, self._lines = self._lines, lines
        data = b"".join(lines)
        head, tail = _alike_ends(old, lines)
        start, kept = sum(map(len, lines[:head])), sum(map(len, lines[len(lines) - tail :]))
        self._tree.edit(
            start_byte=start,
            old_end_byte=sum(map(len, old)) - kept,
            new_end_byte=len(data) - kept,
            start_point=(head, 0),
            old_end_point=(len(old) - tail, 0),
            new_end_point=(len(lines) - tail, 0),
        )
        try:
            self._tree = self._parser.parse(
                lambda at, _: data[at : at + PIECE],
                self._tree,
                progress_callback=lambda *_: thread_time() > until,
            )
        except ValueError:
            self._parser.reset()
            raise TooLongError from None
        if thread_time() > until:
            raise TooLongError


def _new(old: list[bytes], lines: list[bytes]) -> int:
    """How many bytes of lines were not there before."""
    head, tail = _alike_ends(old, lines)
    return sum(map(len, lines[head : len(lines) - tail]))


def _stops(lines: list[bytes]) -> list[int]:
    """Behind which lines pieces end."""
    stops, size = [], 0
    for stop, line in enumerate(lines, 1):
        size += len(line)
        if size > PIECE:
            stops.append(stop)
            size = 0
    return [*stops, len(lines)]


def _alike_ends(one: list[bytes], other: list[bytes]) -> tuple[int, int]:
    """How many lines they begin and end with alike."""
    head = _alike(one, other)
    return head, min(_alike(one[::-1], other[::-1]), len(one) - head, len(other) - head)


def _alike(one: list[bytes], other: list[bytes]) -> int:
    """How many lines they begin with alike."""
    for index, (mine, theirs) in enumerate(zip(one, other, strict=False)):
        if mine != theirs:
            return index
    return min(len(one), len(other))


@lru_cache
def _grammar(name: str) -> _Grammar:
    return _Grammar(name)


def _source(name: str) -> Traversable:
    own = resources.files("cocalc_tui.widgets") / "queries" / f"{name}.scm"
    if own.is_file():
        return own
    return resources.files("textual") / "tree-sitter" / "highlights" / f"{name}.scm"


@lru_cache
def _token(capture: str) -> str | None:
    """The token of a query's capture, None for those that get no colour of their own."""
    name = capture
    while name:
        if name in _TOKENS:
            return _TOKENS[name]
        name = name.rpartition(".")[0]
    return None


def tokens(grammar: str, lines: Sequence[str], wanted: range) -> list[Spans]:
    """The tokens of the lines wanted, seen among all lines."""
    encoded = [line.encode("utf-8", "replace") + b"\n" for line in lines]
    start = sum(map(len, encoded[: wanted.start]))
    end = start + sum(map(len, encoded[wanted.start : wanted.stop]))
    painted = _paint(grammar, encoded, start, end)
    found: list[Spans] = []
    at = 0
    for line in encoded[wanted.start : wanted.stop]:
        runs = _runs(painted, at, line[:-1])
        if grammar == "markdown":
            runs = _with_inline(runs, line[:-1].decode())
        found.append(runs)
        at += len(line)
    return found


def _paint(grammar: str, lines: list[bytes], start: int, end: int) -> bytearray:
    """For bytes start..end the rank of their token: inner nodes over outer, equal by rank."""
    known = _grammar(grammar)
    root = known.tree(lines).root_node
    if root.has_error and root.child_count > SENSELESS:
        raise TooLongError
    known.cursor.set_byte_range(start, end)
    nodes = [
        (node.start_byte - node.end_byte, _RANK[token], node.start_byte, node.end_byte)
        for capture, captured in known.cursor.captures(root).items()
        if (token := _token(capture)) is not None
        for node in captured
    ]
    nodes.sort()
    painted = bytearray(end - start)
    for _, rank, first, last in nodes:
        first, last = max(first, start), min(last, end)
        if first < last:
            painted[first - start : last - start] = bytes((rank,)) * (last - first)
    return painted


def _runs(painted: bytearray, at: int, line: bytes) -> Spans:
    """The tokens of the line whose bytes begin at `at`."""
    runs = tuple(
        (run.start(), run.end(), _NAMES[painted[at + run.start()]])
        for run in _RUN.finditer(painted[at : at + len(line)])
    )
    return runs if line.isascii() else _columns(runs, line)


def _columns(runs: Spans, line: bytes) -> Spans:
    """Byte positions in a line as code points."""

    def column(at: int) -> int:
        return len(line[:at].decode("utf-8", "ignore"))

    return tuple((column(start), column(end), name) for start, end, name in runs)


def _with_inline(runs: Spans, line: str) -> Spans:
    """Adds emphasis, code and links within a paragraph, which the block grammar leaves alone."""
    inline = [
        (found.start(), found.end(), found.lastgroup or "")
        for found in _INLINE.finditer(line)
        if not any(start < found.end() and end > found.start() for start, end, _ in runs)
    ]
    return tuple(sorted([*runs, *inline])) if inline else runs
