"""What others do to files while people have them open: noticed by itself, merged, said."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from cocalc_tui.client.document import SharedDocument
from cocalc_tui.client.events import FilesChanged
from cocalc_tui.notebook import ipynb, schema
from cocalc_tui.sync.patch import Splice
from tests.server.hosting import BY_HAND, QUICK, Box, running, text, type_in, until
from tests.unix_users import NOBODY, acting_as, folder_for_all, needs_root

LINES = "".join(f"line {n}\n" for n in range(30))


async def opened(box: Box, content: str = LINES, name: str = "a.txt") -> SharedDocument:
    box.write(name, content)
    return await (await box.person()).open(name)


def shell(box: Box, command: str) -> None:
    """What somebody does in another terminal."""
    within = f"cd {box.project.parent}; cd project 2>/dev/null || true; {command}"
    done = subprocess.run(["bash", "-pec", within], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


# --- it is noticed, and merges -------------------------------------------------------------------

WRITERS = {
    "in place": "printf 'new\\n' >> a.txt",
    "sed -i": "sed -i '$ a new' a.txt",
    "truncate then write": "{ cat a.txt; echo new; } > /tmp/$$; cat /tmp/$$ > a.txt; rm /tmp/$$",
    "slowly": "exec 3>a.txt; seq -f 'line %g' 0 29 >&3; sleep 0.3; echo new >&3",
    "delete and make anew": "cp a.txt b; echo new >> b; rm a.txt; sleep 0.1; cp b a.txt; rm b",
    "rename": "cp a.txt b; echo new >> b; mv b a.txt",
    "touch and back": "touch a.txt; chmod 600 a.txt; echo new >> a.txt; chmod 644 a.txt",
}


@pytest.mark.parametrize("how", WRITERS)
async def test_a_change_is_noticed_by_itself_and_merges(tmp_path: Path, how: str) -> None:
    async with running(tmp_path, BY_HAND) as box:
        document = await opened(box)
        type_in(document, 0, "typed ")
        lost: list[str] = []
        document.subscribe(
            lambda _: lost.append(text(document)) if "line 7" not in text(document) else None
        )
        await asyncio.to_thread(shell, box, WRITERS[how])
        await until(lambda: text(document) == f"typed {LINES}new\n")
        assert lost == []
        assert document.trouble == ""


async def test_without_the_kernels_news_it_is_noticed_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def limit() -> None:
        raise OSError(24, "the limit of inotify instances is reached")

    monkeypatch.setattr("cocalc_tui.server.host.watching.Inotify", limit)
    async with running(tmp_path, BY_HAND) as box:
        document = await opened(box)
        box.write("a.txt", LINES + "new\n")
        await until(lambda: text(document) == f"{LINES}new\n")


async def test_a_file_that_stays_empty_is_empty(tmp_path: Path) -> None:
    async with running(tmp_path, BY_HAND) as box:
        document = await opened(box)
        box.write("a.txt", "")
        await until(lambda: text(document) == "")
        document.undo()  # one's own: nothing
        assert text(document) == ""


async def test_a_folder_that_is_taken_away_and_made_anew_is_watched_on(tmp_path: Path) -> None:
    async with running(tmp_path, BY_HAND) as box:
        (box.project / "deep").mkdir()
        document = await opened(box, name="deep/a.txt")
        shell(box, "rm -r deep; mkdir deep; echo one > deep/a.txt")
        await until(lambda: text(document) == "one\n")
        shell(box, "echo two >> deep/a.txt")
        await until(lambda: text(document) == "one\ntwo\n")


# --- it moves ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "how",
    [
        "mv a.txt b.txt",
        "mkdir sub; mv a.txt sub/b.txt",
        "cp a.txt b.txt; rm a.txt",
        "git init -q; git add a.txt; git mv a.txt b.txt",
    ],
)
async def test_the_document_goes_where_its_file_goes(tmp_path: Path, how: str) -> None:
    async with running(tmp_path, QUICK) as box:
        document = await opened(box)
        type_in(document, 0, "typed ")
        await until(lambda: document.saved)
        shell(box, how)
        to = "sub/b.txt" if "sub" in how else "b.txt"
        await until(lambda: document.path == to)
        type_in(document, 0, "more ")
        await until(lambda: box.read(to) == f"more typed {LINES}")
        assert not (box.project / "a.txt").exists()
        assert document.trouble == ""


async def test_a_folder_that_moves_takes_its_documents_along(tmp_path: Path) -> None:
    async with running(tmp_path, QUICK) as box:
        (box.project / "old").mkdir()
        one = await opened(box, name="old/a.txt")
        two = await opened(box, "another\n", "old/b.txt")
        for document in (one, two):
            type_in(document, 0, "typed ")
            await until(lambda document=document: document.saved)  # type: ignore[misc]  # mypy infers no default of a lambda
        shell(box, "mv old new")
        await until(lambda: (one.path, two.path) == ("new/a.txt", "new/b.txt"))
        type_in(one, 0, "more ")
        await until(lambda: box.read("new/a.txt") == f"more typed {LINES}")
        assert not (box.project / "old").exists()


async def test_a_file_moved_over_another_open_one_is_a_change_of_that(tmp_path: Path) -> None:
    async with running(tmp_path, QUICK) as box:
        one, two = await opened(box), await opened(box, "two\n", "b.txt")
        type_in(one, 0, "typed ")
        await until(lambda: one.saved)
        shell(box, "mv a.txt b.txt")
        await until(lambda: text(two) == f"typed {LINES}")
        await until(lambda: "deleted" in one.trouble)
        assert (one.path, two.path) == ("a.txt", "b.txt")


async def test_what_is_moved_out_of_the_project_is_deleted_here(tmp_path: Path) -> None:
    async with running(tmp_path, QUICK) as box:
        document = await opened(box)
        type_in(document, 0, "typed ")
        await until(lambda: document.saved)
        shell(box, "cp a.txt ../older; mv a.txt ..")
        await until(lambda: "a.txt: this file was deleted" in document.trouble)
        shell(box, "mv ../a.txt .")
        await until(lambda: document.trouble == "")
        assert text(document) == box.read("a.txt")


# --- what it was a change of ---------------------------------------------------------------------

needs_vim = pytest.mark.skipif(shutil.which("vim") is None, reason="needs vim")


@contextmanager
def vim(box: Box, name: str) -> Iterator[tuple[Callable[[str], None], bytearray]]:
    """Somebody has a file in vim; yields what presses keys there, and what came to the screen."""
    keyboard, terminal = os.openpty()
    words = ["vim", "-u", "NONE", "-N", "-n", name]
    process = subprocess.Popen(
        words,
        cwd=box.project,
        env={"TERM": "xterm", "PATH": os.environ["PATH"]},
        stdin=terminal,
        stdout=terminal,
        stderr=terminal,
        start_new_session=True,
    )
    os.close(terminal)
    loop = asyncio.get_running_loop()
    shown = bytearray()
    loop.add_reader(keyboard, lambda: shown.extend(os.read(keyboard, 65536)))
    try:
        yield lambda keys: [os.write(keyboard, keys.encode())].clear(), shown
    finally:
        loop.remove_reader(keyboard)
        process.kill()
        process.wait()
        os.close(keyboard)


@needs_vim
async def test_vim_may_have_been_open_for_a_while(tmp_path: Path) -> None:
    """It has a version of long ago; all that was typed since stays, and nothing is doubled."""
    async with running(tmp_path, QUICK) as box:
        document = await opened(box)
        file = box.project / "a.txt"
        type_in(document, 0, "before\n")
        await until(lambda: document.saved)
        with vim(box, "a.txt") as (press, shown):
            await until(lambda: file.stat().st_atime > file.stat().st_mtime)
            for word in range(30):
                type_in(document, 0, f"typed {word}\n")
                await until(lambda: document.saved)
            for round_ in range(3):
                shown.clear()
                press(f"Gofrom vim {round_}\x1b:w!\r")
                await until(lambda: b"(y/n)" in shown)
                press("y")  # yes, though the file has changed
                await until(lambda round_=round_: f"vim {round_}" in text(document))  # type: ignore[misc]  # mypy infers no default of a lambda
                type_in(document, 0, f"then {round_}\n")
                await until(lambda: document.saved)
        typed = "".join(f"typed {word}\n" for word in reversed(range(30)))
        vims = "".join(f"from vim {n}\n" for n in range(3))
        assert text(document) == f"then 2\nthen 1\nthen 0\n{typed}before\n{LINES}{vims}"
        await until(lambda: box.read("a.txt") == text(document))


async def test_what_a_script_takes_out_stays_out(tmp_path: Path) -> None:
    """It read the file just now, so an older version that is nearer is not what it changed."""
    async with running(tmp_path, QUICK) as box:
        document = await opened(box)
        for word in range(6):
            type_in(document, 0, f"typed {word}\n")
            await until(lambda: document.saved)
        shell(box, "sed -i '/typed [345]/d; $ a new' a.txt")
        wanted = f"typed 2\ntyped 1\ntyped 0\n{LINES}new\n"
        await until(lambda: text(document) == wanted)
        await until(lambda: document.saved and box.read("a.txt") == wanted)


GIT = "git -c user.email=me -c user.name=me"


@pytest.mark.parametrize("unsaved", [False, True])
async def test_a_checkout_stands_as_it_is(tmp_path: Path, unsaved: bool) -> None:
    """Though an older version that somebody read is nearer to the other branch than the last."""
    async with running(tmp_path, QUICK if not unsaved else BY_HAND) as box:
        box.write("a.txt", LINES)
        shell(box, "git init -q -b main; git add a.txt")
        shell(box, f"{GIT} commit -qm 1; git checkout -qb other; echo other >> a.txt")
        shell(box, f"{GIT} commit -qam 2; git checkout -q main; {GIT} gc -q")
        document = await (await box.person()).open("a.txt")
        for word in range(5):
            type_in(document, 0, f"typed {word}\n")
            await document.save()
            shell(box, "cat a.txt > .git/read")  # somebody may have it
        shell(box, f"{GIT} commit -qam 3")
        if unsaved:
            type_in(document, 0, "unsaved\n")
        there = f"{LINES}other\n"
        shell(box, "git checkout -q other")
        await until(lambda: text(document) == ("unsaved\n" if unsaved else "") + there)
        await asyncio.sleep(0.2)
        assert box.read("a.txt") == there
        shell(box, "git checkout -q main")
        typed = "".join(f"typed {word}\n" for word in reversed(range(5)))
        await until(lambda: text(document) == ("unsaved\n" if unsaved else "") + typed + LINES)
        shell(box, f"echo more >> a.txt; {GIT} stash -q")
        await until(lambda: text(document) == ("unsaved\n" if unsaved else "") + typed + LINES)


async def test_who_writes_on_after_a_save_of_ours_is_heard(tmp_path: Path) -> None:
    """A program that keeps the file open goes on in the same file."""
    async with running(tmp_path, QUICK) as box:
        document = await opened(box)
        with (box.project / "a.txt").open("a", buffering=1) as log:
            for word in range(3):
                log.write(f"logged {word}\n")
                type_in(document, 0, f"typed {word}\n")
                await until(lambda word=word: f"logged {word}" in text(document))  # type: ignore[misc]  # mypy infers no default of a lambda
                await until(lambda: document.saved)
        typed = "".join(f"typed {word}\n" for word in reversed(range(3)))
        logged = "".join(f"logged {word}\n" for word in range(3))
        assert text(document) == box.read("a.txt") == f"{typed}{LINES}{logged}"


# --- trouble, said and over --------------------------------------------------------------------


@pytest.fixture
def nobodys() -> Iterator[Path]:
    """A folder with the project of a user for whom permissions count, whose rights we have."""
    with folder_for_all() as folder:
        project = folder / "project"
        project.mkdir()
        os.chown(project, NOBODY, NOBODY)
        with acting_as(NOBODY):
            yield folder


@needs_root
@pytest.mark.needs_root
@pytest.mark.parametrize(
    ("spoil", "said", "mend"),
    [
        ("chmod 000 a.txt", "a.txt: the project's account may not", "chmod 644 a.txt"),
        ("chmod 444 a.txt", "a.txt: the file is read-only now (mode 444)", "chmod 644 a.txt"),
        (
            "rm a.txt; mkdir a.txt",
            "a.txt: this is a folder",
            "rmdir a.txt; cp .cocalc-tui/keep a.txt",
        ),
        ("printf '\\xff\\n' >> a.txt", "a.txt: line 31 is not UTF-8", "cp .cocalc-tui/keep a.txt"),
        ("rm a.txt", "a.txt: this file was deleted", "cp .cocalc-tui/keep a.txt"),
        (
            "mkfifo p; mv p a.txt",
            "a.txt: this is not a regular file",
            "rm a.txt; cp .cocalc-tui/keep a.txt",
        ),
    ],
)
async def test_trouble_with_the_file_is_said_and_over_when_it_is(
    nobodys: Path, spoil: str, said: str, mend: str
) -> None:
    async with running(nobodys, QUICK) as box:
        document = await opened(box)
        other = await (await box.person("alice")).open("a.txt")
        shell(box, f"cp a.txt .cocalc-tui/keep; {spoil}")
        await until(lambda: said in document.trouble and said in other.trouble)
        if "rm a.txt" not in spoil:  # there what is typed would make the file again
            type_in(document, 0, "typed ")
            await until(lambda: text(other) == f"typed {LINES}")
            assert said in document.trouble
        shell(box, mend)
        await until(lambda: document.trouble == "" and other.trouble == "" and document.saved)
        assert box.read("a.txt") == text(document) == text(other)


# --- notebooks -----------------------------------------------------------------------------------


async def test_a_notebook_whose_json_is_broken_for_a_moment_is_waited_for(tmp_path: Path) -> None:
    async with running(tmp_path, BY_HAND) as box:
        document = await opened(box, ipynb.EMPTY, "n.ipynb")
        (cell,) = schema.cells(document.replica)
        document.change([Splice(0, 0, "typed", schema.input_of(cell))])
        said: list[str] = []
        document.subscribe(lambda _: said.append(document.trouble))
        changed = json.loads(ipynb.EMPTY)
        changed["cells"].append(changed["cells"][0] | {"id": "other", "source": ["outside"]})
        whole = json.dumps(changed, indent=1) + "\n"
        with (box.project / "n.ipynb").open("w", buffering=1) as file:
            file.write(whole[:100])
            file.flush()
            await asyncio.sleep(0.5)
            file.write(whole[100:])
        await until(lambda: len(schema.cells(document.replica)) == 2)
        assert set(said) == {""}
        sources = [
            str(document.replica.text(schema.input_of(c))) for c in schema.cells(document.replica)
        ]
        assert sources == ["typed", "outside"]


async def test_a_notebook_that_stays_broken_is_said_and_mended_in_the_end(tmp_path: Path) -> None:
    async with running(tmp_path, QUICK) as box:
        document = await opened(box, ipynb.EMPTY, "n.ipynb")
        (cell,) = schema.cells(document.replica)
        box.write("n.ipynb", "<<<<<<< HEAD\n" + ipynb.EMPTY)
        await until(lambda: "not a notebook's JSON: line 1" in document.trouble)
        document.change([Splice(0, 0, "typed", schema.input_of(cell))])
        late = await (await box.person("alice")).open("n.ipynb")
        await until(lambda: "not a notebook's JSON: line 1" in late.trouble)
        assert box.read("n.ipynb").startswith("<<<<<<<")
        box.write("n.ipynb", ipynb.EMPTY.replace('"metadata": {}', '"metadata": {"a": 1}'))
        await until(lambda: document.trouble == "" and document.saved)
        found = json.loads(box.read("n.ipynb"))
        assert (found["metadata"], found["cells"][0]["source"]) == ({"a": 1}, ["typed"])


# --- the list of files ---------------------------------------------------------------------------


async def test_files_that_come_and_go_are_told_to_who_lists_them(tmp_path: Path) -> None:
    async with running(tmp_path, QUICK) as box:
        document = await opened(box)
        (box.project / "sub").mkdir()
        person = await box.person("alice")
        told: list[FilesChanged] = []
        person.subscribe(
            lambda event: told.append(event) if isinstance(event, FilesChanged) else None
        )
        for folder in ("", "sub"):
            await person.files.entries(folder)
        for command in ("touch new", "mkdir sub/deep", "mv new newer", "rm newer", "rm -r sub"):
            told.clear()
            shell(box, command)
            await until(lambda: told)
        await asyncio.sleep(1.2)
        told.clear()
        for word in range(5):
            type_in(document, 0, f"typed {word}\n")
            await until(lambda: document.saved)
        await asyncio.sleep(1.2)
        assert told == []


# --- while nobody has it open --------------------------------------------------------------------


async def typed_and_left(box: Box, name: str, words: str) -> None:
    """A file with a history that nobody has open any more."""
    person = await box.person()
    document = await person.open(name)
    type_in(document, 0, words)
    await until(lambda: document.saved)
    await person.close()
    await until(lambda: not box.host.open)


MOVES = {
    "mv": "mv a.txt b.txt",
    "into a folder": "mkdir sub; mv a.txt sub/b.txt",
    "a copy, the old one gone": "cp a.txt b.txt; rm a.txt",
}


@pytest.mark.parametrize("how", MOVES)
async def test_moved_while_nobody_has_it_open_it_keeps_its_history(
    tmp_path: Path, how: str
) -> None:
    async with running(tmp_path, QUICK) as box:
        box.write("a.txt", LINES)
        await typed_and_left(box, "a.txt", "typed ")
        shell(box, MOVES[how])
        person = await box.person()
        document = await person.open("sub/b.txt" if "sub" in MOVES[how] else "b.txt")
        assert text(document) == f"typed {LINES}"
        assert document.numbers.upto == 2  # the file as it was, and what was typed
        type_in(document, 0, "more ")
        await until(lambda: document.saved)
        assert box.read(document.path) == f"more typed {LINES}"
        assert not (box.project / "a.txt").exists()


async def test_two_open_it_at_once_where_it_was_moved_to(tmp_path: Path) -> None:
    async with running(tmp_path, QUICK) as box:
        box.write("a.txt", LINES)
        await typed_and_left(box, "a.txt", "typed ")
        shell(box, "mv a.txt b.txt")
        people = [await box.person() for _ in range(3)]
        documents = await asyncio.gather(*(one.open("b.txt") for one in people))
        assert {one.numbers.upto for one in documents} == {2}
        assert len({one.doc for one in documents}) == 1


STRANGERS = {
    "a copy": "cp a.txt b.txt",
    "others' text": "rm a.txt; echo something else > b.txt",
    "one of two that are gone": "rm a.txt; mv c.txt b.txt; touch b.txt",
}


@pytest.mark.parametrize("how", STRANGERS)
async def test_what_may_be_another_file_begins_anew(tmp_path: Path, how: str) -> None:
    async with running(tmp_path, QUICK) as box:
        box.write("a.txt", LINES)
        await typed_and_left(box, "a.txt", "typed ")
        if "two" in how:
            box.write("c.txt", LINES)
            await typed_and_left(box, "c.txt", "typed ")
            shell(box, "cp c.txt d; mv d c.txt")
        shell(box, STRANGERS[how])
        document = await (await box.person()).open("b.txt")
        await asyncio.sleep(0)
        assert document.numbers.upto == 1
        assert (box.project / "b.txt").exists()
