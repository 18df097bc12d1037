"""A Python kernel opens no port, and what its forked children print still arrives."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from cocalc_tui.server.keeper.kernel import listens_on_tcp
from tests.server.keeper.talking import Talking

FORK = """
import os, sys
for n in range(3):
    child = os.fork()
    if child == 0:
        print("from a child", n, flush=True)
        sys.stdout.flush()
        os._exit(0)
    os.waitpid(child, 0)
print("from the parent")
"""


@pytest.fixture
def kept(project: Path) -> Iterator[Talking]:
    talking = Talking(project)
    with talking:
        yield talking
        talking.ask("end")
        talking.dead()


def test_no_port_is_open_once_it_is_ready(kept: Talking) -> None:
    pid = kept.started()["pid"]
    assert not listens_on_tcp(pid)
    sockets = [path.name for path in kept.sockets.iterdir() if path.is_socket()]
    assert any(name.endswith("-forked") for name in sockets)


def test_children_print_where_the_cell_does(kept: Talking) -> None:
    kept.started()
    (run,) = kept.execute(FORK)
    assert kept.finished(run)["state"] == "done"
    kept.until(lambda: kept.text(run).count("from a child") == 3)
    assert "from the parent\n" in kept.text(run)
    (names,) = kept.execute("print([name for name in dir() if not name.startswith('_')])")
    kept.finished(names)
    kept.until(lambda: kept.text(names))
    assert "prepare" not in kept.text(names)
    assert "thread" not in kept.text(names)
    assert kept.row(run)["count"] == 1
