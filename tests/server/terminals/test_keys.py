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
        ("ctrl+alt+x", b"\x1b\x18", b"\x1b\x18"),
        ("alt+:", b"\x1b:", b"\x1b:"),
        ("alt+é", "\x1bé".encode(), "\x1bé".encode()),
        ("alt+enter", b"\x1b\r", b"\x1b\r"),
        ("alt+shift+o", b"\x1bO", b"\x1bO"),
        ("ctrl+shift+c", b"\x03", b"\x03"),
        ("ctrl+[", b"\x1b", b"\x1b"),
        ("ctrl+/", b"\x1f", b"\x1f"),
        ("ctrl+=", b"", b""),
        ("alt+unheard", b"", b""),
        ("enter", b"\r", b"\r"),
        ("backspace", b"\x7f", b"\x7f"),
        ("escape", b"\x1b", b"\x1b"),
        ("shift+tab", b"\x1b[Z", b"\x1b[Z"),
        ("ctrl+enter", b"\r", b"\r"),
        ("ctrl+shift+enter", b"\r", b"\r"),
        ("ctrl+shift+tab", b"\x1b[Z", b"\x1b[Z"),
        ("shift+backspace", b"\x7f", b"\x7f"),
        ("ctrl+i", b"\t", b"\t"),
        ("f13", b"\x1b[1;2P", b"\x1b[1;2P"),
        ("f24", b"\x1b[24;2~", b"\x1b[24;2~"),
        ("hyper+x", b"", b""),
        ("unheard", b"", b""),
    ],
)
def test_keys_are_what_xterm_sends(key: str, plain: bytes, application: bytes) -> None:
    assert encode(key, application=False) == plain
    assert encode(key, application=True) == application


@pytest.mark.parametrize(
    ("key", "told"),
    [
        ("shift+enter", b"\x1b[13;2u"),
        ("ctrl+enter", b"\x1b[13;5u"),
        ("ctrl+i", b"\x1b[105;5u"),
        ("ctrl+shift+a", b"\x1b[97;6u"),
        ("ctrl+A", b"\x1b[97;6u"),
        ("alt+backspace", b"\x1b[127;3u"),
        ("enter", b"\r"),
        ("tab", b"\t"),
        ("shift+tab", b"\x1b[Z"),
        ("ctrl+left", b"\x1b[1;5D"),
        ("f5", b"\x1b[15~"),
        ("hyper+x", b""),
        ("ctrl++", b""),
    ],
)
def test_keys_that_are_alike_are_told_apart_to_who_asks(key: str, told: bytes) -> None:
    assert encode(key, application=False, form="kitty") == told


@pytest.mark.parametrize(
    ("key", "told"),
    [
        ("shift+enter", b"\x1b[27;2;13~"),
        ("ctrl+i", b"\x1b[27;5;105~"),
        ("ctrl+shift+a", b"\x1b[27;6;65~"),
        ("ctrl+A", b"\x1b[27;6;65~"),
        ("tab", b"\t"),
        ("ctrl+left", b"\x1b[1;5D"),
    ],
)
def test_the_same_in_the_form_of_xterm(key: str, told: bytes) -> None:
    assert encode(key, application=False, form="xterm") == told
