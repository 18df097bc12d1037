"""What the three bars say: who is here and how it stands, where I am, which keys work."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, cast

from rich.cells import set_cell_size

from cocalc_tui.protocol.kinds import NOTEBOOK
from cocalc_tui.protocol.messages import Role
from cocalc_tui.widgets import phrases
from cocalc_tui.widgets.acting import desk
from cocalc_tui.widgets.actions import KeyReader
from cocalc_tui.widgets.bars import Bar
from cocalc_tui.widgets.glyphs import safe
from cocalc_tui.widgets.keynames import shown
from cocalc_tui.widgets.pane import Pane, Viewer
from cocalc_tui.widgets.phrases import Word

if TYPE_CHECKING:
    from cocalc_tui.client.document import SharedDocument
    from cocalc_tui.client.unread import Unread
    from cocalc_tui.widgets.project import Project
    from cocalc_tui.widgets.settings import Settings
    from cocalc_tui.widgets.tiles import Tiles

WIDE = 110
"""Columns from which there is room for more words."""


class Report:
    """Top line, status line and footer."""

    def __init__(
        self,
        project: Project,
        name: str,
        settings: Settings,
        click: Callable[[str], None],
        unread: Unread,
    ) -> None:
        """`name` is the project's; `click` is told the `act` of a word that was clicked."""
        self._project = project
        self._unread = unread
        self._name = name
        self._side_width = settings.screen_side_bar_width
        self.top = Bar(click, id="top")
        self.status = Bar(click, id="status")
        self.footer = Bar(click, id="footer")

    def show(
        self, tiles: Tiles, scopes: Sequence[str], following: Sequence[Word], *, side_bar: bool
    ) -> None:
        """Bring the bars up to date; `following` says whom I follow."""
        reader = desk(tiles).reader
        self._show_top(tiles, side_bar=side_bar)
        self._show_status(tiles, reader, scopes, following)
        self.footer.say(footer_words(reader, scopes, desk(tiles).role))

    def _show_top(self, tiles: Tiles, *, side_bar: bool) -> None:
        me = self._project.me.user if self._project.me else ""
        right = phrases.unread(self._unread.total)
        right += phrases.people(self._project.people, me, desk(tiles).faces)
        right += [Word(" "), *phrases.connection(self._project), Word(" ")]
        name = f" {self._name} "
        if side_bar:
            name = set_cell_size(safe(name), self._side_width)
        left = [Word(name, "text-dim", bold=True)]
        if not tiles.several:
            left += tiles.tab_words(tiles.division.current)
        self.top.say(left, right)

    def _show_status(
        self, tiles: Tiles, reader: KeyReader, scopes: Sequence[str], following: Sequence[Word]
    ) -> None:
        document = tiles.document
        wide = tiles.app.size.width >= WIDE
        left = [Word(" ")]
        if reader.pending and not self.footer.display:
            self.status.say([*left, *_going_on(reader, scopes)])
            return
        if document is not None:
            left += following
            left += _place_words(document, cast(Pane, tiles.pane), wide=wide)
        elif isinstance(tiles.pane, Viewer):
            left += [Word(f"{tiles.pane.path}  ", "text-bright"), Word(tiles.pane.where())]
        right = phrases.lights(document, online=self._project.online, wide=wide)
        if not self.footer.display:
            keys = [reader.keymap.way_out(scopes), *reader.keymap.keys_of("app.help")[:1]]
            help_ = " ".join([*(shown(key) for key in keys if key), "help"])
            right += [Word(f"  {help_}", "text-dim", act="app.help")]
        self.status.say(left, [*right, Word(" ")])


def footer_words(reader: KeyReader, scopes: Sequence[str], role: Role = Role.OWNER) -> list[Word]:
    """The keys that work here for somebody; of a longer key that was begun, how it goes on."""
    words = [Word(" ")]
    if reader.pending:
        return words + _going_on(reader, scopes)
    way_out = reader.keymap.way_out(scopes)
    for action in reader.keymap.footer(scopes, role):
        key = reader.keymap.keys_of(action.name)[0]
        title = "then" if key == way_out else action.title
        words += _key_words(key, title, action.name)
    return words


def _place_words(document: SharedDocument, pane: Pane, *, wide: bool) -> list[Word]:
    folder, slash, name = document.path.rpartition("/")
    title = phrases.titles([document.path])[0]
    path = [Word(folder + slash, "text-dim")] if title == name else []
    path.append(Word(f"{title}  ", "text-bright"))
    words = [*(path if wide else []), Word(f"{pane.where()}  "), Word(pane.mode(), "text-dim")]
    if whose := pane.whose():
        words += [Word(f"  by {whose}", "text-dim")]
    if document.type == NOTEBOOK:
        words += [Word("   "), *phrases.kernel(document.kernel, document.runs, wide=wide)]
    if document.trouble:
        words += [Word(f"   ! {phrases.trouble(document)}  ", "error")]
    return words


def _going_on(reader: KeyReader, scopes: Sequence[str]) -> list[Word]:
    """What may follow the keys typed so far."""
    words = [Word(f"{' '.join(reader.pending)}  ", "warning", bold=True)]
    for key, action in reader.keymap.going_on(scopes, reader.pending):
        words += _key_words(key, action.title.lower(), action.name)
    return words


def _key_words(key: str, title: str, name: str) -> list[Word]:
    return [
        Word(shown(key), "accent", act=name),
        Word(f" {title}", "text-dim", act=name),
        Word("  "),
    ]
