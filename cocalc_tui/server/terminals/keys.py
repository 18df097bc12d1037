"""Keys as the bytes that programs in a terminal read.

Source: "XTerm Control Sequences", https://invisible-island.net/xterm/ctlseqs/ctlseqs.html, the
section on PC-style function keys.
"""

from __future__ import annotations

_CURSOR = {"up": "A", "down": "B", "right": "C", "left": "D", "home": "H", "end": "F"}
_TILDE = {
    "insert": 2,
    "delete": 3,
    "pageup": 5,
    "pagedown": 6,
    "f5": 15,
    "f6": 17,
    "f7": 18,
    "f8": 19,
    "f9": 20,
    "f10": 21,
    "f11": 23,
    "f12": 24,
}
_SS3 = {"f1": "P", "f2": "Q", "f3": "R", "f4": "S"}
_PLAIN = {
    "enter": "\r",
    "tab": "\t",
    "escape": "\x1b",
    "backspace": "\x7f",
    "space": " ",
    "shift+tab": "\x1b[Z",
    "shift+enter": "\r",
    "ctrl+at": "\x00",
    "ctrl+space": "\x00",
    "ctrl+backslash": "\x1c",
    "ctrl+right_square_bracket": "\x1d",
    "ctrl+circumflex_accent": "\x1e",
    "ctrl+underscore": "\x1f",
    "ctrl+slash": "\x1f",
    "ctrl+backspace": "\x08",
}
_MODIFIERS = {"shift": 1, "alt": 2, "ctrl": 4}


def encode(key: str, *, application: bool) -> bytes:
    """The bytes of a key by its name as Textual has it; b"" for one that has none.

    `application`: the program asked for the application form of cursor keys.
    """
    if key in _PLAIN:
        return _PLAIN[key].encode()
    *modifiers, name = key.split("+")
    if not set(modifiers) <= _MODIFIERS.keys():
        return b""
    code = 1 + sum(_MODIFIERS[one] for one in modifiers)
    if name in _CURSOR:
        plain = "\x1bO" if application else "\x1b["
        lead = plain if code == 1 else f"\x1b[1;{code}"
        return f"{lead}{_CURSOR[name]}".encode()
    if name in _TILDE:
        more = "" if code == 1 else f";{code}"
        return f"\x1b[{_TILDE[name]}{more}~".encode()
    if name in _SS3:
        lead = "\x1bO" if code == 1 else f"\x1b[1;{code}"
        return f"{lead}{_SS3[name]}".encode()
    if modifiers == ["ctrl"] and len(name) == 1 and name.isascii() and name.isalpha():
        return bytes([ord(name.lower()) & 0x1F])
    if modifiers and modifiers[0] == "alt":
        rest = "+".join([*modifiers[1:], name])
        inner = (
            name.encode() if rest == name and len(name) == 1 else encode(rest, application=False)
        )
        return b"\x1b" + inner if inner else b""
    return b""
