"""Doors and relays that are killed, stopped and moved: who is there and what runs go on."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import socket
import time
from itertools import chain
from pathlib import Path

from cocalc_tui.client.terminals import Terminal
from cocalc_tui.joining import join
from cocalc_tui.notebook import schema
from cocalc_tui.server.daemon import is_locked
from cocalc_tui.server.paths import places
from cocalc_tui.server.start import running_relay
from cocalc_tui.sync.patch import Splice
from tests.server.processes.living import TICKS, app, saved_text, text, ticks, until, write_notebook
from tests.server.processes.look import alive, processes
from tests.server.processes.racing import doors, relays


async def test_status_names_the_processes(project: Path) -> None:
    async with app(project) as workspace:
        status = await workspace.status()
        assert [status.door] == doors(project)
        assert [status.pid] == relays(project)


async def test_stop_ends_door_and_relay_and_keeps_the_kernel(project: Path) -> None:
    write_notebook(project, "x = 41", "x += 1\nprint(x)")
    async with app(project) as workspace:
        document = await workspace.open("a.ipynb")
        first, second = schema.cells(document.replica)
        await document.run([first])
        await until(lambda: document.runs.get(first) and document.runs[first].state == "done")
        (kernel,) = (await workspace.status()).kernels
        await workspace.stop()
        await until(lambda: not doors(project) and not relays(project))
    assert alive(kernel.pid)
    async with app(project) as workspace:
        document = await workspace.open("a.ipynb")
        await document.run([second])
        await until(lambda: text(document, second) == "42\n")
        assert (await workspace.status()).kernels[0].pid == kernel.pid
        await workspace.stop(everything=True)
        await until(lambda: not doors(project))
    assert not alive(kernel.pid)
    assert not alive(kernel.keeper)
    assert not processes(str(project))


async def test_who_was_there_when_it_was_stopped_comes_back_with_whoever_starts_it(
    project: Path,
) -> None:
    """They start none themselves, or nobody could ever end a relay."""
    (project / "a.txt").write_text("text")
    workspace = join([project]).workspace(start=True)
    workspace.start()
    await workspace.ready()
    document = await workspace.open("a.txt")
    await workspace.stop()
    await until(lambda: not workspace.online and not doors(project))
    document.change([Splice(0, 0, "more ")])
    await asyncio.sleep(1.5)  # so that they look more than once
    assert not doors(project)
    async with app(project) as other:
        theirs = await other.open("a.txt")
        await until(lambda: workspace.online and str(theirs.replica.text()) == "more text")
        await other.stop()
        await until(lambda: not workspace.online and not doors(project))
    workspace.start_again()
    await until(lambda: workspace.online)
    await workspace.close()


async def test_a_killed_door_is_replaced_though_only_a_guest_is_there(project: Path) -> None:
    """The relay sees to that: who is no host could start neither."""
    guest = join([project]).workspace(start=False)
    async with app(project):
        guest.start()
        await guest.ready()
    (relay,) = relays(project)
    killed: list[int] = []

    async def kill_door() -> None:
        killed.extend(doors(project))
        os.kill(killed[-1], signal.SIGKILL)
        await until(lambda: doors(project) and not set(doors(project)) & set(killed))

    for _ in range(2):
        await kill_door()
        while [(await guest.status()).door] != doors(project):
            await asyncio.sleep(0.01)
        assert guest.online
        assert relays(project) == [relay]
        assert is_locked(places(project).lock)
    os.kill(relay, signal.SIGKILL)
    await until(lambda: not guest.online)
    await until(lambda: guest.online)
    assert len(doors(project)) == len(relays(project)) == 1
    await kill_door()
    await guest.stop()
    await until(lambda: not doors(project) and not is_locked(places(project).lock))
    await guest.close()


async def test_what_runs_brings_door_and_relay_back_and_is_found_again(project: Path) -> None:
    """Only a guest is there, who could start neither, and the state was taken away."""
    write_notebook(project, "x = 41", "x += 1\nprint(x)")
    guest = join([project]).workspace(start=False)
    async with app(project):
        guest.start()
        await guest.ready()
    document = await guest.open("a.ipynb")
    first, second = schema.cells(document.replica)
    await document.run([first])
    await until(lambda: document.runs.get(first) and document.runs[first].state == "done")
    terminal = await guest.open("t.term")
    await Terminal(guest.requests, terminal.doc).open()

    async def running() -> tuple[int, ...]:
        status = await guest.status()
        kernels = [(one.pid, one.keeper) for one in status.kernels]
        return tuple(chain(*kernels, *((one.pid, one.keeper) for one in status.terminals)))

    before = await running()
    assert len(before) == 4
    where = places(project)
    await guest.sharing.give("nobody", "viewer")
    shutil.rmtree(where.state, ignore_errors=True)
    await until(lambda: len([*where.keepers.glob("*/about.json")]) == 1)
    await until(lambda: len([*where.terminals.glob("*/about.json")]) == 1)
    await until(lambda: is_locked(where.lock) and where.guests.exists())
    for pid in (*doors(project), *relays(project)):
        os.kill(pid, signal.SIGKILL)
    await until(lambda: not guest.online)
    await until(lambda: guest.online)
    # Of two keepers' doors one gets the lock; the other takes a moment to find that out.
    await until(lambda: len(doors(project)) == len(relays(project)) == 1)
    assert await running() == before

    to = project.with_name("elsewhere")
    await asyncio.to_thread(project.rename, to)
    await until(lambda: guest.online and len(relays(to)) == 1)
    await document.run([second])
    await until(lambda: text(document, second) == "42\n")
    assert await running() == before
    await guest.stop(everything=True)
    await until(lambda: not processes(str(to)))
    assert not any(map(alive, before))
    await guest.close()


async def test_a_project_that_is_moved_is_followed(project: Path) -> None:
    """Under the hands of two who type, one of whom could not start a relay."""
    (project / "a.txt").write_text("")
    to = project.with_name("elsewhere")
    host, guest = join([project]), join([project])
    ann = host.workspace(start=True)
    ann.start()
    await ann.ready()
    await until(lambda: running_relay(project))
    ben = guest.workspace(start=False)
    ben.start()
    await ben.ready()
    one, two = await ann.open("a.txt"), await ben.open("a.txt")
    words = 0

    async def type_on(seconds: float) -> None:
        nonlocal words
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            for document in (one, two):
                document.change([Splice(0, 0, f"<{words}> ")])
                words += 1
            await asyncio.sleep(0.01)

    await type_on(0.3)
    await asyncio.to_thread(project.rename, to)
    await type_on(1.0)
    await until(lambda: host.root == guest.root == to)
    await until(lambda: ann.online and ben.online)
    await type_on(0.1)
    await until(lambda: one.saved and two.saved)
    saved = await asyncio.to_thread((to / "a.txt").read_text)
    assert sorted(saved.split()) == sorted(f"<{n}>" for n in range(words))
    assert saved == str(one.replica.text()) == str(two.replica.text())
    assert project.name not in await asyncio.to_thread(os.listdir, to.parent)
    await ann.stop()
    await asyncio.gather(ann.close(), ben.close())
    await until(lambda: not doors(to))


async def test_the_relay_is_killed_in_mid_run(project: Path) -> None:
    """The keeper and the kernel go on; no output is lost, none is there twice."""
    write_notebook(project, TICKS.format(60, 0.05), "print('behind')")
    async with app(project) as workspace:
        document = await workspace.open("a.ipynb")
        first, second = schema.cells(document.replica)
        await document.run([first, second])

        def done() -> bool:
            run = document.runs.get(second)
            return run is not None and run.state == "done"

        for _ in range(3):
            await until(lambda: done() or len(str(document.output(first))) > 60)
            if done():
                break  # a machine so busy that it ended before
            (kernel,) = (await workspace.status()).kernels
            (relay,) = relays(project)
            os.kill(relay, signal.SIGKILL)
            await until(lambda: not workspace.online)
            await until(lambda: workspace.online and (done() or document.output(first)))
            assert alive(kernel.pid)
            (same,) = (await workspace.status()).kernels
            assert (same.pid, same.keeper) == (kernel.pid, kernel.keeper)
        await until(lambda: text(document, second) == "behind\n")
        assert text(document, first) == ticks(60)
        assert [schema.execution_count(document.replica, c) for c in (first, second)] == [1, 2]
        await until(lambda: document.saved)
    assert saved_text(project) == ticks(60)


async def test_output_arrives_although_nobody_is_there(project: Path) -> None:
    write_notebook(project, TICKS.format(20, 0.05))
    async with app(project) as workspace:
        document = await workspace.open("a.ipynb")
        (cell,) = schema.cells(document.replica)
        await document.run([cell])
        await until(lambda: document.output(cell))
    await until(lambda: saved_text(project) == ticks(20))


async def test_nothing_is_left_when_everybody_left_and_nothing_runs(project: Path) -> None:
    async with app(project) as workspace:
        await workspace.files.entries()
    await until(lambda: not doors(project) and not relays(project))
    assert not places(project).socket.exists()
    # A process that ends has no name any more before it lets go of its files.
    await until(lambda: not is_locked(places(project).lock))


async def test_an_app_hears_why_its_kernel_died(project: Path) -> None:
    write_notebook(project, "import os; os.kill(os.getpid(), 9)")
    async with app(project) as workspace, app(project) as other:
        document = await workspace.open("a.ipynb")
        theirs = await other.open("a.ipynb")
        await document.run(schema.cells(document.replica))
        await until(lambda: theirs.kernel.state == "dead")
        assert theirs.kernel.reason.startswith("the kernel was killed (SIGKILL, exit code 137")
        await until(lambda: document.kernel.reason == theirs.kernel.reason)


async def test_what_a_probe_leaves_is_no_trouble(project: Path) -> None:
    async with app(project):
        for _ in range(50):
            with socket.socket(socket.AF_UNIX) as probe:
                probe.connect(str(places(project).socket))
        assert len(relays(project)) == 1
    log = places(project).state / "relay.log"
    assert not log.exists() or "Traceback" not in log.read_text()
