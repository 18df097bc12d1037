"""Putting a backup of the log back, as a new epoch.

What was there is put aside, never deleted. Every document gets a greater epoch than any it had:
apps that were connected meanwhile see that numbers mean something else now, offer what they have
not sent, and merge nothing by accident. Who may join stays as it was just now: an old backup must
not let people in who were put out since.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import apsw

from cocalc_tui.server.daemon import take_lock
from cocalc_tui.server.durable import flush
from cocalc_tui.server.paths import Places, prepare
from cocalc_tui.server.start import start_lock
from cocalc_tui.server.store import StoreTrouble
from cocalc_tui.server.store.database import APPLICATION, Database

PATIENCE = 20.0
"""Seconds for a relay that was asked to end."""


class RestoreError(Exception):
    """It cannot be put back; one line that says why and what to do."""


def restore(where: Places, backup: Path, door: int = 0) -> Path | None:
    """Make a backup the project's log; returns where the log of before is, None where none was.

    `door` is the door's process, 0 for none. It is ended, and with it the relay; apps come back by
    themselves as soon as all is done, and kernels and terminals go on. Raises RestoreError,
    StartError, StoreTrouble and ProjectError.
    """
    prepare(where)
    log = where.state / "log.sqlite"
    with start_lock(where), _alone(where, door):
        new = log.with_name("log.sqlite.restoring")
        _remove(new)
        _check(backup)
        try:
            shutil.copyfile(backup, new)
            new.chmod(0o600)
        except OSError as error:
            raise RestoreError(f"{error.filename}: {error.strerror}") from None
        _begin_epoch(new, log)
        aside = _put_aside(log)
        new.replace(log)
        flush(log.parent)
    return aside


@contextmanager
def _alone(where: Places, door: int) -> Iterator[None]:
    """End what runs, and hold the project as a door does."""
    if door:
        with contextlib.suppress(ProcessLookupError):
            os.kill(door, signal.SIGTERM)
    until = time.monotonic() + PATIENCE
    while (lock := take_lock(where.lock)) is None:
        if time.monotonic() > until:
            raise RestoreError(f"{where.project}: its relay does not end; `cocalc-tui stop` first")
        time.sleep(0.05)
    try:
        yield
    finally:
        os.close(lock)


def _check(backup: Path) -> None:
    """Raise RestoreError where a file is no log of ours or is damaged."""
    try:
        log = apsw.Connection(f"{backup.as_uri()}?immutable=1", flags=_LOOK)
    except (apsw.Error, ValueError):
        raise RestoreError(f"{backup}: no such file, or it cannot be read") from None
    try:
        if log.pragma("application_id") != APPLICATION:
            raise RestoreError(f"{backup}: not a backup of a cocalc-tui log")
        if log.pragma("quick_check") != "ok":
            raise RestoreError(f"{backup}: damaged; take an earlier backup")
    except apsw.Error as error:
        raise RestoreError(f"{backup}: not a backup of a cocalc-tui log ({error})") from None
    finally:
        log.close()


_LOOK = apsw.SQLITE_OPEN_READONLY | apsw.SQLITE_OPEN_URI


def _begin_epoch(new: Path, log: Path) -> None:
    """Bring the copy to this release's format, with epochs beyond those given out before."""
    database = Database(new)
    try:
        epochs: dict[tuple[str, str], int] = {}
        members: list[tuple[str, str, int | None]] | None = None
        if log.exists():
            epochs, members = _of_before(log)
        with database.transaction():
            for doc, name, epoch in list(database.rows("SELECT doc, log, epoch FROM documents")):
                greatest = max(epoch, epochs.get((doc, name), 0))
                database.run("UPDATE documents SET epoch = ? WHERE doc = ?", greatest + 1, doc)
            if members is not None:
                database.run("DELETE FROM members")
                for member in members:
                    database.run("INSERT INTO members VALUES (?, ?, ?)", *member)
        database.connection.wal_checkpoint(mode=apsw.SQLITE_CHECKPOINT_TRUNCATE)
    finally:
        database.close()


def _of_before(
    log: Path,
) -> tuple[dict[tuple[str, str], int], list[tuple[str, str, int | None]] | None]:
    """Epochs and access list of the log that was there; of a damaged one nothing is known."""
    try:
        before = Database(log)
    except StoreTrouble:
        return {}, None
    try:
        rows = before.rows("SELECT doc, log, epoch FROM documents")
        epochs = {(doc, name): epoch for doc, name, epoch in rows}
        return epochs, list(before.rows("SELECT user, role, id FROM members"))
    except apsw.Error:
        return {}, None
    finally:
        before.close()


def _put_aside(log: Path) -> Path | None:
    """Rename the log and what belongs to it, to a name that is free."""
    if not log.exists():
        _remove(log)
        return None
    count = 1
    while (aside := log.with_name(f"{log.name}.before-restore-{count}")).exists():
        count += 1
    for end in ("-wal", "-shm", ""):
        part = log.with_name(log.name + end)
        with contextlib.suppress(FileNotFoundError):
            part.rename(aside.with_name(aside.name + end))
    return aside


def _remove(path: Path) -> None:
    for end in ("-wal", "-shm", ""):
        path.with_name(path.name + end).unlink(missing_ok=True)
