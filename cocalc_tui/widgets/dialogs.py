"""Small questions: a line of text, yes or no; and what all dialogs have in common."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.events import Key
from textual.widgets import Input, Static

from cocalc_tui.widgets.acting import Acting, desk
from cocalc_tui.widgets.bars import Bar
from cocalc_tui.widgets.line import Line
from cocalc_tui.widgets.modal import Modal
from cocalc_tui.widgets.report import footer_words

Result = TypeVar("Result")

CSS = """
NAME { align: center top; overflow: hidden; background: $background 50%; }
NAME > Vertical {
    width: 64; max-width: 96%; height: auto; margin-top: 3; padding: 1 2; background: $panel;
}
NAME Static { width: 1fr; height: auto; }
NAME #question { color: $text-bright; }
NAME #keys { background: $panel; margin-top: 1; }
"""
LINE_CSS = (
    CSS
    + """
NAME Input { border: none; height: 1; padding: 0; margin-top: 1; background: $raised; }
NAME Input:focus { border: none; background: $raised; background-tint: $raised 0%; }
"""
)


class Dialog(Acting, Modal[Result], inherit_bindings=False):
    """A question that an action waits for."""

    answered = False

    def keys_bar(self) -> Bar:
        """The keys that work here, to be shown below the question."""
        bar = Bar(id="keys")
        bar.say(footer_words(desk(self).reader, self.scopes()))
        return bar

    def give(self, answer: Result) -> None:
        """Answer, once: keys that follow wait until the action has gone on."""
        if not self.answered:
            self.answered = True
            desk(self).keys_wait()
            self.dismiss(answer)


class LineDialog(Dialog[Result], inherit_bindings=False):
    """A question with a line to type in."""

    _input: Line

    def on_mount(self) -> None:
        """A caret that does not blink."""
        self._input.cursor_blink = False

    def typed(self, event: Key) -> bool:
        """Type into the line, also before it has the keyboard."""
        if event.is_printable and event.character and not event.key.startswith("alt+"):
            self._input.insert_text_at_cursor(event.character)
        return False


class Ask(LineDialog[str | None], inherit_bindings=False):
    """Asks for a line of text; None when it was cancelled."""

    DEFAULT_CSS = (
        LINE_CSS.replace("NAME", "Ask")
        + """
    Ask #wrong { color: $error; height: 1; }
    """
    )

    def __init__(self, question: str, text: str, wrong: Callable[[str], str]) -> None:
        """`text` stands there at first; `wrong` says what is wrong with a line, "" for nothing."""
        super().__init__()
        self._question = question
        self._input = Line(text, select_on_focus=False, compact=True)
        self._wrong = wrong

    def compose(self) -> ComposeResult:
        """The question and a line."""
        with Vertical():
            yield Static(self._question, id="question", markup=False)
            yield self._input
            yield Static("", id="wrong", markup=False)
            yield self.keys_bar()

    def on_mount(self) -> None:
        """Stand behind the name, before its ending."""
        dot = self._input.value.rfind(".")
        self._input.cursor_position = dot if dot > 0 else len(self._input.value)

    def on_input_changed(self, event: Input.Changed) -> None:
        """Say at once what is wrong, but not about a line not yet begun."""
        said = self._wrong(event.value.strip()) if event.value.strip() else ""
        self.query_one("#wrong", Static).update(said)

    def scopes(self) -> Sequence[str]:
        """Its own."""
        return ("line",)

    def do_take(self) -> None:
        """Take the line, if it is a good one."""
        text = self._input.value.strip()
        if text and not self._wrong(text):
            self.give(text)

    def do_cancel(self) -> None:
        """Take none."""
        self.give(None)


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
            yield self.keys_bar()

    def keys_bar(self) -> Bar:
        """The keys, a yes in the words of what is done then."""
        bar = super().keys_bar()
        words = footer_words(desk(self).reader, self.scopes())
        bar.say(
            [one._replace(text=f" {self._yes}") if one.text == " Yes" else one for one in words]
        )
        return bar

    def scopes(self) -> Sequence[str]:
        """Its own."""
        return ("sure",)

    def typed(self, event: Key) -> bool:
        """Any other key is neither a yes nor a no."""
        return True

    def do_yes(self) -> None:
        """Go on."""
        self.give(True)

    def do_no(self) -> None:
        """Do not."""
        self.give(False)
