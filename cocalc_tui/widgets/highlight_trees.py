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

from tree_sitter import Language, Parser, Query, QueryCursor

from cocalc_tui.widgets.highlight import Spans

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
_ENTRY = {"xml": "language_xml"}


@lru_cache
def _grammar(name: str) -> tuple[Parser, QueryCursor]:
    module = import_module(f"tree_sitter_{name}")
    language = Language(getattr(module, _ENTRY.get(name, "language"))())
    query = Query(language, _source(name).read_text("utf-8"))
    for index in range(query.capture_count):
        capture = query.capture_name(index)
        if _token(capture) is None:
            query.disable_capture(capture)
    return Parser(language), QueryCursor(query)


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


def tokens(grammar: str, lines: Sequence[str]) -> list[Spans]:
    """The tokens of each line."""
    parser, cursor = _grammar(grammar)
    text = "\n".join(lines)
    data = text.encode("utf-8", "replace")
    painted = _paint(cursor, parser, data)
    found = _by_line(painted, data, lines, ascii_only=len(data) == len(text))
    if grammar == "markdown":
        return [spans or _inline(line) for spans, line in zip(found, lines, strict=True)]
    return found


def _paint(cursor: QueryCursor, parser: Parser, data: bytes) -> bytearray:
    """For each byte the rank of its token: inner nodes over outer, equal ones by rank."""
    nodes = [
        (node.start_byte - node.end_byte, _RANK[token], node.start_byte, node.end_byte)
        for capture, captured in cursor.captures(parser.parse(data).root_node).items()
        if (token := _token(capture)) is not None
        for node in captured
    ]
    nodes.sort()
    painted = bytearray(len(data))
    for _, rank, start, end in nodes:
        painted[start:end] = bytes((rank,)) * (end - start)
    return painted


def _by_line(
    painted: bytearray, data: bytes, lines: Sequence[str], *, ascii_only: bool
) -> list[Spans]:
    found: list[Spans] = []
    at = 0
    for line in lines:
        size = len(line) if ascii_only else len(line.encode("utf-8", "replace"))
        runs = [
            (run.start(), run.end(), _NAMES[painted[at + run.start()]])
            for run in _RUN.finditer(painted[at : at + size])
        ]
        if size != len(line):
            runs = _columns(runs, data[at : at + size])
        found.append(tuple(runs))
        at += size + 1
    return found


def _columns(runs: list[tuple[int, int, str]], line: bytes) -> list[tuple[int, int, str]]:
    """Byte positions in a line as code points."""
    return [
        (
            len(line[:start].decode("utf-8", "ignore")),
            len(line[:end].decode("utf-8", "ignore")),
            name,
        )
        for start, end, name in runs
    ]


def _inline(line: str) -> Spans:
    """Emphasis, code and links within a paragraph, which the block grammar leaves alone."""
    return tuple(
        (found.start(), found.end(), found.lastgroup or "") for found in _INLINE.finditer(line)
    )
