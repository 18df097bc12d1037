"""The bar at the foot of a pane that asks what to find, and what to put in its place."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal

from msgspec.structs import replace
from textual.strip import Strip

from cocalc_tui.query import Query
from cocalc_tui.widgets.editor.look import Look
from cocalc_tui.widgets.editor.model import Editor
from cocalc_tui.widgets.editor.prompt import Field
from cocalc_tui.widgets.editor.search import Search
from cocalc_tui.widgets.hints import hints

FIND, REPLACE = " Find     ", " Replace  "
Switch = Literal["is_pattern", "case", "words"]
_MARKS: tuple[tuple[Switch, str, str], ...] = (
    ("case", "Aa", "find.case"),
    ("words", "word", "find.words"),
    ("is_pattern", ".*", "find.pattern"),
)
_PUTS = (("this", "find.next"), ("all", "find.replace_all"), ("carets", "find.select_found"))
TYPED = 14
"""Cells that are left to what is typed, whatever else there is to say."""


class FindBar:
    """What is typed to find and replace."""

    def __init__(
        self, query: Query, text: str, look: Look, key: Callable[[str], str] = lambda _: ""
    ) -> None:
        """`query`: what was searched for last, of which the switches stay; `text`: at first.

        `key` gives an action's key as it is shown, "" for none.
        """
        self._query = query
        self._key = key
        self._look = look
        self.find = Field(FIND, text, look)
        self.put: Field | None = None
        self.in_put = False
        """Whether keys go to what is put in its place."""

    @property
    def rows(self) -> int:
        """Rows it takes."""
        return 1 if self.put is None else 2

    @property
    def editor(self) -> Editor:
        """Where keys go."""
        return self.put.editor if self.put is not None and self.in_put else self.find.editor

    @property
    def query(self) -> Query:
        """What is asked for."""
        return replace(self._query, text=self.find.answer)

    def open_replace(self, text: str) -> None:
        """Ask for what comes in its place, too."""
        if self.put is None:
            self.put = Field(REPLACE, text, self._look)

    def turn(self) -> None:
        """Go to the other line."""
        self.open_replace("")
        self.in_put = not self.in_put

    def switch(self, name: Switch) -> None:
        """Change a switch of the query."""
        change: dict[str, Any] = {name: not getattr(self._query, name)}
        self._query = replace(self._query, **change)

    def strip(self, row: int, width: int, search: Search) -> Strip:
        """A row of it, from the top."""
        if row == 1 and self.put is not None:
            room = width - len(REPLACE) - max(TYPED, len(self.put.answer) + 2)
            hint = hints(_PUTS, room, self._key)
            return self.put.strip(width, hint, focused=self.in_put)
        return self.find.strip(width, self._tail(width, search), focused=not self.in_put)

    def _tail(self, width: int, search: Search) -> str:
        on = [mark for name, mark, _ in _MARKS if getattr(self._query, name)]
        on += ["selection"] if search.within is not None else []
        said = f"{search.count}  " if search.count else ""
        said += f"[{' '.join(on)}]  " if on else ""
        offers = [("replace", "find.turn")] if self.put is None else []
        offers += [
            (mark, name) for switch, mark, name in _MARKS if not getattr(self._query, switch)
        ]
        offers += [("selection", "find.in_selection")] if search.within is None else []
        offers += [("close", "find.close")]
        room = width - len(FIND) - len(said) - max(TYPED, len(self.find.answer) + 2)
        return said + hints(offers, room, self._key)
