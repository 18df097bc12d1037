"""What a program reads of the mouse, as xterm sends it."""

from __future__ import annotations

import pytest

from cocalc_tui.server.terminals.screen import Screen


def modes(*numbers: int, end: str = "h") -> bytes:
    return b"".join(b"\x1b[?%d%s" % (one, end.encode()) for one in numbers)


@pytest.mark.parametrize(
    ("what", "button", "where", "modifiers", "asked", "bytes_"),
    [
        ("press", 1, (0, 0), 0, [1000], b"\x1b[M !!"),
        ("release", 1, (4, 2), 0, [1000], b"\x1b[M#%#"),
        ("press", 3, (4, 2), 16, [1000, 1006], b"\x1b[<18;5;3M"),
        ("release", 3, (4, 2), 0, [1000, 1006], b"\x1b[<2;5;3m"),
        ("press", 4, (0, 0), 0, [1000, 1006], b"\x1b[<64;1;1M"),
        ("press", 5, (0, 0), 4, [1002, 1006], b"\x1b[<69;1;1M"),
        ("release", 5, (0, 0), 0, [1002, 1006], b""),
        ("move", 1, (9, 9), 0, [1002, 1006], b"\x1b[<32;10;10M"),
        ("move", 0, (9, 9), 0, [1002, 1006], b""),
        ("move", 0, (9, 9), 0, [1003, 1006], b"\x1b[<35;10;10M"),
        ("move", 1, (9, 9), 0, [1000], b""),
        ("press", 1, (0, 0), 16, [9], b"\x1b[M !!"),
        ("release", 1, (0, 0), 0, [9], b""),
        ("press", 1, (300, 0), 0, [1000], b""),
        ("press", 1, (300, 0), 0, [1000, 1005], b"\x1b[M \xc5\x8d!"),
        ("press", 1, (300, 0), 0, [1000, 1015], b"\x1b[32;301;1M"),
        ("press", 1, (0, 0), 0, [1003, 1016], b"\x1b[<0;4;8M"),
        ("release", 3, (4, 2), 0, [1003, 1006, 1016], b"\x1b[<2;36;40m"),
        ("press", 0, (0, 0), 0, [1003], b""),
        ("press", 9, (0, 0), 0, [1003], b""),
        ("press", 1, (0, 0), 0, [], b""),
        ("press", 1, (-1, 0), 0, [1000], b""),
        ("jump", 1, (0, 0), 0, [1000], b""),
    ],
)
def test_it_is_what_xterm_sends(
    what: str, button: int, where: tuple[int, int], modifiers: int, asked: list[int], bytes_: bytes
) -> None:
    screen = Screen(400, 24)
    screen.feed(modes(*asked))
    assert screen.mouse.encode(what, button, where, modifiers) == bytes_


def test_each_form_replaces_the_one_before() -> None:
    """Textual's programs ask for pixels and leave that on; the next ones ask for cells."""
    screen, found = Screen(80, 24), []
    steps = [modes(1003, 1006, 1016), modes(1003, 1006, end="l"), modes(1000, 1006), modes(1015)]
    for step in steps:
        screen.feed(step)
        found.append(screen.mouse.encode("press", 1, (3, 3), 0))
    assert found == [b"\x1b[<0;28;56M", b"", b"\x1b[<0;4;4M", b"\x1b[32;4;4M"]
