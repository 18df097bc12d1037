"""What stands beside each cell: prompt, bar, how its run stands, who is in it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from msgspec.structs import replace
from rich.segment import Segment
from rich.style import Style

from cocalc_tui.client.document import SharedDocument
from cocalc_tui.client.places import Other
from cocalc_tui.protocol.events import CellRun
from cocalc_tui.widgets.editor.visitors import Visitors
from cocalc_tui.widgets.faces import Faces
from cocalc_tui.widgets.glyphs import safe
from cocalc_tui.widgets.notebook import runs
from cocalc_tui.widgets.notebook.cell import CellView
from cocalc_tui.widgets.notebook.draw import Label, Mark
from cocalc_tui.widgets.notebook.look import NotebookLook
from cocalc_tui.widgets.notebook.stack import Stack
from cocalc_tui.widgets.outputs.rows import cut

LONG = 16
"""Rows from which a cell's first row, where the names are, may be far from somebody's caret."""
FOLDED = "▸"
"""Stands beside a heading whose section is folded away."""
NAME = 16
"""Characters of a name that are shown."""
TAGS = 24
"""Cells that the tags of a cell take."""


class People:
    """Who else is in which cell."""

    def __init__(self) -> None:
        self._here: dict[str, tuple[Other, ...]] = {}
        self._visitors: dict[str, Visitors] = {}
        """By cell, for those who stand in its text."""

    def look(self, others: Iterable[Other], stack: Stack, faces: Faces) -> set[str]:
        """Take in where everybody is now; returns the cells that look different."""
        here: dict[str, list[Other]] = {}
        for other in others:
            at = other.place.at
            key = other.place.cell if at is None else at.key
            if key in stack:
                here.setdefault(stack.seen(key), []).append(other)
        before = {key: (self._here.get(key), self._shown(key)) for key in {*here, *self._here}}
        self._here = {key: tuple(found) for key, found in here.items()}
        for key in before:
            self._show(key, stack, faces)
        return {
            key for key, was in before.items() if was != (self._here.get(key), self._shown(key))
        }

    def _show(self, key: str, stack: Stack, faces: Faces) -> None:
        visitors = self._visitors.setdefault(key, Visitors())
        if key in stack:
            source = stack[key].source
            visitors.look(self._here.get(key, ()), source.editor, faces)
            tagged = source.height < LONG
            source.show_visitors(
                [replace(who, named=who.named and not tagged) for who in visitors.shown]
            )
        if key not in self._here:
            del self._visitors[key]

    def _shown(self, key: str) -> Sequence[object]:
        return self._visitors[key].shown if key in self._visitors else ()

    @property
    def named(self) -> bool:
        """Whether any name shows, as for a while after its person moved."""
        return any(visitors.named for visitors in self._visitors.values())

    def users(self, key: str) -> list[tuple[str, bool]]:
        """The users in a cell, in the order they came, and whether to show the whole name."""
        found: dict[str, bool] = {}
        for other in self._here.get(key, ()):
            found.setdefault(other.user, False)
        for visitor in self._visitors[key].shown if key in self._visitors else ():
            found[visitor.name] = found.get(visitor.name, False) or visitor.named
        return list(found.items())


class Marks:
    """Makes the mark of each cell from what the document says."""

    def __init__(self, document: SharedDocument, faces: Faces, look: NotebookLook) -> None:
        self._document = document
        self._faces = faces
        self.look = look
        self.people = People()

    def mark(self, cell: CellView, bar: Style | None, now: int) -> Mark:
        """What stands beside a cell. `bar`: mine, if I am there; `now`: milliseconds."""
        run = self._document.runs.get(cell.key) if cell.kind == "code" else None
        users = self.people.users(cell.key)
        thin = bar is None and bool(users)
        if thin:
            bar = self.look.ground + Style(color=self._faces.colour(users[0][0]))
        under_way = run is not None and run.state in runs.UNDER_WAY
        return Mark(
            prompt=self._prompt(cell, run),
            running=under_way,
            bar=bar,
            thin=thin,
            label=(
                *self._tags(cell),
                *self._folded(cell),
                *self._run_label(cell, run, now),
                *self._names(users),
            ),
        )

    def _prompt(self, cell: CellView, run: CellRun | None) -> str:
        if cell.kind == "code":
            return runs.prompt(run, cell.count)
        if cell.kind == "markdown":
            return FOLDED if cell.folded else "" if cell.paged else "md"
        return safe(cell.kind[:5])

    def _tags(self, cell: CellView) -> Label:
        if not cell.tags:
            return ()
        text = cut(safe(" ".join(f"#{tag}" for tag in cell.tags)), TAGS)
        return (Segment(text, self.look.label), Segment(" "))

    def _folded(self, cell: CellView) -> Label:
        if not cell.folded:
            return ()
        text = "1 cell" if cell.folded == 1 else f"{cell.folded} cells"
        return (Segment(f"{text} folded", self.look.label), Segment(" "))

    def _run_label(self, cell: CellView, run: CellRun | None, now: int) -> Label:
        if run is None:
            text = runs.past(cell.times) if cell.kind == "code" else ""
            return (Segment(text, self.look.label), Segment(" ")) if text else ()
        waits = run.state == "queued"
        place = runs.queue(self._document.runs.values())[run.cell] if waits else 0
        text = runs.label(run, now, place, cell.times)
        if not text:
            return ()
        style = self.look.label_bad if run.state == "error" else self.look.label
        said = (Segment(text, style), Segment(" "))
        if run.state not in runs.UNDER_WAY and not self._several():
            return said
        person = Style(color=self._faces.colour(run.user), bold=True)
        return (Segment(self._faces.initials(run.user), person), Segment(" "), *said)

    def _several(self) -> bool:
        """Whether it needs saying who ran a cell that is done."""
        return len({run.user for run in self._document.runs.values()}) > 1

    def _names(self, users: Sequence[tuple[str, bool]]) -> Label:
        return tuple(
            Segment(
                f" {safe(user)[:NAME] if named else self._faces.initials(user)} ",
                Style(color=self.look.on_person, bgcolor=self._faces.colour(user)),
            )
            for user, named in users
        )
