"""A text with an editor on it, and somebody else who types in it."""

from __future__ import annotations

from collections.abc import Sequence

from cocalc_tui.client.document import SharedDocument
from cocalc_tui.client.events import Changed, DocumentEvent
from cocalc_tui.sync.patch import MAIN, Entry, Json, Op, Patch, PatchId, Splice, TextChange
from cocalc_tui.widgets.editor.carets import Caret
from cocalc_tui.widgets.editor.model import Editor
from cocalc_tui.widgets.editor.view import Dirty
from cocalc_tui.widgets.highlight import language_of

OTHER = "9" * 16


def text_document(text: str, path: str = "notes.txt") -> SharedDocument:
    """A document without a relay, whose clock stands: a slow machine makes no pause."""
    document = SharedDocument(path, "text", "0" * 16, clock=lambda: 1000)
    if text:
        document.replica.commit(PatchId("f" * 16, 0), 1, [Splice(0, 0, text)], "import")
    return document


def type_remotely(document: SharedDocument, ops: Sequence[Op], n: int = 0) -> None:
    """Somebody else commits a patch on top of what is there."""
    replica = document.replica
    patch = Patch(PatchId(OTHER, n), replica.clock + 1, replica.heads, tuple(ops))
    document.arrived([Entry(n + 1, "boris", "editor", 0, patch)])


def standing(caret: int) -> dict[str, Json]:
    """A place in a text as somebody's app says it."""
    return {"session": "8" * 16, "seq": 0, "n": -1, "at": list(MAIN), "caret": caret}


class Written:
    """An editor of a document, as a pane would have it; each `|` marks a caret."""

    def __init__(self, marked: str, *, tab: int = 4, opens: str = "([{:", pairs: str = "") -> None:
        self.document = text_document(marked.replace("|", ""))
        self.editor = Editor(
            self.document.replica.text(),
            self._edit,
            opens=opens,
            leaves=language_of("a.py").leaves,
        )
        self.editor.view.tab = tab
        self.editor.pairs = pairs
        parts = marked.split("|")
        places = [sum(map(len, parts[: index + 1])) for index in range(len(parts) - 1)]
        carets = [Caret(place) for place in places or [0]]
        self.editor.set_carets(carets, carets[0])
        self.steps: list[tuple[str, bool | None]] = []
        self.dirty: list[Dirty] = []
        self.document.subscribe(self._heard)

    def _edit(self, splices: list[Splice], kind: str, step: bool | None) -> None:
        self.steps.append((kind, step))
        self.document.change(splices, kind, step=step)

    def _heard(self, event: DocumentEvent) -> None:
        if isinstance(event, Changed):
            changes = [change for change in event.changes if isinstance(change, TextChange)]
            if (dirty := self.editor.changed(changes)) is not None:
                self.dirty.append(dirty)

    @property
    def text(self) -> str:
        return str(self.document.replica.text())

    @property
    def marked(self) -> str:
        """The text with `|` at each caret, and `[` and `]` around what is selected."""
        text = self.text
        for caret in reversed(self.editor.carets):
            low, high = caret.selection
            if caret.anchor is None:
                text = f"{text[:low]}|{text[low:]}"
            else:
                text = f"{text[:low]}[{text[low:high]}]{text[high:]}"
        return text
