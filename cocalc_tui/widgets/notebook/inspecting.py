"""What stands at the caret, as the kernel knows it: a text in the box, a signature while typing."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

from cocalc_tui.client.requests import RequestFailed
from cocalc_tui.client.wire import ReadOnlyError
from cocalc_tui.protocol.events import Inspection
from cocalc_tui.protocol.messages import Role
from cocalc_tui.widgets.acting import desk
from cocalc_tui.widgets.editor.model import Editor
from cocalc_tui.widgets.notebook.boxed import BEFORE, BoxView, Tip
from cocalc_tui.widgets.notebook.suggesting import COLOUR, Call, call_at, signature_of

SLOW = 0.6
"""Seconds without an answer after which it is said that the kernel was asked."""
BEHIND = 2000
"""Characters behind the caret that a kernel is shown."""


class InspectActs(BoxView):
    """Actions on what a kernel knows of names."""

    _question = 0
    """Counts what is asked: an answer to an older question is of no use."""

    def ask(self) -> int:
        """A new question; those before are of no interest any more."""
        self._question += 1
        return self._question

    def wants(self, question: int, editor: Editor, at: int) -> bool:
        """Whether an answer still matters: the caret is there, or the word was only typed on."""
        if question != self._question or self.text_editor() is not editor:
            return False
        if editor.anchor is not None or editor.caret < at:
            return False
        return editor.caret == at or bool(
            re.fullmatch(r"\w+", editor.buffer.slice(at, editor.caret))
        )

    def code_around(self, editor: Editor) -> tuple[str, int]:
        """The code that a kernel is shown, and the offset where that begins."""
        start = max(0, editor.caret - BEFORE)
        end = min(len(editor.buffer), editor.caret + BEHIND)
        return editor.buffer.slice(start, end), start

    def why_not_ask(self) -> str:
        """Why the kernel is not asked, "" where it is."""
        if self.stack[self.active].kind != "code":
            return "this is no code"
        if desk(self).role < Role.RUNNER:
            return "only who may run asks the kernel"
        return ""

    @contextmanager
    def waiting(self) -> Iterator[None]:
        """Say that the kernel is asked where it takes long: its first answers load much."""
        timer = self.set_timer(SLOW, lambda: desk(self).notice("Asking the kernel ..."))
        try:
            yield
        finally:
            timer.stop()

    async def do_inspect(self) -> None:
        """Say what stands at the caret; once more: all of it."""
        editor = self.text_editor()
        if editor is None:
            return
        if self._tip is not None and self._tip.call is None:
            self._read_all(self._tip.text)
            return
        question, at = self.ask(), editor.caret
        with self.waiting():
            text, why = await self._inspected(editor, at)
        if not text:
            desk(self).notice(why[:1].upper() + why[1:] if why else "Nothing is known of this name")
        elif self.wants(question, editor, at):
            self.show_tip(Tip(text))

    async def _inspected(self, editor: Editor, at: int) -> tuple[str, str]:
        """What the kernel says of the name at an offset, or why it says nothing."""
        if why := self.why_not_ask():
            return "", why
        code, begin = self.code_around(editor)
        try:
            return text_of(await self.document.inspect(code, at - begin)), ""
        except (RequestFailed, ReadOnlyError) as error:
            return "", reason(error)

    def _read_all(self, text: str) -> None:
        """Read a long text on a screen of its own."""
        from cocalc_tui.widgets.help import Reading

        self.close_box()
        lines = [("", line, " ") for line in COLOUR.sub("", text).split("\n")]
        self.app.push_screen(Reading(lines))

    async def sign(self, editor: Editor) -> None:
        """Show the signature of the call that the caret is in."""
        before = self.before_caret(editor)
        call = call_at(before)
        if call is None or self.why_not_ask():
            return
        question, begin = self.ask(), editor.caret - len(before)
        text, _ = await self._inspected(editor, begin + call.at)
        signature, about = signature_of(text)
        if question == self._question and self._suggestions is None and (signature or about):
            here = self._call_here(editor, call)
            if here is not None:
                self.show_tip(Tip(f"{signature}\n{about}", here))

    def _call_here(self, editor: Editor, call: Call) -> Call | None:
        """The call as the caret is in it now, None where it has left it."""
        if self.text_editor() is not editor:
            return None
        here = call_at(self.before_caret(editor))
        return here if here is not None and here.at == call.at else None


def text_of(inspection: Inspection) -> str:
    """What is said, as text."""
    data = inspection.data
    return data.get("text/plain") or data.get("text/markdown") or ""


def reason(error: Exception) -> str:
    """Why the kernel says nothing, in a few words."""
    text = str(error).partition(";")[0]
    return text.rpartition(": ")[2] if isinstance(error, ReadOnlyError) else text
