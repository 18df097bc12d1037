"""The state folder is taken away under a relay that runs: nothing acknowledged goes with it."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
from pathlib import Path

import pytest

from cocalc_tui.chat import chatfile
from cocalc_tui.client.chats import Chats
from cocalc_tui.client.conversation import Conversation
from cocalc_tui.client.events import ProjectTold, WorkRefused, WorkspaceEvent
from cocalc_tui.notebook import ipynb, schema
from cocalc_tui.peers import user_name
from cocalc_tui.server.daemon import is_locked
from cocalc_tui.server.paths import places
from cocalc_tui.sync.patch import Splice
from tests.server.processes.living import app, text, until, write_notebook
from tests.server.processes.racing import doors, relays


async def test_the_state_folder_is_taken_away(project: Path) -> None:
    (project / "a.txt").write_text("text")
    async with app(project) as workspace:
        document = await workspace.open("a.txt")
        said: list[WorkspaceEvent] = []
        workspace.subscribe(said.append)
        log = project / ".cocalc-tui" / "log.sqlite"
        for number in range(20):
            document.change([Splice(0, 0, f"{number} ")], step=True)
            if number == 10:
                shutil.rmtree(project / ".cocalc-tui", ignore_errors=True)  # it comes back
            await asyncio.sleep(0.01)
        await until(lambda: document.sent and log.exists())
        await until(lambda: any(isinstance(e, ProjectTold) and e.topic == "notice" for e in said))
        await until(lambda: is_locked(places(project).lock))
        # The relay still has the lock that was taken away, and hands it to the next door.
        for door in doors(project):
            os.kill(door, signal.SIGKILL)
        await until(lambda: len(doors(project)) == 1 and is_locked(places(project).lock))
        for pid in (*doors(project), *relays(project)):
            os.kill(pid, signal.SIGKILL)
        await until(lambda: not workspace.online)
    async with app(project) as workspace:
        document = await workspace.open("a.txt")
        words = str(document.replica.text()).split()
        assert words == [*(str(number) for number in reversed(range(20))), "text"]


async def test_what_is_noted_of_files_is_taken_away_too(project: Path) -> None:
    """Without it the next relay takes our last save for somebody's change, and goes back to it."""
    (project / "a.txt").write_text("text")
    async with app(project) as workspace:
        document = await workspace.open("a.txt")
        document.change([Splice(0, 0, "saved ")], step=True)
        await document.save()
        shutil.rmtree(project / ".cocalc-tui", ignore_errors=True)
        document.change([Splice(0, 0, "acknowledged ")], step=True)
        await until(lambda: document.sent)
        for pid in (*doors(project), *relays(project)):
            os.kill(pid, signal.SIGKILL)
    async with app(project) as workspace:
        document = await workspace.open("a.txt")
        await document.save()
        assert str(document.replica.text()) == "acknowledged saved text"
    assert (project / "a.txt").read_text() == "acknowledged saved text"


async def test_who_has_read_how_far_is_taken_away_too(project: Path) -> None:
    """Nobody makes it anew: everything that was ever said would be unread again."""
    async with app(project) as workspace:
        conversation = Conversation(await workspace.open("room.chat"), user_name(os.getuid()))
        conversation.say("hello")
        await workspace.save(conversation.document)
        doc, seq = conversation.document.doc, conversation.document.numbers.upto
        await Chats(workspace.requests).mark(doc, seq)
        read = await Chats(workspace.requests).readers(doc)
        assert len(read) == 1
        shutil.rmtree(project / ".cocalc-tui", ignore_errors=True)
        await until(lambda: (project / ".cocalc-tui" / "chats.db").exists())
        for pid in (*doors(project), *relays(project)):
            os.kill(pid, signal.SIGKILL)
        await until(lambda: not workspace.online)
    async with app(project) as workspace:
        assert await Chats(workspace.requests).readers(doc) == read


async def test_where_log_and_relay_go_at_once_apps_keep_a_copy(
    project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "own"))
    (project / "a.txt").write_text("text")
    write_notebook(project, "cell")
    async with app(project) as workspace:
        text = await workspace.open("a.txt")
        notebook = await workspace.open("a.ipynb")
        chat = Conversation(await workspace.open("a.chat"), user_name(os.getuid()))
        (cell,) = schema.cells(notebook.replica)

        def write(word: str) -> None:
            text.change([Splice(0, 0, word)], step=True)
            notebook.change([Splice(0, 0, word, schema.input_of(cell))], step=True)
            chat.say(word)

        write("saved ")
        for document in (text, notebook, chat.document):
            await document.save()
        write("acknowledged ")
        await until(lambda: text.sent and notebook.sent and chat.document.sent)
        kept: dict[str, str] = {}
        workspace.subscribe(
            lambda e: (
                kept.update({e.path: e.copy.read_text()}) if isinstance(e, WorkRefused) else None
            )
        )
        take_all_away(project)
        await until(lambda: len(kept) == 3)
        assert kept["a.txt"] == "acknowledged saved text"
        (copied,) = ipynb.read(kept["a.ipynb"]).cells
        assert copied.source == "acknowledged saved cell"
        assert [one.text for one in chatfile.read(kept["a.chat"])] == ["saved", "acknowledged"]
        assert str(text.replica.text()) == "saved text"


async def test_what_the_files_have_needs_no_copy(project: Path) -> None:
    """Where log and relay go at once, as above: keys, layout and the like are not work."""
    write_notebook(project, "print(6 * 7)")
    async with app(project) as workspace:
        notebook = await workspace.open("a.ipynb")
        chat = Conversation(await workspace.open("a.chat"), user_name(os.getuid()))
        (cell,) = schema.cells(notebook.replica)
        notebook.change(schema.insert_cell(notebook.replica, "f" * 16, 1, "markdown", "# new"))
        chat.say("hello")
        chat.react(chat.messages()[0], "+1")
        chat.edit(chat.messages()[0], "hello you")
        await notebook.run([cell])
        await until(lambda: notebook.runs.get(cell) and notebook.runs[cell].state == "done")
        for document in (notebook, chat.document):
            await document.save()
        refused: list[WorkspaceEvent] = []
        workspace.subscribe(refused.append)
        logs = notebook.log, chat.document.log
        take_all_away(project)
        await until(lambda: notebook.log != logs[0] and chat.document.log != logs[1])
        assert not [event for event in refused if isinstance(event, WorkRefused)]


def take_all_away(project: Path) -> None:
    """The log, and door and relay, which would write it anew."""
    pids = (*doors(project), *relays(project))
    for pid in pids:
        os.kill(pid, signal.SIGSTOP)
    shutil.rmtree(project / ".cocalc-tui")
    for pid in pids:
        os.kill(pid, signal.SIGKILL)


async def test_a_kernel_starts_where_the_state_was_just_taken_away(project: Path) -> None:
    write_notebook(project, "print(6 * 7)")
    async with app(project) as workspace:
        document = await workspace.open("a.ipynb")
        shutil.rmtree(project / ".cocalc-tui", ignore_errors=True)
        (cell,) = schema.cells(document.replica)
        await document.run([cell])
        await until(lambda: document.runs.get(cell) and document.runs[cell].state == "done")
        assert text(document, cell) == "42\n"


async def test_all_that_is_ours_is_taken_away_and_then_the_door_killed(project: Path) -> None:
    (project / "a.txt").write_text("text")
    async with app(project) as workspace:
        document = await workspace.open("a.txt")
        shutil.rmtree(places(project).runtime)
        shutil.rmtree(project / ".cocalc-tui", ignore_errors=True)
        for door in doors(project):
            os.kill(door, signal.SIGKILL)
        document.change([Splice(0, 0, "still ")], step=True)
        await until(lambda: document.sent and len(doors(project)) == 1)
        await until(lambda: places(project).socket.exists() and is_locked(places(project).lock))
        async with app(project) as other:
            assert str((await other.open("a.txt")).replica.text()) == "still text"
        await until(lambda: workspace.online)
        assert [(await workspace.status()).door] == doors(project)
