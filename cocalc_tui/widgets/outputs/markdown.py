"""Markdown as rows, by rich; imported only where some is shown, as its import is slow.

Rich draws a web page's idea of markdown: boxed headings, a picture where an image is. Here it is
drawn as quiet text: headings by weight, code by colour. A link whose words name another address
than it leads to is text only.
"""

from __future__ import annotations

import io
from collections.abc import Iterable
from functools import lru_cache

from markdown_it import MarkdownIt
from markdown_it.token import Token
from rich import box
from rich.console import Console, ConsoleOptions, RenderResult
from rich.markdown import (
    CodeBlock,
    Heading,
    HorizontalRule,
    Markdown,
    MarkdownContext,
    MarkdownElement,
    TableElement,
)
from rich.segment import Segment
from rich.style import Style
from rich.table import Table
from rich.text import Text
from rich.theme import Theme
from textual.strip import Strip

from cocalc_tui.widgets.glyphs import safe
from cocalc_tui.widgets.outlet import safe_link
from cocalc_tui.widgets.outputs.formulas import BLOCK, Formulas
from cocalc_tui.widgets.outputs.html import Table as HtmlTable
from cocalc_tui.widgets.outputs.html import parse_html
from cocalc_tui.widgets.outputs.links import truthful
from cocalc_tui.widgets.outputs.look import Look
from cocalc_tui.widgets.outputs.rows import Frame, cut_rows, wrap
from cocalc_tui.widgets.outputs.table import table_rows

INDENT = "  "
"""Before each row of code."""
LONGEST = 100_000
"""Characters of one text that are laid out."""


def markdown_rows(text: str, frame: Frame, *, said: bool = False) -> list[Strip]:
    """Draw a markdown text; no rows for one that shows nothing.

    `said`: as people write to each other, each line of a paragraph begins a row, and `List<int>` is
    no HTML.
    """
    text = text[:LONGEST].expandtabs(4)
    cleaned = "\n".join(safe(line.removesuffix("\r")) for line in text.split("\n"))
    formulas = Formulas()
    console = _console(frame.look)
    options = console.options.update(width=frame.width)
    try:
        lines = console.render_lines(_Page(cleaned, frame, formulas, said), options, pad=False)
    except Exception:
        return cut_rows(_source(cleaned, frame), frame, frame.limit)
    true = truthful(lines)
    rows = [_row(line, true) for line in lines]
    while rows and not rows[-1].text.strip():
        rows.pop()
    while rows and not rows[0].text.strip():
        rows.pop(0)
    return cut_rows(rows, frame, frame.limit)


def _source(text: str, frame: Frame) -> list[Strip]:
    lines = ([Segment(line, frame.look.text)] for line in text.split("\n"))
    return [row for line in lines for row in wrap(line, frame.width)]


def _row(line: list[Segment], true: set[str]) -> Strip:
    """A line with only these links, and without the spaces that rich fills it up with."""
    segments = line[:]
    while segments and not segments[-1].text.strip():
        segments.pop()
    if segments:
        last = segments[-1]
        segments[-1] = Segment(last.text.rstrip(), last.style)
    return Strip([Segment(text, style and _with_link(style, true)) for text, style, _ in segments])


def _with_link(style: Style, true: set[str]) -> Style:
    safe_one = style.link and safe_link(style.link) and style.link_id in true
    return style if safe_one else style.update_link()


@lru_cache(4)
def _console(look: Look) -> Console:
    plain = Style.null()
    styles = {f"markdown.{name}": plain for name in ("paragraph", "item", "list", "table.border")}
    styles |= {
        "markdown.h1": look.accent + Style(bold=True),
        "markdown.h2": look.strong,
        **{f"markdown.h{level}": look.strong + Style(italic=True) for level in range(3, 7)},
        "markdown.code": look.code,
        "markdown.code_block": look.code,
        "markdown.block_quote": look.dim,
        "markdown.item.bullet": look.accent,
        "markdown.item.number": look.accent,
        "markdown.hr": look.faint,
        "markdown.link": look.accent,
        "markdown.link_url": look.accent + Style(underline=True),
        "markdown.kbd": look.code,
        "markdown.table.header": look.strong,
    }
    return Console(
        file=io.StringIO(),
        color_system="truecolor",
        force_terminal=True,
        legacy_windows=False,
        theme=Theme(styles),
        _environ={},
    )


class _Heading(Heading):
    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        yield self.text


class _Code(CodeBlock):
    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        if self.lexer_name == BLOCK:
            for formula in str(self.text).rstrip("\n").split("\n"):
                yield Text(f"    {formula}")
            return
        code = Text(str(self.text).rstrip(), style=console.get_style("markdown.code_block"))
        for line in code.split("\n", allow_blank=True):
            rows = line.wrap(console, max(options.max_width - len(INDENT), 1), overflow="fold")
            yield from (Text(INDENT).append_text(row) for row in rows or [line])


class _Rule(HorizontalRule):
    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        yield Text("─" * options.max_width, style=console.get_style("markdown.hr"))


class _Table(TableElement):
    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        table = Table(
            box=box.SIMPLE_HEAD,
            pad_edge=False,
            show_edge=False,
            border_style=console.get_style("markdown.hr"),
            header_style=console.get_style("markdown.table.header"),
        )
        for column in self.header.row.cells if self.header and self.header.row else ():
            table.add_column(column.content, justify=column.justify)
        for row in self.body.rows if self.body else ():
            table.add_row(*(cell.content for cell in row.cells))
        yield table


class _Html(MarkdownElement):
    """A block of HTML: its tables and its text."""

    def __init__(self, html: str, frame: Frame) -> None:
        self._html = html
        self._frame = frame

    @classmethod
    def create(cls, markdown: Markdown, token: Token) -> _Html:
        assert isinstance(markdown, _Page)
        return cls(token.content, markdown.frame)

    def on_text(self, context: MarkdownContext, text: str | Text) -> None:
        """Take no text: it is in the token."""

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        for block in parse_html(self._html):
            if isinstance(block, HtmlTable):
                for row in table_rows(block, self._frame):
                    yield from row
                    yield Segment.line()
            else:
                yield Text(safe(block))


@lru_cache(maxsize=1)
def _without_html() -> MarkdownIt:
    """Reads what rich reads of markdown, but for HTML."""
    return MarkdownIt(options_update={"html": False}).enable(["strikethrough", "table"])


class _Page(Markdown):
    elements = Markdown.elements | {
        "heading_open": _Heading,
        "fence": _Code,
        "code_block": _Code,
        "hr": _Rule,
        "table_open": _Table,
        "html_block": _Html,
    }

    def __init__(self, text: str, frame: Frame, formulas: Formulas, said: bool) -> None:
        super().__init__(formulas.taken_out(text))
        if said and "<" in text:
            self.parsed = _without_html().parse(self.markup)
        self._said = said
        self.frame = frame
        self._formulas = formulas

    def _flatten_tokens(self, tokens: Iterable[Token]) -> Iterable[Token]:
        """Make images words of their sentence; rich would draw them before it. Formulas, too."""
        for token in super()._flatten_tokens(tokens):
            if token.type == "image":
                source = str(token.attrs.get("src", ""))
                name = token.content or source.rpartition("/")[2][:80] or "no description"
                yield Token("text", "", 0, content=f"[image: {name}]")
                continue
            if token.type == "softbreak" and self._said:
                token.type = "hardbreak"
            if token.content:
                token.content = self._formulas.put_in(token.content)
            yield token
