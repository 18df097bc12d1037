from __future__ import annotations

import pytest

from cocalc_tui.server.terminals.keys import encode


@pytest.mark.parametrize(
    ("key", "plain", "application"),
    [
        ("up", b"\x1b[A", b"\x1bOA"),
        ("home", b"\x1b[H", b"\x1bOH"),
        ("ctrl+left", b"\x1b[1;5D", b"\x1b[1;5D"),
        ("shift+alt+end", b"\x1b[1;4F", b"\x1b[1;4F"),
        ("f1", b"\x1bOP", b"\x1bOP"),
        ("ctrl+f4", b"\x1b[1;5S", b"\x1b[1;5S"),
        ("f5", b"\x1b[15~", b"\x1b[15~"),
        ("delete", b"\x1b[3~", b"\x1b[3~"),
        ("shift+delete", b"\x1b[3;2~", b"\x1b[3;2~"),
        ("ctrl+c", b"\x03", b"\x03"),
        ("ctrl+z", b"\x1a", b"\x1a"),
        ("ctrl+at", b"\x00", b"\x00"),
        ("alt+x", b"\x1bx", b"\x1bx"),
        ("alt+ctrl+x", b"\x1b\x18", b"\x1b\x18"),
        ("enter", b"\r", b"\r"),
        ("backspace", b"\x7f", b"\x7f"),
        ("escape", b"\x1b", b"\x1b"),
        ("shift+tab", b"\x1b[Z", b"\x1b[Z"),
        ("hyper+x", b"", b""),
        ("unheard", b"", b""),
    ],
)
def test_keys_are_what_xterm_sends(key: str, plain: bytes, application: bytes) -> None:
    assert encode(key, application=False) == plain
    assert encode(key, application=True) == application
