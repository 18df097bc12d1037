"""Tables out of HTML, and markdown."""

from __future__ import annotations

import time

import pytest

from cocalc_tui.widgets.outputs.html import MOST_CELLS, MOST_COLUMNS, Table, parse_html
from cocalc_tui.widgets.outputs.markdown import markdown_rows
from tests.widgets.outputs.frames import LOOK, display, drawn, frame, style_of, texts


def table(*rows: str, head: str = "") -> str:
    def cells(row: str, tag: str) -> str:
        return "".join(f"<{tag}>{cell}</{tag}>" for cell in row.split("|"))

    lines = [cells(head, "th")] * bool(head) + [cells(row, "td") for row in rows]
    return "<table>" + "".join(f"<tr>{line}</tr>" for line in lines) + "</table>"


def shown(html: str, width: int = 40) -> list[str]:
    return drawn(display(text_html=html), width=width)


def test_numbers_stand_right_and_words_left() -> None:
    assert shown(table("1|a", "-20.5|bcd", "nan|", head="n|word")) == [
        *("    n  word", "───────────", "    1  a", "-20.5  bcd", "  nan"),
    ]


def test_a_table_without_headings() -> None:
    assert shown(table("a|b", "c|d")) == ["a  b", "c  d"]


def test_long_texts_are_cut_to_fit() -> None:
    assert shown(table("k|" + "word " * 30), width=20) == ["k  word word word w…"]


def test_columns_that_do_not_fit_are_left_out_in_the_middle() -> None:
    wide = table("|".join(str(n) * 3 for n in range(100, 120)))
    lines = shown(wide, width=30)
    assert len(lines) == 1
    assert "…" in lines[0]
    assert lines[0].split()[0].startswith("100")
    assert lines[0].split()[-1] == "119119119"


def test_rows_that_are_too_many_are_left_out_in_the_middle() -> None:
    lines = shown(table(*(str(n) for n in range(10_000)), head="n"))
    assert len(lines) <= 64
    assert lines[-1].strip() == "9999"
    assert any("more lines" in line for line in lines)


def test_spans() -> None:
    html = """<table><tr><th></th><th colspan="2">both sides</th></tr>
    <tr><th>k</th><th>a</th><th>b</th></tr>
    <tr><th rowspan="2">x</th><td>1</td><td>2</td></tr><tr><td>3</td><td>4</td></tr></table>"""
    assert shown(html) == [
        *("   both…", "k  a  b", "───────", "x  1  2", "   3  4"),
    ] or shown(html) == ["   bot…", "k  a  b", "───────", "x  1  2", "   3  4"]


def test_few_characters_claim_few_cells() -> None:
    wide = "<tr>" + "<td colspan=100 rowspan=100>a" * 9
    (block,) = parse_html(f"<table>{wide * 20}{'<tr><td>b' * 40_000}</table>")
    assert isinstance(block, Table)
    assert max(map(len, block.rows)) == MOST_COLUMNS
    assert sum(map(len, block.rows)) < 2 * MOST_CELLS


def test_what_is_not_a_table_is_text_around_it() -> None:
    html = "<h1>Title</h1><script>alert(1)</script><p>one<br>two</p>" + table("1")
    assert shown(html) == ["Title", "one", "two", "1"]
    assert parse_html("a<table></table>b") == ["a", "b"]


def test_items_of_lists_have_bullets() -> None:
    html = "<ul><li>one</li><li><p>two</p><p>more</p></li><li></ul>"
    assert parse_html(html) == ["• one", "• two", "more"]


def test_a_table_in_a_table_is_text() -> None:
    [block] = parse_html(f"<table><tr><td>{table('1|2')}</td></tr></table>")
    assert isinstance(block, Table)
    assert [[cell.text for cell in row] for row in block.rows] == [["1 2"]]


def test_preformatted_text_keeps_its_lines() -> None:
    assert parse_html("<pre>a  b\n  c</pre>d  e") == ["a  b", "  c", "d e"]


@pytest.mark.parametrize(
    "html",
    [
        "<table>" * 50_000,
        "<table><tr>" + "<td colspan=99999999>x" * 500,
        "<table><tr><td>" + "9" * 300_000 + "x",
        "<table><tr><td rowspan=5>" + "<tr>" * 20_000,
        "<table>" + "<tr><td>x" * 30_000,
        "<table" + "<!--" * 30_000,
        "<table>" + "&#" * 50_000,
        "<table><tr><td>" + "\x1b]52;c;aGk=\x07" * 100,
        "<TABLE><td>never ends",
    ],
    ids=lambda html: html[:20],
)
def test_hostile_html_costs_little_and_does_nothing(html: str) -> None:
    start = time.process_time()
    lines = shown(html)
    assert time.process_time() - start < 2
    assert all(line.isprintable() for line in lines)


# --- markdown ----------------------------------------------------------------------------------


def markdown(text: str, width: int = 40) -> list[str]:
    return texts(markdown_rows(text, frame(width)), width)


def test_markdown_is_quiet() -> None:
    assert markdown("# Title\n\nSome *text* and `code`.\n\n- one\n- two\n\n---\n") == [
        *("Title", "", "Some text and code.", "", " • one", " • two", ""),
        "─" * 40,
    ]
    rows = markdown_rows("# Title\n\n`code`", frame())
    assert style_of(rows, "Title").bold
    assert style_of(rows, "code").color == LOOK.code.color


def test_markdown_code_keeps_its_lines() -> None:
    assert markdown("```python\nif a:\n    b\n```") == ["  if a:", "      b"]


def test_markdown_tables_and_html() -> None:
    assert markdown("|a|b|\n|-|-:|\n|x|1|")[-1].split() == ["x", "1"]
    assert markdown("before\n\n<div><b>inside</b></div>\n") == ["before", "", "inside"]
    assert markdown("<table><tr><td>1</td><td>2</td></tr></table>") == ["1  2"]


def test_markdown_images_are_text_and_links_stay() -> None:
    rows = markdown_rows("[here](http://x.y) ![plot](a.png) ![](b/c.png)", frame(60))
    assert texts(rows, 60) == ["here [image: plot] [image: c.png]"]
    links = [part.text for row in rows for part in row if part.style and part.style.link]
    assert links == ["here"]


@pytest.mark.parametrize(
    "text",
    ["</kbd>", ">" * 3000, "[" * 3000, "*" * 5000, "- " * 500, "|" * 99],
    ids=lambda text: text[:4],
)
def test_markdown_that_rich_cannot_draw(text: str) -> None:
    start = time.process_time()
    lines = markdown(text)
    assert time.process_time() - start < 2
    assert len(lines) <= 61


def test_markdown_controls_are_symbols() -> None:
    assert markdown("a\x1b]0;t\x07 \u202eb\r\nc") == ["a␛]0;t␇ ◃b c"]
    assert markdown("") == []
