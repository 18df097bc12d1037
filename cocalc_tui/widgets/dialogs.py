"""Small questions: a line of text, yes or no; and what all dialogs have in common."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.events import Key
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from cocalc_tui.widgets.acting import desk

Result = TypeVar("Result")

CSS = """
NAME { align: center top; overflow: hidden; background: $background 50%; }
NAME > Vertical {
    width: 64; max-width: 96%; height: auto; margin-top: 3; padding: 1 2; background: $panel;
}
NAME Static { width: 1fr; height: auto; }
NAME #question { color: $text-bright; }
NAME #keys { color: $text-dim; margin-top: 1; }
"""


class Dialog(ModalScreen[Result], inherit_bindings=False):
    """A question that an action waits for."""

    answered = False

    def give(self, answer: Result) -> None:
        """Answer, once: keys that follow wait until the action has gone on."""
        if not self.answered:
            self.answered = True
            desk(self).keys_wait()
            self.dismiss(answer)

    def take_text(self, event: Key, line: Input) -> None:
        """Type into the line, also before it has the keyboard."""
        if event.is_printable and event.character:
            line.insert_text_at_cursor(event.character)


class Ask(Dialog[str | None], inherit_bindings=False):
    """Asks for a line of text; None when it was cancelled."""

    DEFAULT_CSS = (
        CSS.replace("NAME", "Ask")
        + """
    Ask Input { border: none; height: 1; padding: 0; margin-top: 1; background: $raised; }
    Ask Input:focus { border: none; background: $raised; background-tint: $raised 0%; }
    Ask #wrong { color: $error; height: 1; }
    """
    )

    def __init__(self, question: str, text: str, wrong: Callable[[str], str]) -> None:
        """`text` stands there at first; `wrong` says what is wrong with a line, "" for nothing."""
        super().__init__()
        self._question = question
        self._input = Input(text, select_on_focus=False, compact=True)
        self._wrong = wrong

    def compose(self) -> ComposeResult:
        """The question and a line."""
        with Vertical():
            yield Static(self._question, id="question", markup=False)
            yield self._input
            yield Static("", id="wrong", markup=False)
            yield Static("enter take  esc cancel", id="keys", markup=False)

    def on_mount(self) -> None:
        """Stand behind the name, before its ending."""
        self._input.cursor_blink = False
        dot = self._input.value.rfind(".")
        self._input.cursor_position = dot if dot > 0 else len(self._input.value)

    def on_input_changed(self, event: Input.Changed) -> None:
        """Say at once what is wrong, but not about a line not yet begun."""
        said = self._wrong(event.value.strip()) if event.value.strip() else ""
        self.query_one("#wrong", Static).update(said)

    def on_key(self, event: Key) -> None:
        """Take or cancel."""
        text = self._input.value.strip()
        if event.key == "enter" and text and not self._wrong(text):
            self.give(text)
        elif event.key in {"escape", "ctrl+q", "ctrl+w"}:
            self.give(None)
        elif event.key != "enter":
            self.take_text(event, self._input)
            return
        event.stop()
        event.prevent_default()


class Confirm(Dialog[bool], inherit_bindings=False):
    """Asks whether to go on with something that cannot simply be taken back."""

    DEFAULT_CSS = CSS.replace("NAME", "Confirm")

    def __init__(self, question: str, yes: str) -> None:
        """`yes` says what is done then, in a word or two: `delete`."""
        super().__init__()
        self._question = question
        self._yes = yes

    def compose(self) -> ComposeResult:
        """The question and its keys."""
        with Vertical():
            yield Static(self._question, id="question", markup=False)
            yield Static(f"y {self._yes}  n no", id="keys", markup=False)

    def on_key(self, event: Key) -> None:
        """Only a plain y is a yes."""
        event.stop()
        event.prevent_default()
        if event.key in {"y", "Y"}:
            self.give(True)
        elif event.key in {"n", "N", "escape", "ctrl+q", "ctrl+w"}:
            self.give(False)
