"""Choosing one of many by a few letters: files, commands, kernels.

One dialog for all of them, so that what was learned with one works with every other.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from rich.style import Style
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widgets import Input, Static

from cocalc_tui.widgets.dialogs import LineDialog
from cocalc_tui.widgets.fuzzy import Match, best
from cocalc_tui.widgets.line import Line
from cocalc_tui.widgets.rows import Row, RowActs, Rows
from cocalc_tui.widgets.theme import colour

MOST_ROWS = 16
"""Rows of the list that show at once, where there is room."""
AROUND = 12
"""Rows of the screen that are not for the list."""
SHOWN = 200
"""Rows kept of what was found; nobody reads further, they type another letter."""


class Choice(NamedTuple):
    """Something that can be chosen."""

    value: str
    label: str
    detail: str = ""
    """At the right: keys, a path, a note."""
    more: str = ""
    """What it is, behind the label; it is found by the words of this, too."""


class Choices(Rows):
    """What was found, the letters that fit standing out."""

    DEFAULT_CSS = "Choices { height: auto; min-height: 1; }"
    can_focus = False

    def __init__(self, pick: Callable[[], None]) -> None:
        super().__init__(id="choices")
        self.found: list[tuple[Choice, Match]] = []
        self._pick = pick

    def count(self) -> int:
        """As many as were found."""
        return len(self.found)

    def row(self, index: int) -> Row:
        """Label and detail of a choice."""
        choice, fit = self.found[index]
        hit = Style(color=colour(self, "accent"), bold=True)
        places = set(fit.places)
        label = [(char, hit if at in places else Style()) for at, char in enumerate(choice.label)]
        dim = Style(color=colour(self, "text-dim"))
        more = [(f"  {choice.more}", dim)] if choice.more else []
        return Row([(" ", Style()), *label, *more], [(f"  {choice.detail} ", dim)])

    def chosen(self, index: int) -> None:
        """Take what was clicked."""
        self._pick()

    def get_content_height(self, *_: object) -> int:
        """A row each."""
        return max(self.count(), 1)


class Picker(RowActs, LineDialog[str | None], inherit_bindings=False):
    """Asks for one of many; None when nobody wants any."""

    DEFAULT_CSS = """
    Picker { align: center top; overflow: hidden; background: $background 50%; }
    Picker > Vertical {
        width: 76; max-width: 96%; height: auto; margin-top: 3;
        background: $panel; padding: 1 1;
    }
    Picker Input { border: none; height: 1; padding: 0 1; background: $panel; }
    Picker Input:focus { border: none; background: $panel; background-tint: $panel 0%; }
    Picker #title { color: $text-dim; padding: 0 1; }
    Picker Choices { margin-top: 1; background: $panel; }
    Picker #keys { background: $panel; margin-top: 1; }
    """

    def __init__(
        self,
        title: str,
        choices: Sequence[Choice],
        *,
        make: Callable[[str], Choice | None] | None = None,
        waiting: str = "",
        nothing: str = "",
    ) -> None:
        """`make` offers something new for what was typed; `waiting` says that more comes.

        `nothing` says what to do where there is nothing to choose from.
        """
        super().__init__()
        self._title = title
        self._choices = list(choices)
        self._make = make
        self._waiting = waiting
        self._complete = not waiting
        self._taking = False
        """Whether the first that fits is to be taken once all are here."""
        self._nothing = nothing
        self._list = Choices(self.do_take)
        self._input = Line(placeholder=title, compact=True, id="query")
        self._message = Static(id="title", markup=False)

    def compose(self) -> ComposeResult:
        """A line to type in, and what fits below it."""
        with Vertical():
            yield self._input
            yield self._list
            yield self._message
            yield self.keys_bar()

    def on_mount(self) -> None:
        """Show everything at first."""
        self._look()

    def on_resize(self) -> None:
        """Leave room for what is around the list."""
        self._list.styles.max_height = max(min(MOST_ROWS, self.app.size.height - AROUND), 1)

    def fill(self, choices: Sequence[Choice], remark: str = "") -> None:
        """Have these to choose from now; nothing more comes, for which `remark` may say why."""
        self._choices, self._waiting, self._complete = list(choices), remark, True
        if self.is_mounted:
            self._look()
            if self._taking:
                self.do_take()

    def on_input_changed(self, _: Input.Changed) -> None:
        """Look for what is typed now."""
        self._list.marked, self._taking = 0, False
        self._list.scroll_home(animate=False, immediate=True)
        self._look()

    def _look(self) -> None:
        query = self._input.value
        self._list.found = self._fitting(query)
        # What is not listed yet may be there: it is not to be made anew.
        make = self._make if self._complete else None
        if make is not None and (new := make(query.strip())) is not None:
            self._list.found.append((new, Match(0, ())))
        self._list.changed()
        self._list.refresh(layout=True)
        self._message.update(self._waiting or self._why_empty())
        self._message.display = bool(self._waiting or not self._list.found)

    def _why_empty(self) -> str:
        return "Nothing fits" if self._choices or not self._nothing else self._nothing

    def _fitting(self, query: str) -> list[tuple[Choice, Match]]:
        """Those whose label fits; behind them those with the words in what they are."""
        labels = (choice.label for choice in self._choices)
        found = [(self._choices[i], fit) for i, fit in best(query, labels, SHOWN)]
        chosen, words = {choice.value for choice, _ in found}, query.lower().split()
        for choice in self._choices:
            text = f"{choice.label} {choice.more}".lower()
            if choice.more and choice.value not in chosen and all(word in text for word in words):
                found.append((choice, Match(0, ())))
        return found

    def listed(self) -> Rows:
        """What there is to choose from."""
        return self._list

    def scopes(self) -> Sequence[str]:
        """Its own."""
        return ("choose",)

    # --- what can be done ----------------------------------------------------------------------

    def do_take(self) -> None:
        """Take the marked one; where none fits yet, the first that does."""
        self._taking = not self._list.found and not self._complete
        if self._list.found:
            self.give(self._list.found[self._list.marked][0].value)

    def do_cancel(self) -> None:
        """Take none."""
        self.give(None)
