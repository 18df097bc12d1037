"""Keys as the bytes that programs in a terminal read.

Sources: "XTerm Control Sequences", https://invisible-island.net/xterm/ctlseqs/ctlseqs.html, the
section on PC-style function keys; "Comprehensive keyboard handling in
terminals", https://sw.kovidgoyal.net/kitty/keyboard-protocol/.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cocalc_tui.server.terminals.keyform import Form

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
_CONTROLS = {
    **dict.fromkeys("@2", b"\x00"),
    **dict.fromkeys("[3", b"\x1b"),
    **dict.fromkeys("\\4", b"\x1c"),
    **dict.fromkeys("]5", b"\x1d"),
    **dict.fromkeys("^6", b"\x1e"),
    **dict.fromkeys("_7/", b"\x1f"),
    **dict.fromkeys("?8", b"\x7f"),
}
"""Control characters that are no letter's."""
_MODIFIERS = {"shift": 1, "alt": 2, "ctrl": 4}
_ALIKE = {"escape": 27, "enter": 13, "tab": 9, "backspace": 127, "space": 32}
"""Keys that are the same in the old form with modifiers and without."""
_SHIFTED = {f"f{number + 12}": f"shift+f{number}" for number in range(1, 13)}
"""F13 to F24 as terminfo's xterm has them."""


def encode(key: str, *, application: bool, form: Form = "") -> bytes:
    """The bytes of a key by its name as Textual has it; b"" for one that has none.

    `application`: the program asked for the application form of cursor keys; `form`: for this one
    of keys that are alike in the old one.
    """
    *modifiers, name = key.split("+")
    if form and set(modifiers) <= _MODIFIERS.keys() and (told := _apart(modifiers, name, form)):
        return told
    if key in _PLAIN:
        return _PLAIN[key].encode()
    if key in _SHIFTED:
        return encode(_SHIFTED[key], application=application)
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
    if "alt" in modifiers:
        rest = "+".join([*(one for one in modifiers if one != "alt"), name])
        inner = rest.encode() if len(rest) == 1 else encode(rest, application=False)
        return b"\x1b" + inner if inner else b""
    if name in _ALIKE:
        return encode("shift+tab" if key == "ctrl+shift+tab" else name, application=False)
    return _character(modifiers, name) if len(name) == 1 else b""


def _apart(modifiers: list[str], name: str, form: Form) -> bytes:
    """A form of a key with modifiers that tells it apart; b"" where the old one tells as much."""
    code = ord(name.lower()) if len(name) == 1 else _ALIKE.get(name, 0)
    if not code or not modifiers or (modifiers == ["shift"] and (len(name) == 1 or name == "tab")):
        return b""
    shifted = len(name) == 1 and name != name.lower()
    held = {*modifiers, *["shift"] * shifted}
    more = 1 + sum(_MODIFIERS[one] for one in held)
    if form == "kitty":
        return f"\x1b[{code};{more}u".encode()
    code = ord(name.upper()) if len(name) == 1 and "shift" in held else code
    return f"\x1b[27;{more};{code}~".encode()


def _character(modifiers: list[str], name: str) -> bytes:
    """The byte of a character with modifiers; shift is in the character where it has no key."""
    if modifiers == ["shift"]:
        return name.upper().encode()
    if "ctrl" in modifiers and name.isascii() and name.isalpha():
        return bytes([ord(name) & 0x1F])
    return _CONTROLS.get(name, b"") if "ctrl" in modifiers else b""
