"""The line in which somebody says what to find in cells and output: a text, or a pattern."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widgets import Input, Static

from cocalc_tui.query import Query, SearchError
from cocalc_tui.widgets.dialogs import LINE_CSS, LineDialog
from cocalc_tui.widgets.line import Line


class Seek(LineDialog[Query | None], inherit_bindings=False):
    """Asks what is looked for; None when it was cancelled."""

    DEFAULT_CSS = (
        LINE_CSS.replace("NAME", "Seek")
        + """
    Seek #how { color: $accent; height: 1; }
    Seek #wrong { color: $error; height: 1; }
    """
    )

    def __init__(self, question: str, before: Query) -> None:
        """`before`: what was looked for last, whose ways are kept."""
        super().__init__()
        self._question = question
        self._query = msgspec.structs.replace(before, text="")
        self._input = Line(select_on_focus=False, compact=True)

    def compose(self) -> ComposeResult:
        """The question, a line, and how it is meant."""
        with Vertical():
            yield Static(self._question, id="question", markup=False)
            yield self._input
            yield Static(self._how, id="how", markup=False)
            yield Static("", id="wrong", markup=False)
            yield self.keys_bar()

    @property
    def _how(self) -> str:
        query = self._query
        ways = (
            ("regular expression", query.is_pattern),
            ("case", query.case),
            ("words", query.words),
        )
        return " · ".join(name for name, chosen in ways if chosen)

    def on_input_changed(self, event: Input.Changed) -> None:
        """Say at once what is wrong with a pattern."""
        self._query = msgspec.structs.replace(self._query, text=event.value)
        self._said()

    def _change(self, **ways: bool) -> None:
        self._query = msgspec.structs.replace(self._query, **ways)
        self.query_one("#how", Static).update(self._how)
        self._said()

    def _said(self) -> str:
        """Say what is wrong, and return it."""
        try:
            self._query.compiled()
        except SearchError as error:
            wrong = str(error)
        else:
            wrong = ""
        self.query_one("#wrong", Static).update(wrong)
        return wrong

    def scopes(self) -> Sequence[str]:
        """Its own, and those of every line that is asked for."""
        return ("line", "seek")

    def do_take(self) -> None:
        """Look for it, if it means something."""
        if self._query.text and not self._said():
            self.give(self._query)

    def do_cancel(self) -> None:
        """Look for nothing."""
        self.give(None)

    def do_pattern(self) -> None:
        """Look for a regular expression, or for the text as it is."""
        self._change(is_pattern=not self._query.is_pattern)

    def do_case(self) -> None:
        """Tell small letters from capital ones, or only where it holds capital ones."""
        self._change(case=not self._query.case)

    def do_words(self) -> None:
        """Look for whole words, or for any place."""
        self._change(words=not self._query.words)
