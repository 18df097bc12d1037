"""Where a project is and where its state and its sockets lie.

A project's files may sit in a home folder that guests cannot enter, and a socket's path must stay
under 108 bytes. So there are two places: the **state** in `.cocalc-tui/` of the project, private
to its host, and a short **runtime** folder for sockets outside of it, named by a hash of the
project's path, so that a guest finds it without entering the project. Anybody can create names in
/tmp: nothing there is used before `lstat` says that it is a folder of the host's own.

XDG_RUNTIME_DIR is not used: it vanishes at the last logout, and kernels stay.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import pwd
import re
import stat
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from cocalc_tui.peers import user_name
from cocalc_tui.server.guests import Guest, write_guests
from cocalc_tui.server.state import STATE

RUNTIME_VARIABLE = "COCALC_TUI_RUNTIME_DIR"
"""Overrides where sockets are, for machines where users have a /tmp each."""
LISTED = "shared"
"""Folder in the host's runtime folder that names the runtime folders of shared projects."""
LONGEST_SOCKET = 100
"""Bytes; Linux takes 107."""
_HOST = re.compile(r"cocalc-tui-(\d{1,10})")
MOST_FOLDERS = 5_000
"""Folders searched for a project inside the one about to be made."""


class ProjectError(Exception):
    """A folder cannot be used as a project; one line that says what, where and what to do."""


@dataclass(frozen=True)
class Places:
    """All places of one project. Nothing is created or checked by naming them."""

    project: Path
    host: int
    """The uid whose account holds the state and runs everything."""
    state: Path
    runtime: Path

    @property
    def socket(self) -> Path:
        """Where the relay listens."""
        return self.runtime / "relay.sock"

    @property
    def kernel_sockets(self) -> Path:
        """Sockets of keepers and kernels, for the host alone."""
        return self.runtime / "k"

    @property
    def blobs(self) -> Path:
        """Large parts of outputs."""
        return self.state / "blobs"

    @property
    def outputs(self) -> Path:
        """What documents leave out of long outputs."""
        return self.state / "outputs"

    @property
    def keepers(self) -> Path:
        """One folder per keeper: who it is, and its spool."""
        return self.state / "keepers"

    @property
    def terminals(self) -> Path:
        """One folder per terminal's keeper."""
        return self.state / "terminals"

    @property
    def question(self) -> Path:
        """Where the door tells who connects whether they may join."""
        return self.runtime / "ask.sock"

    @property
    def guests(self) -> Path:
        """Who besides the host may join, for the door; it exists while there is anybody."""
        return self.state / "shared"

    @property
    def listed(self) -> Path:
        """An empty file that everybody can see while the project is shared."""
        return self.runtime.parent / LISTED / self.runtime.name

    @property
    def kept_fresh(self) -> tuple[Path, ...]:
        """What cleaners of /tmp would take away if nobody touched it."""
        sockets = (self.socket, self.question, self.listed)
        return (*sockets, self.runtime, self.runtime.parent, self.listed.parent)

    @property
    def lock(self) -> Path:
        """Held by the door as long as it lives."""
        return self.state / "door.lock"


# --- which folder ------------------------------------------------------------------------------


def find_project(start: Path, *, home_asked: bool = False) -> Path:
    """Return the project `start` (a folder, or a file in one) belongs to.

    That is the nearest ancestor that is a project already, else the folder itself; the home folder
    only where `home_asked`. Raises ProjectError.
    """
    folder = Path(os.path.realpath(start))
    if not is_folder(folder, unseen=True):
        folder = folder.parent
    projects = [path for path in (folder, *folder.parents) if _is_project(path)]
    if len(projects) > 1:
        raise ProjectError(
            f"{projects[0]} is a project inside the project {projects[1]}: "
            f"remove one of the two {STATE} folders, the history in it goes with it"
        )
    found = projects[0] if projects else folder
    _refuse_special(found, home_asked=home_asked or bool(projects))
    if not _reachable(found):
        raise ProjectError(f"{found}: no such folder, or nobody shares it with you")
    _refuse_planted(found)
    return found


def is_folder(path: Path, *, unseen: bool) -> bool:
    """Tell whether it is a folder; `unseen` is the answer where it may not be looked at.

    `Path.is_dir` answers False from Python 3.14 on, and a guest is to reach a private home.
    """
    try:
        return stat.S_ISDIR(os.stat(path).st_mode)
    except PermissionError:
        return unseen
    except (OSError, ValueError):
        return False


def _is_project(path: Path) -> bool:
    try:
        return stat.S_ISDIR(os.lstat(path / STATE).st_mode)
    except PermissionError:
        return os.path.lexists(places(path).socket)
    except OSError:
        return False


def _reachable(path: Path) -> bool:
    return is_folder(path, unseen=False) or _is_project(path)


def _refuse_planted(project: Path) -> None:
    """In a folder that everybody may write, anybody could make the state and so be its host."""
    try:
        folder, state = os.stat(project), os.lstat(project / STATE)
    except OSError:
        return
    if not folder.st_mode & stat.S_IWOTH or state.st_uid in {folder.st_uid, os.geteuid()}:
        return
    if not folder.st_mode & stat.S_IWGRP or not _in_group(state.st_uid, folder.st_gid):
        raise ProjectError(
            f"{project / STATE} belongs to {user_name(state.st_uid)}, who does not own {project}: "
            "somebody may have planted it; have it removed"
        )


def _refuse_special(folder: Path, *, home_asked: bool) -> None:
    if folder == Path("/"):
        raise ProjectError("/ cannot be a project: go to a folder of your own, or name one")
    with contextlib.suppress(KeyError):
        home = Path(os.path.realpath(pwd.getpwuid(os.geteuid()).pw_dir))
        if folder == home and not home_asked:
            raise ProjectError(
                f"{folder} is your home folder: go to a project's folder in it, or name one "
                "(to make all of your home one project, name it: cocalc-tui ~)"
            )


def host_of(project: Path) -> int:
    """Return the uid of the project's host.

    It owns the state; before there is any, it is the owner of the folder, or in a folder that a
    group may write whoever comes first. Of a folder that may not be looked at, it is the owner of
    the folder that keeps us out; of one that a group may write, whoever in the group hosts it.
    """
    with contextlib.suppress(OSError):
        return os.lstat(project / STATE).st_uid
    if (host := _host_of_group_folder(project)) is not None:
        return host
    for path in (project, *project.parents):
        with contextlib.suppress(PermissionError, FileNotFoundError):
            owner = os.lstat(path)
            return os.geteuid() if path == project and _free_to_take(owner, path) else owner.st_uid
    return 0


def _host_of_group_folder(project: Path) -> int | None:
    """Who hosts a folder that we may not enter and its group may write: they alone could.

    None where it is no such folder, and where none of them or several seem to.
    """
    try:
        found = os.lstat(project)
    except OSError:
        return None
    if not found.st_mode & stat.S_IWGRP or os.access(project, os.X_OK):
        return None
    hosts = [
        host
        for host, folder in hosts_of(runtime_base())
        if os.path.lexists(folder / _digest(project)) and _in_group(host, found.st_gid)
    ]
    return hosts[0] if len(hosts) == 1 else None


def _in_group(uid: int, gid: int) -> bool:
    try:
        user = pwd.getpwuid(uid)
        return gid in os.getgrouplist(user.pw_name, user.pw_gid)
    except KeyError:
        return False


def hosts_of(base: Path) -> Iterator[tuple[int, Path]]:
    """Runtime folders in `base` that are what their name says, and whose they are.

    Anybody can make folders in /tmp: one counts only if it belongs to the user it is named after.
    """
    with contextlib.suppress(OSError), os.scandir(base) as entries:
        for entry in entries:
            if (name := _HOST.fullmatch(entry.name)) is not None:
                host, path = int(name[1]), Path(entry.path)
                if belongs(path, host):
                    yield host, path


def belongs(path: Path, host: int) -> bool:
    """Whether it is a real folder that only its host can have put things in."""
    try:
        found = os.lstat(path)
    except OSError:
        return False
    return stat.S_ISDIR(found.st_mode) and found.st_uid == host and not found.st_mode & 0o022


def _free_to_take(owner: os.stat_result, path: Path) -> bool:
    """Root could write anywhere, and is never made the host of what belongs to others."""
    group_writes = bool(owner.st_mode & stat.S_IWGRP)
    return group_writes and os.geteuid() != 0 and os.access(path, os.W_OK | os.X_OK)


# --- which places ------------------------------------------------------------------------------


def places(project: Path) -> Places:
    """Name all places of a project, which `find_project` returned."""
    host = host_of(project)
    runtime = runtime_base() / f"cocalc-tui-{host}" / _digest(project)
    return Places(project=project, host=host, state=project / STATE, runtime=runtime)


def _digest(project: Path) -> str:
    return hashlib.sha256(os.fsencode(project)).hexdigest()[:12]


def runtime_base() -> Path:
    """Host and guests must agree on it, so no variable of one login session is read."""
    if chosen := os.environ.get(RUNTIME_VARIABLE):
        return Path(chosen)
    return Path("/tmp")  # noqa: S108 - checked by `_own_folder` before use


def prepare(where: Places) -> None:
    """Create and check the host's places; raises ProjectError."""
    project = where.project
    if os.geteuid() != where.host:
        raise ProjectError(
            f"{project} is hosted by {user_name(where.host)}, who has no relay running: "
            f"ask {user_name(where.host)} to run `cocalc-tui` there"
        )
    longest = os.fsencode(where.kernel_sockets / "0123456789ab" / "keeper.sock.new")
    if len(longest) > LONGEST_SOCKET:
        raise ProjectError(f"{where.runtime}: too long for sockets; set {RUNTIME_VARIABLE} shorter")
    if not where.state.exists():
        _refuse_nested(project)
    try:
        _own_folder(where.state, 0o700)
        _write_gitignore(where.state / ".gitignore")
        _own_folder(where.keepers, 0o700)
        _own_folder(where.runtime.parent, 0o711)
        _own_folder(where.runtime, 0o711 if where.guests.exists() else 0o700)
        _own_folder(where.kernel_sockets, 0o700)
    except OSError as error:
        name = error.filename or project
        raise ProjectError(
            f"{name}: cannot be written ({error.strerror}); "
            "cocalc-tui keeps the project's history there, so it needs a folder you can write"
        ) from None


def open_to_guests(where: Places, guests: Sequence[Guest]) -> None:
    """Let other users reach our sockets (which ask who they are), or keep them out."""
    shared = bool(guests)
    if shared:
        write_guests(where.guests, guests)
        _own_folder(where.listed.parent, 0o755)
        where.listed.touch(0o644)
    else:
        where.guests.unlink(missing_ok=True)
        where.listed.unlink(missing_ok=True)
    where.runtime.chmod(0o711 if shared else 0o700)
    for socket in (where.socket, where.question):
        with contextlib.suppress(FileNotFoundError):
            socket.chmod(0o666 if shared else 0o600)


def _own_folder(path: Path, mode: int) -> None:
    """Make a folder, or check that the one there is a real one and only ours to write."""
    with contextlib.suppress(FileExistsError):
        path.mkdir(0o700)
    found = os.lstat(path)
    if not stat.S_ISDIR(found.st_mode):
        raise ProjectError(f"{path} is not a folder: somebody may have planted it; remove it")
    if found.st_uid != os.geteuid():
        raise ProjectError(
            f"{path} belongs to {user_name(found.st_uid)}, not to you: "
            "somebody may have planted it; have it removed"
        )
    if stat.S_IMODE(found.st_mode) != mode:
        path.chmod(mode)


def _write_gitignore(path: Path) -> None:
    with contextlib.suppress(FileExistsError):
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
        with open(descriptor, "w", encoding="utf-8") as file:
            file.write("*\n")


def _refuse_nested(project: Path) -> None:
    for count, folder in enumerate(_folders_below(project)):
        if count >= MOST_FOLDERS:
            return
        if folder.name == STATE and folder.parent != project:  # ours: who starts now as well
            raise ProjectError(
                f"{project} holds the project {folder.parent}: open that one, "
                f"or remove its {STATE} first, the history in it goes with it"
            )


def _folders_below(top: Path) -> Iterator[Path]:
    """Near ones first, links not followed; what cannot be read is passed over."""
    waiting = [top]
    while waiting:
        following: list[Path] = []
        for folder in waiting:
            with contextlib.suppress(OSError), os.scandir(folder) as entries:
                following += [Path(e.path) for e in entries if e.is_dir(follow_symlinks=False)]
        yield from following
        waiting = following
