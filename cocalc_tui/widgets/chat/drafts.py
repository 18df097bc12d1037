"""What somebody began to write: kept on their own disk, for the next start or after a crash.

It is nobody else's business until it is sent, so it is not in the log.
"""

from __future__ import annotations

import contextlib
import os
import re
from pathlib import Path

_DOC = re.compile(r"[0-9A-Za-z_-]{1,64}")


def _file(doc: str) -> Path | None:
    from platformdirs import user_state_path

    return user_state_path("cocalc-tui") / "drafts" / doc if _DOC.fullmatch(doc) else None


def load(doc: str) -> str:
    """What was begun in this chat; "" for nothing."""
    file = _file(doc)
    if file is not None:
        with contextlib.suppress(OSError, UnicodeDecodeError):
            return file.read_text(encoding="utf-8")
    return ""


def store(doc: str, text: str) -> None:
    """Keep what is begun, as far as the disk allows; "" keeps nothing."""
    file = _file(doc)
    if file is None:
        return
    with contextlib.suppress(OSError, UnicodeEncodeError):
        if not text:
            file.unlink(missing_ok=True)
            return
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        temporary = file.with_suffix(f".{os.getpid()}")
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with open(descriptor, "w", encoding="utf-8") as opened:
            opened.write(text)
        temporary.replace(file)
