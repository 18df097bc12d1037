"""What a keeper tells of its screen."""

from __future__ import annotations

from cocalc_tui.server.terminals.frames import Frames
from cocalc_tui.server.terminals.screen import Screen


def test_only_rows_that_changed_are_told() -> None:
    screen = Screen(80, 24)
    frames = Frames(screen)
    screen.feed(b"one\r\ntwo")
    assert frames.changed("") is not None
    screen.feed(b"!")
    frame = frames.changed("")
    assert frame is not None
    assert frame["rows"] == {"1": "two!"}
    assert frames.changed("") is None


def test_who_types_and_what_scrolls_out_is_told_where_no_row_changes() -> None:
    screen = Screen(80, 24)
    frames = Frames(screen)
    screen.feed(b"y\r\n" * 100)
    frames.changed("")
    screen.feed(b"y\r\n" * 100)
    frame = frames.changed("")
    assert frame is not None
    assert (frame["rows"], frame["history"]) == ({}, 177)
    frame = frames.changed("ann")
    assert frame is not None
    assert (frame["rows"], frame["typist"]) == ({}, "ann")
    assert frames.whole("ann")["typist"] == "ann"


def test_another_size_is_told_where_no_row_changes() -> None:
    screen = Screen(80, 24)
    frames = Frames(screen)
    screen.feed(b"one")
    frames.changed("")
    screen.resize(65, 24)
    frame = frames.changed("")
    assert frame is not None
    assert (frame["rows"], frame["columns"]) == ({}, 65)
