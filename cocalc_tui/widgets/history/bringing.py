"""Bringing back what was: all, a selection or a cell, as a step of mine; as a copy; as text."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from cocalc_tui.history.reading import Content, readable
from cocalc_tui.history.restoring import (
    CannotRestore,
    Where,
    place_of_lines,
    restore,
    restore_part,
)
from cocalc_tui.notebook.model import Notebook
from cocalc_tui.widgets.acting import desk
from cocalc_tui.widgets.history.acts import HistoryActs

if TYPE_CHECKING:
    from cocalc_tui.sync.patch import Op

PART = 200_000
"""Bytes of a copy that are sent at once."""


class Bringing(HistoryActs):
    """Part of the history screen: what one takes along."""

    def _shows(self) -> bool:
        """Whether what one went to is what shows, so that something can be done to it."""
        if self.past is not None and self.settle():
            return True
        desk(self._screen).notice("It does not show yet: once more, when it does", bad=True)
        return False

    async def do_restore(self) -> None:
        """Make the document as it was, as a step of mine."""
        if not self._shows() or self.past is None:
            return
        question = f"Make {self.document.path} as it was {self._then}? Undo takes it back."
        if not await desk(self._screen).confirm(question, "restore"):
            return
        past, wanted = self.past, self.past.content(self.version)
        since = past.since(self.version, self.seen)
        try:
            ops = restore(
                self.document.replica, self.seen, wanted, since, secrets.token_hex(8)
            )  # fmt: skip
        except CannotRestore as error:
            desk(self._screen).notice(str(error), bad=True)
            return
        self._change(ops, f"{self.document.path} is as it was {self._then}")

    async def do_restore_part(self) -> None:
        """Make the selected lines, or the cell, as they were, as a step of mine."""
        if not self._shows() or self.past is None:
            return
        past, wanted = self.past, self.past.content(self.version)
        since, salt = past.since(self.version, self.seen), secrets.token_hex(8)
        try:
            ops = restore_part(
                self.document.replica, self.seen, wanted, since, self._where(wanted), salt
            )  # fmt: skip
        except CannotRestore as error:
            desk(self._screen).notice(str(error), bad=True)
            return
        what = "The lines are" if isinstance(wanted, str) else "The cell is"
        self._change(ops, f"{what} as {self._then}")

    def _where(self, wanted: Content) -> Where:
        """What is selected of a version: the lines of a text, or else a cell."""
        if not isinstance(wanted, str):
            line = self.body.marked_line
            return line.part if line is not None else ""
        numbers = self.body.selected_numbers
        return place_of_lines(wanted, numbers[0], numbers[-1]) if numbers else (0, 0)

    def _change(self, ops: list[Op], said: str) -> None:
        if not ops:
            desk(self._screen).notice("It is so already")
            return
        self.document.change(ops, "restore", step=True)
        self._screen.dismiss(None)
        desk(self._screen).notice(f"{said}; undo takes it back")

    @property
    def _then(self) -> str:
        """The version in words."""
        return f"in {self.past.name(self.version)}" if self.past is not None else ""

    async def do_purge(self) -> None:
        """Forget the history of the document, for everybody and for good."""
        from cocalc_tui.client.history import purge

        path = self.document.path
        question = f"Forget all {self.document.numbers.upto:,} versions of {path}? There is no undo"
        if await desk(self._screen).confirm(question, "forget for good"):
            await purge(self.project.requests, self.document.doc)
            self._screen.dismiss(None)

    # --- copies --------------------------------------------------------------------------------

    def do_copy(self) -> None:
        """Copy the selected lines, or all of it where none are."""
        if not self._shows() or self.past is None:
            return
        text = self.body.selected_text
        what = "the lines" if text else f"all of it as it was {self._then}"
        self._screen.app.copy_to_clipboard(text or readable(self.past.content(self.version)))
        desk(self._screen).notice(f"Copied: {what}")

    async def do_save_copy(self) -> None:
        """Make a new file of it as it was, and open that."""
        if not self._shows() or self.past is None:
            return
        wanted = self.past.content(self.version)
        path = await desk(self._screen).ask("Open as a copy named", self._copy_name(wanted))
        if not path:
            return
        await self._upload(path, (await self._file_text(wanted)).encode("utf-8", "surrogatepass"))
        self._screen.dismiss(None)
        desk(self._screen).visit(path)

    def _copy_name(self, wanted: Content) -> str:
        folder, slash, name = self.document.path.rpartition("/")
        stem, dot, ending = name.rpartition(".")
        past = self.past
        own = past is None or past is self.own
        id_ = f"v{self.version}" if own or past is None else past.name(self.version).split()[1]
        if isinstance(wanted, tuple):
            ending = "txt"
        return f"{folder}{slash}{stem if dot else name}-{id_}" + (f".{ending}" if dot else "")

    async def _file_text(self, wanted: Content) -> str:
        if not isinstance(wanted, Notebook):
            return readable(wanted)
        from cocalc_tui.notebook import ipynb

        if (blobs := self.document.blobs) is not None:
            wanted = await blobs.whole(wanted)
        return ipynb.write(wanted)

    async def _upload(self, path: str, data: bytes) -> None:
        files = self.project.files
        transfer = await files.begin_upload(path, len(data), replace=False, executable=False)
        for at in range(0, len(data), PART):
            await files.send_part(transfer, at, data[at : at + PART])
        await files.end_upload(transfer, keep=True)
