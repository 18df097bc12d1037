"""What a file holds as operations on a document, and what a document holds as a file's text.

A text file is one text; a notebook and a chat are records. All else about files (reading, saving,
changes from outside) is the same for all and need not know which it has.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Protocol

from cocalc_tui.chat import chatfile
from cocalc_tui.chat.model import Message
from cocalc_tui.client.conversation import Conversation
from cocalc_tui.client.document import SharedDocument
from cocalc_tui.notebook import foreign, ipynb, model
from cocalc_tui.notebook.model import Notebook
from cocalc_tui.protocol import kinds
from cocalc_tui.server.blobs import BlobStore
from cocalc_tui.server.host.outputs import with_large, without_large
from cocalc_tui.sync.diff import diff
from cocalc_tui.sync.patch import MAIN, Op, Splice

Keys = list[Any]
"""JSON that says which records the parts of a file are."""


class Content(Protocol):
    """One kind, for one document; but for `take` the methods may be called from any thread."""

    type: str
    """As in `protocol.messages.Opened`."""

    def read(self, text: str, salt: str) -> tuple[list[Op], Keys]:
        """Return what makes a file's text in an empty document. Raises ValueError, in one line."""
        ...

    def take(self, shared: SharedDocument) -> Any:
        """Take what a document holds now, for `write`; to be called on the document's thread."""
        ...

    def write(self, taken: Any, before: str | None) -> tuple[str, Keys]:
        """Return a file's text, given the one that it has or had."""
        ...

    def size(self, taken: Any, data: bytes) -> int:
        """Return how many bytes of a file people made, about, given what was taken for it."""
        ...

    def changes(self, before: str, keys: Keys, found: str, salt: str) -> tuple[list[Op], Keys]:
        """Return what makes the file `before` into `found`. Raises ValueError, in one line."""
        ...


class TextContent:
    """A file that is one text."""

    type = kinds.TEXT

    def read(self, text: str, salt: str) -> tuple[list[Op], Keys]:
        """Return one insertion."""
        return [Splice(0, 0, text)] if text else [], []

    def take(self, shared: SharedDocument) -> str:
        """Take the text."""
        return str(shared.replica.text(MAIN))

    def write(self, taken: str, before: str | None) -> tuple[str, Keys]:
        """Return the text as it is."""
        return taken, []

    def size(self, taken: str, data: bytes) -> int:
        """Return all of it."""
        return len(data)

    def changes(self, before: str, keys: Keys, found: str, salt: str) -> tuple[list[Op], Keys]:
        """Return the differences."""
        return list(diff(before, found)), []


class NotebookContent:
    """An .ipynb file; large parts of its outputs are blobs of the project."""

    type = kinds.NOTEBOOK

    def __init__(self, blobs: BlobStore) -> None:
        self._blobs = blobs

    def read(self, text: str, salt: str) -> tuple[list[Op], Keys]:
        """Return what makes the cells and outputs."""
        notebook = ipynb.read(text, salt)
        ops = without_large(model.creation(notebook), self._blobs)
        return ops, foreign.keys_of(notebook)

    def take(self, shared: SharedDocument) -> Notebook:
        """Take the records."""
        return model.take(shared.replica)

    def write(self, taken: Notebook, before: str | None) -> tuple[str, Keys]:
        """Return the JSON, what did not change copied from `before`."""
        return ipynb.write(with_large(taken, self._blobs, before), before), foreign.keys_of(taken)

    def size(self, taken: Notebook, data: bytes) -> int:
        """Return what is in the cells; what kernels printed is nobody's to make smaller."""
        return sum(len(cell.source) for cell in taken.cells)

    def changes(self, before: str, keys: Keys, found: str, salt: str) -> tuple[list[Op], Keys]:
        """Return the differences, cell by cell."""
        base = foreign.with_keys(ipynb.read(before), keys)
        ops, notebook = foreign.changes(base, ipynb.read(found, salt), salt)
        return without_large(ops, self._blobs), foreign.keys_of(notebook)


class ScriptContent(TextContent):
    """A .term file: what its terminal runs first."""

    type = kinds.TERMINAL


class ChatContent:
    """A .chat file; the messages are kept along, as reading all for each save stops the relay."""

    type = kinds.CHAT

    def __init__(self) -> None:
        self._conversation: Conversation | None = None

    def read(self, text: str, salt: str) -> tuple[list[Op], Keys]:
        """Return what makes the messages; an empty file is an empty chat."""
        return chatfile.creation(chatfile.read(text)), []

    def take(self, shared: SharedDocument) -> list[Message]:
        """Take the messages."""
        if self._conversation is None:
            self._conversation = Conversation(shared, "")
        return self._conversation.messages()

    def write(self, taken: list[Message], before: str | None) -> tuple[str, Keys]:
        """Return the JSON."""
        return chatfile.write(taken), []

    def size(self, taken: list[Message], data: bytes) -> int:
        """Return all of it."""
        return len(data)

    def changes(self, before: str, keys: Keys, found: str, salt: str) -> tuple[list[Op], Keys]:
        """Return the differences, message by message."""
        base = chatfile.renamed(chatfile.read(before), dict(keys))
        ops, names = chatfile.changes(base, chatfile.read(found), salt)
        return ops, [[old, new] for old, new in names.items()]


class Contents:
    """All kinds of content of a project."""

    def __init__(self, blobs: BlobStore) -> None:
        self._of: dict[str, Callable[[], Content]] = {
            kinds.TEXT: TextContent,
            kinds.NOTEBOOK: lambda: NotebookContent(blobs),
            kinds.CHAT: ChatContent,
            kinds.TERMINAL: ScriptContent,
        }

    def at(self, path: str) -> Content:
        """Return what a new document at this path holds."""
        return self.of_kind(kinds.kind_of(path))

    def of_kind(self, kind: str) -> Content:
        """Return what a document of a kind holds."""
        return self._of[kind]()


def least_different(versions: Sequence[str], found: str) -> int:
    """Return the number of the version with which `found` has the most lines in common.

    The first of several; versions are given newest first. Where `found` is one of them it is a
    change of the newest: somebody who puts an old file back wants that and not nothing. So is what
    only goes on after the newest.
    """
    if found.startswith(versions[0]) or found in versions:
        return 0
    lines = set(found.split("\n"))
    strange = [len(lines.symmetric_difference(version.split("\n"))) for version in versions]
    return strange.index(min(strange))
