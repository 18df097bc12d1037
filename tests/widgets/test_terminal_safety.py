"""What others typed, printed or named reaches my terminal as text and as nothing else.

The real apps run in a real PTY, full of payloads; every byte that comes is taken as a terminal
takes it, and every sequence must be one of ours.
"""

from __future__ import annotations

import re
import unicodedata
from base64 import b64encode

import pytest

from tests.widgets.hostile import MARKS, READY
from tests.widgets.hostile_shared import FEW
from tests.widgets.terminal import Kind, Piece, Terminal, pieces

_ALLOWED = {
    "csi": re.compile(
        r"[0-9;]*m"  # colours and attributes
        r"|[0-9]+;[0-9]+H"  # where to write
        r"|\?(?:7|25|1000|1003|1004|1006|1015|1016|1049|2004|2026|2048)[hl]"
        r"|\?(?:2026|2048)\$p"  # whether the terminal has these modes
        r"|>25u|<u"  # kitty's keys on and off
        r"|22;2t|23;2t"  # the title kept and given back
        r"|>4;[02]m"  # tmux' keys on and off
        r"|>q|16t|\?[12];1;0S|c"  # what the terminal can draw
    ),
    "osc": re.compile(
        r"22;[a-z-]+|2;[^\x00-\x1f\x7f-\x9f]{0,80}"
        r"|8;(?:id=[0-9]+)?;(?:(?:https?://|mailto:)[\x21-\x7e]*)?"  # links, and their ends
    ),
    "control": re.compile(r"[\n\r]"),
}


_PICTURES = {
    "escape": re.compile(r"[78]"),  # where the cursor was
    "csi": re.compile(r"[0-9]+C"),
    "dcs": re.compile(r'0;1;0q"1;1;400;20[0-9;#!"$\-?-~]*'),
    "apc": re.compile(r"G(?:a=T,U=1,q=2,f=100,i=\d+,c=40,r=12,)?m=[01];[A-Za-z0-9+/=]*"),
}


def complaint(piece: Piece, copied: str = "") -> str:
    """What is wrong with a piece, "" for nothing."""
    if piece.kind == "text":
        bad = [c for c in piece.content if unicodedata.category(c) in ("Cc", "Cf", "Cs", "Cn")]
        return f"{bad!r} in text" if bad else ""
    if piece.kind == "osc" and copied and piece.content == f"52;c;{copied}":
        return ""
    allowed = _ALLOWED.get(piece.kind)
    if allowed is None or not allowed.fullmatch(piece.content):
        return f"{piece.kind} {piece.content[:80]!r}"
    inside = piece.kind == "osc" and piece.content.startswith(("2;", "8;"))
    return "" if inside or "PWN" not in piece.content else f"a payload in {piece.kind}"


def complaints(terminal: Terminal, copied: str = "") -> list[str]:
    found = (complaint(piece, copied) for piece in pieces(terminal.text))
    return sorted({wrong for wrong in found if wrong})


def walk(terminal: Terminal, *keys: str) -> None:
    for key in keys:
        terminal.press(key)


PAGE_DOWN, END, TAB, F1 = "\x1b[6~", "\x1b[1;5F", "\t", "\x1bOP"
ESCAPE = "\x1b[27u"
"""As kitty sends it: the byte alone is alt where it meets the next key on a busy machine."""


# --- the test itself -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "kinds"),
    [
        ("ab\x1b[31mc\x1b[0m", ["text", "csi", "text", "csi"]),
        ("\x1b]0;x\x07y", ["osc", "text"]),
        ("\x9d0;x\x9cy", ["osc", "text"]),
        ("\x1bPq\x07\x1b\\\x1b_x\x1b\\", ["dcs", "apc"]),
        ("\x1b]52;c;abc", ["unfinished"]),
        ("\x1bc\n", ["escape", "control"]),
        ("\x1b[12", ["unfinished"]),
        ("a\x1b", ["text", "unfinished"]),
    ],
)
def test_the_parser_takes_what_terminals_take(written: str, kinds: list[str]) -> None:
    assert [piece.kind for piece in pieces(written)] == kinds


def test_without_cleaning_the_payloads_would_be_found() -> None:
    with Terminal("tests.widgets.unclean") as terminal:
        terminal.wait_for(READY)
        terminal.press("q")
        wrong = "\n".join(complaints(terminal))
        for kind in ("osc", "dcs", "csi '6n'", "'\\u202e'"):
            assert kind in wrong


# --- the apps ------------------------------------------------------------------------------------


def test_the_editor() -> None:
    with Terminal("tests.widgets.hostile", "editor", size=(140, 60)) as terminal:
        terminal.wait_for(READY)
        walk(terminal, PAGE_DOWN, END, "\x06", "PWN", "\r", "\x1b[A", ESCAPE)
        terminal.wait_for_all([*MARKS, "PWN99"])
        assert not complaints(terminal)


def test_only_my_own_copy_reaches_the_clipboard() -> None:
    with Terminal("tests.widgets.hostile", "editor", env={"TMUX": "/tmp/x"}) as terminal:
        terminal.wait_for(READY)
        terminal.press("\x03")
        terminal.wait_for_bytes("\x1b]52;")
        assert not complaints(terminal, b64encode(f"{READY}\n".encode()).decode())
        assert terminal.text.count("\x1b]52;") == 1
        assert "\x1b[>4;2m" in terminal.text


def test_a_sequence_of_ten_million_characters() -> None:
    with Terminal("tests.widgets.hostile", "long") as terminal:
        terminal.wait_for(READY)
        walk(terminal, "\x1b[B", "\x1bz", PAGE_DOWN)
        assert not complaints(terminal)
        assert "]52;c;PWNAAA" in terminal.seen


def test_the_notebook() -> None:
    with Terminal("tests.widgets.hostile", "notebook") as terminal:
        terminal.wait_for(READY)
        walk(terminal, *([PAGE_DOWN] * 20), "\r", END, ESCAPE)
        terminal.wait_for_all(MARKS)
        assert not complaints(terminal)


def test_a_chat() -> None:
    with Terminal("tests.widgets.hostile", "chat", size=(120, 60)) as terminal:
        terminal.wait_for("new ─")
        # Names are offered; a reply and an edit are begun; versions, links and all messages seen.
        walk(terminal, "@", ESCAPE, "k", "r", ESCAPE, ESCAPE, "k", "v", PAGE_DOWN, ESCAPE)
        walk(terminal, "e", ESCAPE, ESCAPE, "o", "/", "PWN0", "\r", "g", *("j" * len(MARKS)), "G")
        terminal.wait_for_all([*MARKS, READY])
        assert not complaints(terminal)


@pytest.mark.parametrize(
    ("answer", "kind", "count"),
    [("\x1b[6;20;10t\x1b[?62;4c", "dcs", 12), ("\x1bP>|kitty(0.35.2)\x1b\\\x1b[?62c", "apc", 1)],
    ids=["sixel", "kitty"],
)
def test_pictures_of_pixels(answer: str, kind: Kind, count: int) -> None:
    with Terminal("tests.widgets.hostile", "pictures") as terminal:
        terminal.wait_for_all([READY, "PWN00"])
        terminal.press(answer)
        terminal.wait_for_sequences(kind, count)
        others = [one for one in pieces(terminal.text) if not _of_picture(one)]
        assert not {complaint(one) for one in others} - {""}
        cells = sum(one.content.count("\U0010eeee") for one in others if one.kind == "text")
        assert cells == (40 * 12 if kind == "apc" else 0), "somebody's text is a picture's cell"


def _of_picture(piece: Piece) -> bool:
    allowed = _PICTURES.get(piece.kind)
    return allowed is not None and allowed.fullmatch(piece.content) is not None


def test_the_app() -> None:
    with Terminal("tests.widgets.hostile", "app", size=(140, 40)) as terminal:
        terminal.wait_for(READY)
        walk(
            terminal, PAGE_DOWN, F1, PAGE_DOWN, ESCAPE, "\x0f", "PWN", ESCAPE, "\x10", "PWN", ESCAPE
        )
        walk(terminal, "\x1b[17~", PAGE_DOWN, "\x1b[17~", PAGE_DOWN, "\x17", "\x17")
        assert not complaints(terminal)
        assert terminal.seen.count("PWN") > len(MARKS)
        terminal.press("\x11")
        terminal.wait_for_the_end()
        assert not complaints(terminal)
        assert terminal.text.endswith("\x1b[23;2t")


def test_people_chats_snapshots_and_the_past() -> None:
    places = [
        ("", ["person", "caller", "asker", "asks"]),
        ("\x14i", ["member", "machine", "where"]),
        (ESCAPE, []),
        ("\x14u", ["room", "said"]),
        (ESCAPE, []),
        ("\x14h", ["taker", "title"]),
        ("\r", ["held", "note"]),
        ("d", ["differs"]),
        (ESCAPE, []),
        ("\x14/x", ["found", "line", "trouble"]),
        ("\r", []),
        (ESCAPE, []),
        ("\x1bOS", ["then", "author"]),
        ("\x1b[D", ["version 10 of 11"]),
        ("b", []),
    ]
    with Terminal("tests.widgets.hostile_shared", size=(110, 30)) as terminal:
        for keys, words in places:
            if keys:
                terminal.press(keys)
            terminal.wait_for_all(words)
        bells = [one for one in pieces(terminal.text) if one == Piece("control", "\x07")]
        assert len(bells) == len(FEW), "one for each mention, and for nothing else"
        assert complaints(terminal) == ["control '\\x07'"]
        assert terminal.seen.count("PWN") > len(MARKS)


def test_widgets_of_textual() -> None:
    with Terminal("tests.widgets.hostile", "stock", size=(140, 60)) as terminal:
        terminal.wait_for(READY)
        walk(terminal, PAGE_DOWN, PAGE_DOWN, PAGE_DOWN, *([TAB, PAGE_DOWN] * 8))
        assert not complaints(terminal)
        assert terminal.seen.count("PWN00") > 5


def test_what_is_said_after_a_crash() -> None:
    with Terminal("tests.widgets.hostile", "crash") as terminal:
        terminal.wait_for("ValueError")
        terminal.drain(0.5)
        bell = ["control '\\x07'"]
        assert complaints(terminal) in ([], bell)
        assert "PWN00" in terminal.seen
