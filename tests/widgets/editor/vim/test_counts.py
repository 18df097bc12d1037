"""Counts as large as fingers type them by mistake: nothing hangs, fails, or fills the document."""

from __future__ import annotations

import time
from itertools import product

import pytest

from cocalc_tui.widgets.editor.vim import macros, putting
from cocalc_tui.widgets.editor.vim.grammar import FOUND, OPERATORS, TAKES
from cocalc_tui.widgets.editor.vim.modes import TYPING
from cocalc_tui.widgets.editor.vim.motions import MOTIONS
from cocalc_tui.widgets.editor.vim.normal import COMMANDS
from cocalc_tui.widgets.editor.vim.objects import OBJECTS
from cocalc_tui.widgets.editor.vim.visual import SELECTED
from tests.widgets.editor.vim.typed import Typed

TEXT = '|one two (three) four.\n\n\tfive {six}\nseven "eight"\n'
MANY = [*"99999999"]
ACTED_ON = [*MOTIONS, *FOUND, *(how + what for how, what in product("ia", OBJECTS))]
LONG = 2.0
"""Seconds that no command takes, even on a machine that is busy otherwise."""


@pytest.fixture(autouse=True)
def few_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(macros, "MOST_KEYS", 50)
    monkeypatch.setattr(putting, "MOST_PUT", 500)


def keys(name: str) -> list[str]:
    """The keys of a command by its name in the tables, with the one that belongs to it."""
    first = name.split(" ") if " " in name else [name] if name in NAMED else [*name]
    return [*first, "t"] if name in TAKES else first


NAMED = {name for name in [*MOTIONS, *COMMANDS, *SELECTED] if len(name) > 2}


def press(given: list[str]) -> None:
    """Press keys, leave what they led to, and look that the caret is in the text."""
    typed = Typed(TEXT)
    typed.type("/e<cr>yiwqtxqgg")
    begun = time.process_time()
    for key in given:
        typed.vim.press(typed.editor, key)
    typed.type("x<esc>" if typed.vim.mode in TYPING else "<esc>")
    assert time.process_time() - begun < LONG, given
    assert typed.editor.caret <= len(typed.text) < 2_000, given
    assert str(typed.document.replica.text()) == typed.text


def test_of_motions_and_commands() -> None:
    for name in [*MOTIONS, *COMMANDS]:
        press([*MANY, *keys(name)])


@pytest.mark.parametrize("operator", OPERATORS)
def test_of_operators(operator: str) -> None:
    for name in ACTED_ON:
        press([*MANY, *operator, *keys(name)])


@pytest.mark.parametrize("selecting", ["v", "V", "ctrl+v"])
def test_of_what_is_selected(selecting: str) -> None:
    for name in [*MOTIONS, *(one for one in SELECTED if one != "select")]:
        press([selecting, *MANY, *keys(name)])
