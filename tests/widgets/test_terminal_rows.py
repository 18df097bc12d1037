"""Rows are drawn cell for cell as the screen model has them."""

from __future__ import annotations

import pytest
from rich.cells import cell_len

from cocalc_tui.server.terminals.screen import Screen
from cocalc_tui.widgets.outputs.look import unknown_look
from cocalc_tui.widgets.terminal.rows import drawn, row_painter, with_cursor

CLUSTERS = [
    "a",
    "é",
    "e\u0301",
    "中",
    "ｱ",
    "한",
    "🙂",
    "👍🏽",
    "👩‍👩‍👧‍👦",
    "🏳️‍🌈",
    "🇩🇪",
    "⚠️",
    "❤️",
    "⚠",
    "☎",
    "✔",
    "→",
    "─",
    "█",
    "ﷺ",
    "🧑🏿‍🚀",
    "©️",
    "\ue0b0",
    "ñ̃",
    "ก็",
]


@pytest.mark.parametrize("cluster", CLUSTERS)
def test_what_is_right_of_a_cluster_stands_where_the_model_has_it(cluster: str) -> None:
    screen = Screen(80, 24)
    screen.feed(f"{cluster}|".encode())
    frame = screen.frame()
    assert frame.cursor is not None
    text = drawn(frame.rows[0].replace("\x1b[0m", ""))
    assert text.endswith("|")
    assert cell_len(text) == frame.cursor[0]


def test_colours_become_styles_and_nothing_else_acts() -> None:
    paint = row_painter(unknown_look())
    strip = paint("plain \x1b[1;31mred\x1b[0m \x1b]52;c;eA==\x07 end")
    assert strip.text == "plain red ␛]52;c;eA==␇ end"
    assert [segment.style.bold for segment in strip if segment.style] == [True]
    assert with_cursor(strip, 40).cell_length == 41
