"""Files in another program, on the machine of whoever looks: pictures, PDFs, what no pane shows.

The program gets a copy to read in a folder that only this person can enter. Only kinds that are
looked at are handed out: a file that somebody put into the project must never be run by one key.
Which program that is, a project's own settings cannot say.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import threading
from pathlib import Path, PurePosixPath

PICTURES = ("avif", "bmp", "gif", "heic", "ico", "jpeg", "jpg", "png", "tif", "tiff", "webp")
PAPERS = ("csv", "epub", "md", "pdf", "ps", "rtf", "tsv", "txt")
OFFICE = ("doc", "docx", "odp", "ods", "odt", "ppt", "pptx", "xls", "xlsx")
MEDIA = ("flac", "m4a", "m4v", "mkv", "mov", "mp3", "mp4", "ogg", "opus", "wav", "webm")
KINDS = frozenset({*PICTURES, *PAPERS, *OFFICE, *MEDIA})
"""Endings of what is looked at, read or listened to."""
AUTO = "auto"
READ_ONLY = 0o400


class OutsideError(ValueError):
    """It cannot be opened so: one line with what to do."""


def command_for(path: str, opener: str) -> str:
    """The program for a file; `opener` is what the settings say. Raises OutsideError."""
    name = PurePosixPath(path).name
    if PurePosixPath(path).suffix.lower().removeprefix(".") not in KINDS:
        raise OutsideError(
            f"{name}: other programs get only what is looked at; D in the files saves it"
        )
    if opener == AUTO:
        desktop = os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")
        program = shutil.which("xdg-open") if desktop else None
    else:
        program = shutil.which(opener)
    if program is None:
        lack = "no desktop here" if opener == AUTO else f"no program {opener} here"
        raise OutsideError(f"{name}: {lack}; D in the files saves it, files.opener names a program")
    return program


def place_for(path: str) -> Path:
    """Where the copy goes: under its own name, in a new folder of this person's."""
    return Path(tempfile.mkdtemp(prefix="cocalc-tui-")) / PurePosixPath(path).name


def hand_out(program: str, file: Path) -> None:
    """Have a program open a copy; it goes on when the app ends. Raises OSError."""
    file.chmod(READ_ONLY)
    nothing = subprocess.DEVNULL
    process = subprocess.Popen(
        [program, str(file)], stdin=nothing, stdout=nothing, stderr=nothing, start_new_session=True
    )
    # Somebody has to take note of its end; leaving the app must not wait for that.
    threading.Thread(target=process.wait, daemon=True).start()
