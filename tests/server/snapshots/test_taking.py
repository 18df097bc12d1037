from __future__ import annotations

import json
import os
import random
import shutil
import signal
import stat
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from cocalc_tui.server.main import PRIVATE
from cocalc_tui.server.snapshots.archive import Archive
from cocalc_tui.server.snapshots.errors import SnapshotError
from cocalc_tui.server.snapshots.names import meant, shown
from cocalc_tui.server.snapshots.restoring import restore
from cocalc_tui.server.snapshots.rules import Rules, store
from cocalc_tui.server.snapshots.taking import REPOSITORY, take
from cocalc_tui.server.snapshots.worker import Worker

ODD = b"odd\xff\nname \\x41"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    project = tmp_path / "lab"
    (project / "data").mkdir(parents=True)
    (project / ".cocalc-tui").mkdir()
    (project / "notes.md").write_text("hello\n")
    (project / "data" / "run1.csv").write_text("t,n\n")
    return project


@pytest.fixture
def state(project: Path) -> Path:
    return project / ".cocalc-tui"


@pytest.fixture
def worker(project: Path, state: Path) -> Worker:
    return Worker(project, state, lambda _: None)


def snapshot(project: Path, title: str = "by hand", kind: str = "named") -> str | None:
    return take(project, project / ".cocalc-tui", user="ann", kind=kind, title=title)


def made(project: Path, title: str = "by hand") -> str:
    id_ = snapshot(project, title)
    assert id_ is not None
    return id_


def tree(project: Path) -> dict[bytes, tuple[int, bytes]]:
    """Every name with its mode, and what it holds."""
    found: dict[bytes, tuple[int, bytes]] = {}
    top = os.fsencode(project)
    for folder, folders, files in os.walk(top):
        if folder == top:
            folders.remove(b".cocalc-tui")
        for name in folders + files:
            path = os.path.join(folder, name)
            mode = os.lstat(path).st_mode
            if stat.S_ISLNK(mode):
                held = os.readlink(path)
            elif stat.S_ISREG(mode):
                held = Path(os.fsdecode(path)).read_bytes()
            else:
                held = b""
            found[os.path.relpath(path, top)] = (mode, held)
    return found


def age(project: Path) -> None:
    """Make all files older than a racy moment."""
    for file in project.rglob("*"):
        if ".cocalc-tui" not in file.parts and not file.is_symlink():
            os.utime(file, (time.time() - 100, time.time() - 100))


class TestWhatIsTaken:
    def test_everything_comes_back_as_it_was(self, project: Path, state: Path) -> None:
        (project / "script.sh").write_text("#!/bin/sh\n")
        (project / "script.sh").chmod(0o750)
        (project / "secret").write_text("x")
        (project / "secret").chmod(0o600)
        (project / "empty" / "inner").mkdir(parents=True)
        (project / "locked").mkdir()
        (project / "locked" / "in").write_text("in")
        (project / "locked").chmod(0o500)
        (project / "link").symlink_to("notes.md")
        (project / "dangling").symlink_to("/no/such/place")
        with open(os.path.join(os.fsencode(project), ODD), "wb") as file:
            file.write(b"\x00\xff")
        before = tree(project)
        id_ = made(project)
        (project / "locked").chmod(0o700)
        for name in os.listdir(project):
            path = project / name
            if name != ".cocalc-tui":
                shutil.rmtree(path) if path.is_dir() and not path.is_symlink() else path.unlink()
        archive = Archive(state / REPOSITORY)
        ours = os.umask(PRIVATE)
        try:
            written, troubles = restore(archive, id_, b"", project)
        finally:
            os.umask(ours)
        archive.close()
        assert troubles == []
        assert tree(project) == before
        assert written == sum(1 for mode, _ in before.values() if not stat.S_ISDIR(mode))

    def test_what_others_make_again_is_left_out(self, project: Path, worker: Worker) -> None:
        for name in (".git", "node_modules", "__pycache__", ".venv"):
            (project / name).mkdir()
            (project / name / "x").write_text("x")
        (project / "x.pyc").write_text("x")
        id_ = made(project)
        paths = [one["path"] for one in worker.browse(id_, "")]
        assert paths == ["data", "notes.md"]

    def test_what_is_too_large_is_said(self, project: Path, state: Path, worker: Worker) -> None:
        store(state / "snapshots.json", Rules(largest=1))
        (project / "data" / "big.bin").write_bytes(b"x" * (2 * 2**20))
        os.mkfifo(project / "data" / "pipe")
        id_ = made(project)
        found = {one["path"]: one for one in worker.browse(id_, "data")}
        assert found["data/big.bin"] == {
            "path": "data/big.bin",
            "kind": "left out",
            "note": "2 MB",
        }
        assert found["data/pipe"]["note"] == "not a file"
        assert worker.listed(None)[0]["left_out"] == 2

    def test_links_are_not_followed(self, project: Path, tmp_path: Path, worker: Worker) -> None:
        (tmp_path / "outside").mkdir()
        (tmp_path / "outside" / "secret").write_text("4711")
        (project / "out").symlink_to(tmp_path / "outside")
        id_ = made(project)
        assert {one["path"]: one["kind"] for one in worker.browse(id_, "")}["out"] == "link"
        with pytest.raises(SnapshotError):
            worker.read(id_, "out/secret", 0)

    def test_plain_git_can_read_it(self, project: Path, state: Path) -> None:
        id_ = made(project, "before the talk")
        git = ["git", "--git-dir", str(state / REPOSITORY)]
        said = subprocess.run(
            [*git, "show", f"snapshots/{id_}:notes.md"], capture_output=True, check=True
        )
        assert said.stdout == b"hello\n"
        subprocess.run([*git, "fsck", "--strict"], capture_output=True, check=True)
        log = subprocess.run([*git, "log", "--all"], capture_output=True, text=True, check=True)
        assert "before the talk" in log.stdout


class TestTheMemo:
    def test_nothing_changed_takes_nothing(self, project: Path) -> None:
        age(project)
        assert snapshot(project, kind="automatic") is not None
        assert snapshot(project, kind="automatic") is None
        assert snapshot(project, kind="named") is not None

    @pytest.mark.parametrize("seed", range(5))
    def test_it_never_hides_a_change(
        self, project: Path, state: Path, worker: Worker, seed: int
    ) -> None:
        random_ = random.Random(seed)
        names = ["a", "b", "data/c", "data/deep/d", "data/deep/e"]
        for step in range(8):
            for name in random_.sample(names, 2):
                path = project / name
                path.parent.mkdir(parents=True, exist_ok=True)
                match random_.choice(["write", "same size", "remove", "mode", "link"]):
                    case "remove":
                        path.unlink(missing_ok=True)
                    case "mode" if path.exists() and not path.is_symlink():
                        path.chmod(random_.choice([0o644, 0o600, 0o755]))
                    case "link":
                        path.unlink(missing_ok=True)
                        path.symlink_to(f"to {step}")
                    case "same size" if path.exists() and not path.is_symlink():
                        path.write_text(str(step) * path.stat().st_size)
                    case _:
                        path.unlink(missing_ok=True)
                        path.write_text(f"{name} {step}")
            now = tree(project)
            snapshot(project, kind="automatic")
            with_memo = worker.listed(None)[0]["id"]
            copy = project.parent / "copy"
            shutil.rmtree(copy, ignore_errors=True)
            copy.mkdir()
            archive = Archive(state / REPOSITORY)
            assert restore(archive, with_memo, b"", copy)[1] == []
            archive.close()
            (copy / ".cocalc-tui").mkdir()
            assert tree(copy) == now

    def test_a_spoilt_one_is_made_anew(self, project: Path, state: Path) -> None:
        age(project)
        snapshot(project, kind="automatic")
        (state / "snapshots.memo").write_bytes(b"nonsense")
        assert snapshot(project, kind="automatic") is not None
        assert snapshot(project, kind="automatic") is None


class TestLooking:
    def test_naming_one(self, project: Path, worker: Worker) -> None:
        one = made(project, "first")
        assert worker.browse("first", "")[0]["path"] == "data"
        assert worker.browse(one[:8], "")[0]["path"] == "data"
        made(project, "second")
        with pytest.raises(SnapshotError, match="2 begin with that"):
            worker.browse(one[:8], "")
        with pytest.raises(SnapshotError, match="no snapshot 'x'"):
            worker.browse("x", "")

    def test_what_differs(self, project: Path, worker: Worker) -> None:
        one = made(project)
        (project / "notes.md").write_text("other\n")
        shutil.rmtree(project / "data")
        (project / "data").write_text("a file now")
        (project / "new" / "deep").mkdir(parents=True)
        (project / "new" / "deep" / "x").write_text("x")
        assert worker.compare(one, "", "") == [
            {"path": "data/run1.csv", "how": "removed"},
            {"path": "data", "how": "added"},
            {"path": "new/deep/x", "how": "added"},
            {"path": "notes.md", "how": "changed"},
        ]
        two = made(project, "two")
        assert worker.compare(two, "", "") == []
        assert worker.compare(two, one, "notes.md") == [{"path": "notes.md", "how": "changed"}]

    def test_in_which_a_file_changed(self, project: Path, worker: Worker) -> None:
        ids: list[str] = []
        for text in ("1", "1", "2", None, "2"):
            if text is None:
                (project / "notes.md").unlink()
            else:
                (project / "notes.md").write_text(text)
            ids.append(made(project, f"t{len(ids)}"))
        found = [one["id"] for one in worker.listed("notes.md")]
        assert sorted(found) == sorted([ids[0], ids[2], ids[4]])

    def test_reading_in_parts(
        self, project: Path, worker: Worker, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("cocalc_tui.server.snapshots.worker.PART", 4)
        id_ = made(project)
        parts = [worker.read(id_, "notes.md", at) for at in (0, 4, 8)]
        assert [part["data"] for part in parts] == ["aGVsbA==", "bwo=", ""]
        with pytest.raises(SnapshotError, match="a folder"):
            worker.read(id_, "data", 0)

    def test_before_the_first_there_is_a_line(self, worker: Worker) -> None:
        with pytest.raises(SnapshotError, match="there is no snapshot yet"):
            worker.listed(None)

    @pytest.mark.parametrize("name", [b"plain", ODD, b"\xc3\xa9", b"\\x", b"\\x5c", b"\xff\\xff"])
    def test_each_name_has_one_spelling(self, name: bytes) -> None:
        assert meant(shown(name)) == name


class TestRestoring:
    def test_what_is_there_now_is_kept_first(self, project: Path, worker: Worker) -> None:
        one = made(project)
        (project / "notes.md").write_text("newer\n")
        (project / "extra").write_text("stays")
        done = worker.restore(one, "notes.md", "bob")
        assert (done["written"], done["troubles"]) == (1, [])
        assert (project / "notes.md").read_text() == "hello\n"
        assert (project / "extra").read_text() == "stays"
        back = worker.restore(done["kept"], "notes.md", "bob")
        assert back["written"] == 1
        assert (project / "notes.md").read_text() == "newer\n"

    def test_nothing_outside_is_written(
        self, project: Path, tmp_path: Path, worker: Worker
    ) -> None:
        one = made(project)
        (tmp_path / "outside").mkdir()
        shutil.rmtree(project / "data")
        (project / "data").symlink_to(tmp_path / "outside")
        done = worker.restore(one, "data/run1.csv", "bob")
        assert done["written"] == 0
        assert done["troubles"][0].startswith("data/run1.csv: ")
        assert list((tmp_path / "outside").iterdir()) == []

    def test_a_path_that_is_not_there(self, project: Path, worker: Worker) -> None:
        with pytest.raises(SnapshotError, match=r"\.\./x: not in this snapshot"):
            worker.restore(made(project), "../x", "bob")


def test_tidying_gives_room_back_and_keeps_what_is_used(
    project: Path, state: Path, worker: Worker
) -> None:
    (project / "gone").write_bytes(random.Random(1).randbytes(100_000))
    first = made(project, "first")
    (project / "gone").unlink()
    made(project, "second")
    worker.drop(first)
    old = time.time() - 7200
    for file in (state / REPOSITORY / "objects").rglob("*"):
        os.utime(file, (old, old))
    worker.tidy()
    size = sum(one.stat().st_size for one in (state / REPOSITORY).rglob("*") if one.is_file())
    assert size < 50_000
    assert worker.read("second", "notes.md", 0)["size"] == 6
    (project / "after").write_text("packing is known")
    third = made(project, "third")
    assert worker.read(third, "after", 0)["size"] == 16


def start(project: Path, **request: Any) -> subprocess.Popen[bytes]:
    code = "import sys; from cocalc_tui.server.snapshots.worker import main; "
    code += "from pathlib import Path; main(Path(sys.argv[1]), Path(sys.argv[1], '.cocalc-tui'))"
    child = subprocess.Popen(
        [sys.executable, "-c", code, str(project)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert child.stdin is not None
    child.stdin.write(json.dumps(request).encode())
    child.stdin.close()
    return child


def test_kill_at_any_moment_leaves_a_repository_that_can_be_read(
    project: Path, state: Path
) -> None:
    for number in range(300):
        (project / f"f{number}").write_text(f"{number}" * 50)
    random_, git = random.Random(7), ["git", "--git-dir", str(state / REPOSITORY)]
    for round_ in range(6):
        for number in range(0, 300, 3):
            (project / f"f{number}").write_text(f"{round_} {number}" * 50)
        child = start(project, do="take", user="ann", kind="named", title=f"round {round_}")
        time.sleep(random_.uniform(0.05, 0.4))
        child.send_signal(signal.SIGKILL)
        child.wait()
        assert child.stdout is not None
        child.stdout.close()
    child = start(project, do="take", user="ann", kind="named", title="last")
    assert child.stdout is not None
    with child.stdout as said:
        id_ = json.loads(said.read().splitlines()[-1])["result"]
    assert child.wait() == 0
    subprocess.run([*git, "fsck", "--full"], check=True, capture_output=True)
    archive = Archive(state / REPOSITORY)
    for one in archive.snapshots():
        assert len(list(archive.below(archive.node(one.id, b"")))) == 304
        archive.extras(one.id)
    archive.node(id_, b"f3")
    archive.close()
