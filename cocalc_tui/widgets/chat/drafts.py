"""What somebody began to write: kept on their own disk, for the next start or after a crash.

It is nobody else's business until it is sent, so it is not in the log. A chat in which nothing was
said yet has another id whenever its relay starts, so what is begun there is kept by where it is.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
from dataclasses import asdict, dataclass, replace
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cocalc_tui.client.document import SharedDocument

_DOC = re.compile(r"[0-9A-Za-z_-]{1,64}")


@dataclass(frozen=True, slots=True)
class Draft:
    """What is in the line, and what it is to become."""

    text: str = ""
    edits: str = ""
    """Key of the message that is edited."""
    before: str = ""
    """What that said when the edit began."""
    aside: str = ""
    """What stood in the line when the edit began, and stands there again after it."""
    replies: str = ""
    """Key of the message that is answered."""

    @property
    def plain(self) -> Draft:
        """Nothing but the text, which becomes a message of its own."""
        return Draft(self.text)

    @property
    def ended(self) -> Draft:
        """What stands there after it is sent or left."""
        return Draft(self.aside)

    def saying(self, text: str) -> Draft:
        """The same with another text."""
        return replace(self, text=text)


def _folder() -> Path:
    from platformdirs import user_state_path

    return user_state_path("cocalc-tui") / "drafts"


def _files(place: str, document: SharedDocument) -> list[Path]:
    """Where the draft is, the one to write to first."""
    by_place = _folder() / sha256(f"{place}\0{document.path}".encode()).hexdigest()[:32]
    if not _DOC.fullmatch(document.doc):
        return [by_place]
    by_id = _folder() / document.doc
    return [by_id, by_place] if document.numbers.upto else [by_place, by_id]


def load(place: str, document: SharedDocument) -> Draft:
    """What was begun in this chat of the project at a place."""
    for file in _files(place, document):
        with contextlib.suppress(OSError, UnicodeDecodeError):
            return _read(file.read_text(encoding="utf-8"))
    return Draft()


def _read(text: str) -> Draft:
    try:
        fields = json.loads(text)
        draft = Draft(**fields)
    except (ValueError, TypeError):
        return Draft(text)  # as release 0.1 wrote them
    return draft if all(isinstance(one, str) for one in fields.values()) else Draft()


def store(place: str, document: SharedDocument, draft: Draft) -> None:
    """Keep what is begun, as far as the disk allows; an empty draft keeps nothing."""
    first, *others = _files(place, document)
    with contextlib.suppress(OSError, UnicodeEncodeError):
        if draft == Draft():
            first.unlink(missing_ok=True)
        else:
            _write(first, json.dumps(asdict(draft)))
        for other in others:
            other.unlink(missing_ok=True)


def _write(file: Path, text: str) -> None:
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    temporary = file.with_suffix(f".{os.getpid()}")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with open(descriptor, "w", encoding="utf-8") as opened:
        opened.write(text)
    temporary.replace(file)
