"""The lines that ask what to find in all files, what to put in its place, and in which files."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, Literal, Protocol

from msgspec.structs import replace
from rich.segment import Segment
from textual.strip import Strip
from textual.widget import Widget

from cocalc_tui.client.search import Where
from cocalc_tui.protocol.messages import Role
from cocalc_tui.query import Query
from cocalc_tui.widgets.acting import desk
from cocalc_tui.widgets.editor.acts import TextActs
from cocalc_tui.widgets.editor.findbar import TYPED
from cocalc_tui.widgets.editor.look import look_of
from cocalc_tui.widgets.editor.model import Editor
from cocalc_tui.widgets.editor.prompt import Field
from cocalc_tui.widgets.glyphs import safe
from cocalc_tui.widgets.hints import hints, key_of

LABELS = (" Find     ", " Replace  ", " Files    ")
FIND, PUT, FILES = range(3)
_MARKS = {"case": "Aa", "words": "word", "is_pattern": ".*"}
_OFFERS = (
    (("Aa", "search.case"), ("word", "search.words"), (".*", "search.pattern")),
    (
        ("this", "replace.one"),
        ("the file", "replace.file"),
        ("all", "replace.all"),
        ("back", "found.take_back"),
    ),
    (),
)
"""What keys are named beside a line, by the line."""
Switch = Literal["is_pattern", "case", "words"]


class Asker(Protocol):
    """What is told of what is asked."""

    def asked(self) -> None:
        """It is something else now."""
        ...

    def go_to_found(self) -> None:
        """Search now, and go to what is found."""
        ...

    def shut(self) -> None:
        """Close all of it."""
        ...


class Fields(TextActs, Widget, can_focus=True):
    """What is asked, with a line below it that says how far the search is."""

    DEFAULT_CSS = "Fields { height: 2; width: 1fr; background: $bar; }"

    def __init__(self, asker: Asker) -> None:
        super().__init__()
        self._asker = asker
        self._fields: list[Field] = []
        self._at = FIND
        self._shown = [FIND]
        self.wanted = Query()
        self.where = Where()
        self.said: Callable[[int], str] = lambda _: ""
        """The line below, for a width."""

    def on_mount(self) -> None:
        """Dress."""
        look = look_of(self.app.theme_variables)
        self._fields = [Field(label, "", look) for label in LABELS]
        self.app.theme_changed_signal.subscribe(self, lambda _: self._dress())

    def _dress(self) -> None:
        look = look_of(self.app.theme_variables)
        self._fields = [Field(one.label, one.answer, look) for one in self._fields]
        self.refresh()

    def begin(self, text: str) -> None:
        """Ask anew, with a text to begin with ("" for the last one)."""
        if text:
            self._fields[FIND] = Field(LABELS[FIND], text, look_of(self.app.theme_variables))
        self._fields[FIND].editor.select_all()
        self._stand(FIND)

    def look_in(self, *, chats: bool) -> None:
        """Look into chats only, or into all files."""
        if chats != self.where.chats:
            self.where = replace(self.where, chats=chats)
            self._shown = [line for line in self._shown if line in self._lines]
            if self._at not in self._shown:
                self._at = FIND
            self.styles.height = len(self._shown) + 1
            self.refresh()
            self._asker.asked()

    def ask_put(self) -> None:
        """Ask for what comes in its place."""
        self._stand(PUT)

    @property
    def put(self) -> str:
        """What comes in the place of what is found."""
        return self._fields[PUT].answer

    @property
    def asks_put(self) -> bool:
        """Whether that was asked for."""
        return PUT in self._shown

    # --- what it is to the keys ----------------------------------------------------------------

    def scopes(self) -> list[str]:
        """Its own, then those of text."""
        return ["search", "text"]

    def text_editor(self) -> Editor | None:
        """The line that is typed in."""
        return self._fields[self._at].editor if self._fields else None

    def text_is_modal(self) -> bool:
        """Vim's keys are for files."""
        return False

    def text_may_change(self) -> None:
        """Everybody may type here."""

    def text_moved(self, editor: Editor) -> None:
        """Show it, and search for what is asked now."""
        query = replace(self.wanted, text=self._fields[FIND].answer)
        where = replace(self.where, globs=self._fields[FILES].answer.split())
        changed = (query, where) != (self.wanted, self.where)
        self.wanted, self.where = query, where
        self.refresh()
        if changed:
            self._asker.asked()

    # --- drawing -------------------------------------------------------------------------------

    def render_line(self, y: int) -> Strip:
        """A line that asks; the last says how far the search is."""
        width = self.size.width
        if y < len(self._shown) and self._fields:
            which = self._shown[y]
            mine = self.has_focus and which == self._at
            return self._fields[which].strip(width, self._tail(which, width), focused=mine)
        look = look_of(self.app.theme_variables)
        strip = Strip([Segment(safe(self.said(width)), look.gutter_current + look.bar)])
        return strip.adjust_cell_length(width, look.gutter_current + look.bar)

    def _tail(self, which: int, width: int) -> str:
        """What stands at the right of a line."""
        said = ("", "in the list: ", "*.py  src/  !*.csv  ")[which]
        if which == FIND:
            on = [mark for name, mark in _MARKS.items() if getattr(self.wanted, name)]
            on += ["chats"] * self.where.chats
            on += ["hidden"] * self.where.hidden + ["ignored"] * self.where.ignored
            said = f"[{' '.join(on)}]  " if on else ""
        typed = max(TYPED, len(self._fields[which].answer) + 2)
        room = width - len(LABELS[which]) - len(said) - typed
        offers = list(_OFFERS[which])
        if which == FIND:
            offers += [("replace, files" if PUT in self._lines else "files", "search.turn")]
        keys = hints(offers, room, partial(key_of, self))
        return said + keys if keys or which != PUT else ""

    def _stand(self, at: int) -> None:
        if at not in self._shown:
            self._shown = sorted([*self._shown, at])
        self._at = at
        self.styles.height = len(self._shown) + 1
        self.screen.set_focus(self, scroll_visible=False)
        self.refresh()

    def on_focus(self) -> None:
        """Show the caret, and which keys work here."""
        self.refresh()
        desk(self).bars_changed()

    def on_blur(self) -> None:
        """Show no caret."""
        self.refresh()

    # --- actions -------------------------------------------------------------------------------

    def do_go(self) -> None:
        """Search now, and go to what is found."""
        self._asker.go_to_found()

    def do_turn(self) -> None:
        """Go to the next line."""
        self._turn(1)

    def do_turn_back(self) -> None:
        """Go to the line before."""
        self._turn(-1)

    def _turn(self, by: int) -> None:
        lines = self._lines
        self._stand(lines[(lines.index(self._at) + by) % len(lines)])

    @property
    def _lines(self) -> list[int]:
        """Those that ask for what can be done: what was said is not replaced."""
        may = desk(self).role >= Role.EDITOR and not self.where.chats
        return [FIND, PUT, FILES] if may else [FIND, FILES]

    def _switch(self, name: Switch) -> None:
        change: dict[str, Any] = {name: not getattr(self.wanted, name)}
        self.wanted = replace(self.wanted, **change)
        self.refresh()
        self._asker.asked()

    def do_pattern(self) -> None:
        """Search for a regular expression, or for the text as it is."""
        self._switch("is_pattern")

    def do_case(self) -> None:
        """Tell small and capital letters apart, or do not."""
        self._switch("case")

    def do_words(self) -> None:
        """Find whole words only, or not."""
        self._switch("words")

    def do_hidden(self) -> None:
        """Look into hidden files, or do not."""
        self.where = replace(self.where, hidden=not self.where.hidden)
        self.refresh()
        self._asker.asked()

    def do_ignored(self) -> None:
        """Look into what is to be ignored, or do not."""
        self.where = replace(self.where, ignored=not self.where.ignored)
        self.refresh()
        self._asker.asked()

    def do_chats(self) -> None:
        """Look into chats only, or into all files."""
        self.look_in(chats=not self.where.chats)

    def do_close(self) -> None:
        """Put the search away."""
        self._asker.shut()
