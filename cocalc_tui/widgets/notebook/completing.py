"""How the word before the caret could go on, asked for or while typing; never in the way.

The kernel is asked while it is at rest. Where it cannot be asked (a cell runs, none was started,
the role does not allow it) the words of the notebook serve, and the list says so.
"""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Literal

from textual.events import Key
from textual.timer import Timer
from textual.worker import WorkType

from cocalc_tui.client.document import SharedDocument, wall_clock
from cocalc_tui.client.requests import RequestFailed
from cocalc_tui.client.wire import ReadOnlyError
from cocalc_tui.protocol.events import Match
from cocalc_tui.widgets.acting import desk
from cocalc_tui.widgets.editor.carets import Caret, Put
from cocalc_tui.widgets.editor.model import Editor
from cocalc_tui.widgets.notebook.inspecting import InspectActs, reason, text_of
from cocalc_tui.widgets.notebook.suggesting import Suggestions, fragment, words, worth_asking

REST = 0.15
"""Seconds after a key until something is asked because of it."""
NEAR = 50
"""Cells on either side whose words are offered while typing."""
LONG_WORD = 3
"""Letters from which on words of the notebook are offered while typing."""

What = Literal["complete", "sign", "about"]


class CompletingActs(InspectActs):
    """Actions on completions."""

    def __init__(self, document: SharedDocument, *, clock: Callable[[], int] = wall_clock) -> None:
        """`clock` gives milliseconds since 1970, as the relay's does."""
        super().__init__(document, clock=clock)
        self.offers = True
        """Whether completions and signatures are offered while typing."""
        self._due: tuple[float, What] | None = None
        self._due_timer: Timer | None = None

    # --- completions ---------------------------------------------------------------------------

    async def do_complete(self) -> None:
        """Offer how the word before the caret could go on."""
        editor = self.text_editor()
        if editor is not None and not self._text_refused():
            with self.waiting():
                await self._complete(editor, asked=True)

    async def _complete(self, editor: Editor, *, asked: bool) -> None:
        """Get matches and show them; nothing is said of there being none, unless `asked`."""
        question, at = self.ask(), editor.caret
        start, matches, why = await self._from_kernel(editor, at)
        note = ""
        if not matches and (asked or why):
            piece = fragment(self.before_caret(editor))
            start = at - len(piece.text)
            if asked or len(piece.text) >= LONG_WORD:
                matches = self._words(piece.text, len(self.stack) if asked else NEAR)
            note = "words of the notebook"
        if not self.wants(question, editor, at):
            return
        found = Suggestions(
            start, matches, editor.buffer.slice(start, editor.caret), note=note, chosen=asked
        )
        if not found.of_use:
            if asked:
                because = f": {why}" if why else ""
                desk(self).notice(f"Nothing to complete here{because}")
        elif asked and len(found.shown) == 1:
            self._take(editor, found, found.shown[0])
        else:
            if note and why:
                found.note = f"{why}: {note}"
            self.show_list(found)

    async def _from_kernel(self, editor: Editor, at: int) -> tuple[int, list[Match], str]:
        """Where matches begin, the matches, and why there are none."""
        if why := self.why_not_ask():
            return at, [], why
        code, begin = self.code_around(editor)
        try:
            found = await self.document.complete(code, at - begin)
        except (RequestFailed, ReadOnlyError) as error:
            return at, [], reason(error)
        return begin + found.start, found.matches, ""

    def _words(self, beginning: str, most: int) -> list[Match]:
        """Words of the notebook, those of the nearest cells first, of so many on either side."""
        if not beginning:
            return []
        here, cells = self.stack.place(self.active), self.stack.cells
        near = sorted(
            range(max(0, here - most), min(here + most + 1, len(cells))),
            key=lambda place: abs(place - here),
        )
        return words((cells[place].words for place in near), beginning)

    def _take(self, editor: Editor, found: Suggestions, match: Match) -> None:
        """Put a match in the place of what is typed, at each caret behind the same letters."""
        typed = editor.buffer.slice(found.start, editor.caret)
        self.close_box()

        def put(caret: Caret) -> Put | None:
            start = max(0, caret.at - len(typed))
            if editor.buffer.slice(start, caret.at) != typed:
                return None
            return Put(start, caret.at, match.text)

        self.text_act(lambda text: text.put(put, "completion", step=True))

    def do_take_match(self) -> None:
        """Take the chosen match, or the first."""
        found, editor = self._suggestions, self.text_editor()
        if found is not None and editor is not None and found.shown:
            self._take(editor, found, found.chosen or found.shown[0])

    def choice_changed(self) -> None:
        """Say soon what the chosen match is."""
        if self._suggestions is not None and self._suggestions.chosen is not None:
            self._soon("about")

    async def _tell_about(self) -> None:
        """Say what the chosen match is, beside the list."""
        found, editor = self._suggestions, self.text_editor()
        match = None if found is None else found.chosen
        if found is None or editor is None or match is None or found.note:
            return
        if match.text not in self._about:
            code, begin = self.code_around(editor)
            before = code[: found.start - begin] + match.text
            try:
                said = text_of(await self.document.inspect(before, len(before)))
            except (RequestFailed, ReadOnlyError):
                return
            if self._suggestions is found:
                self._about[match.text] = said
                self._show()

    # --- while typing --------------------------------------------------------------------------

    def typed(self, event: Key) -> bool:
        """Type a character, and think of what comes next."""
        taken = super().typed(event)
        if taken and event.character and self.offers and self.text_editor() is not None:
            self._offer_after(event.character)
        return taken

    def _offer_after(self, character: str) -> None:
        if self.stack[self.active].kind != "code":
            return
        if character in "(,":
            self._soon("sign")
        elif self._suggestions is None and (character == "." or character.isidentifier()):
            self._soon("complete")
        elif self._due is not None and not character.isalnum():
            self._due = None

    def _soon(self, what: What) -> None:
        """Ask when the keyboard rests."""
        self._due = time.monotonic() + REST, what
        if self._due_timer is None:
            self._due_timer = self.set_timer(REST, self._rested)

    def _rested(self) -> None:
        self._due_timer = None
        if self._due is None:
            return
        due, what = self._due
        wait = due - time.monotonic()
        if wait > 0:
            self._due_timer = self.set_timer(wait, self._rested)
            return
        self._due = None
        editor = self.text_editor()
        if editor is not None:
            ask: WorkType[None] = partial(self._ask_for, editor, what)
            self.run_worker(ask, group="completion", exclusive=True)

    async def _ask_for(self, editor: Editor, what: What) -> None:
        if what == "sign":
            await self.sign(editor)
        elif what == "about":
            await self._tell_about()
        elif self._suggestions is None and editor.anchor is None:
            await self._complete(editor, asked=False)

    def close_box(self) -> None:
        """Put the box away, and want nothing of what was asked for it."""
        self._due = None
        self.ask()
        super().close_box()

    # --- keys ----------------------------------------------------------------------------------

    def do_complete_or_indent(self) -> Awaitable[None] | None:
        """Complete behind code; else indent."""
        if self._behind_code():
            return self.do_complete()
        self.do_indent()
        return None

    def do_inspect_or_dedent(self) -> Awaitable[None] | None:
        """Say what a name is behind code; else indent less."""
        if self._behind_code():
            return self.do_inspect()
        self.do_dedent()
        return None

    def _behind_code(self) -> bool:
        editor = self.text_editor()
        if editor is None or editor.anchor is not None:
            return False
        line, column = editor.place()
        code = self.stack[self.active].kind == "code"
        return code and worth_asking(editor.view.text(line)[:column])
