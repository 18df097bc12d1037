"""`run` and `cat`: notebooks without a screen, on real kernels."""

from __future__ import annotations

import json
import os
import pty
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from cocalc_tui.server.daemon import mind_signals
from tests.e2e.private import private_lab
from tests.e2e.test_bad_input import PROGRAM, one_line, run
from tests.unix_users import needs_root, unix_users
from tests.widgets.hostile import PAYLOADS
from tests.widgets.outputs.samples import plot

pytestmark = pytest.mark.xdist_group("headless")


@pytest.fixture(scope="module")
def project() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="ct-", ignore_cleanup_errors=True) as folder:
        path = Path(folder) / "lab"
        path.mkdir()
        yield path
        run("stop", "--all", "--project", str(path))


def notebook(path: Path, *codes: str, **outputs: list[Any]) -> Path:
    cells: list[dict[str, Any]] = [
        {
            "cell_type": "markdown" if code.startswith("#") else "code",
            "id": f"c{n}",
            "metadata": {},
            "source": code,
            **({} if code.startswith("#") else {"execution_count": None, "outputs": []}),
        }
        for n, code in enumerate(codes)
    ]
    for name, made in outputs.items():
        cells[int(name[1:])]["outputs"] = made
    whole = {"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    path.write_text(json.dumps(whole))
    return path


def status(project: Path) -> str:
    return run("status", "--json", "--project", str(project)).stdout


def texts(path: Path) -> list[str]:
    """What each code cell of a file printed."""
    cells = json.loads(path.read_text())["cells"]
    return [
        "".join("".join(output.get("text", "")) for output in cell["outputs"])
        for cell in cells
        if cell["cell_type"] == "code"
    ]


def test_a_notebook_runs_on_the_shared_kernel_and_is_saved(project: Path) -> None:
    path = notebook(project / "a.ipynb", "# Title", "x = 41", "print(x + 1)", "")
    done = run("run", str(path))
    assert (done.returncode, done.stdout) == (0, "")
    assert [line.split()[0] for line in done.stderr.splitlines()] == ["1/2", "2/2"]
    assert texts(path) == ["", "42\n", ""]
    again = run("run", str(notebook(project / "a.ipynb", "print(x)")), "--output", "-")
    assert "41" in again.stdout
    assert texts(path) == ["41\n"]


def test_a_fresh_kernel_knows_nothing_and_leaves_the_shared_one_alone(project: Path) -> None:
    path = notebook(project / "b.ipynb", "try:\n    y += 1\nexcept NameError:\n    y = 0\nprint(y)")
    for shown, fresh in (("0\n", False), ("0\n", True), ("1\n", False)):
        done = run("run", str(path), *(["--fresh"] if fresh else []))
        assert done.returncode == 0, done.stderr
        assert texts(path) == [shown]
    before = [kernel["path"] for kernel in json.loads(status(project))["kernels"]]
    assert before.count("b.ipynb") == 1
    said = one_line(run("purge", str(path), "--yes"))
    assert said.endswith("b.ipynb: its kernel is on; end it first: `cocalc-tui stop b.ipynb`")
    done = run("stop", str(path))
    assert (done.returncode, done.stderr) == (0, "b.ipynb: its kernel is stopped\n")
    assert run("purge", str(path), "--yes").returncode == 0
    before.remove("b.ipynb")
    assert [kernel["path"] for kernel in json.loads(status(project))["kernels"]] == before


def test_a_cell_that_fails_ends_it_with_its_traceback(project: Path) -> None:
    path = notebook(project / "c.ipynb", "print(1)", "1 / 0", "print(3)")
    copy = project.parent / "copy.ipynb"
    done = run("run", str(path), "--output", str(copy))
    assert done.returncode == 1
    assert done.stderr.splitlines()[1] == "2/3  failed"
    assert "ZeroDivisionError: division by zero" in done.stderr
    assert "\x1b" not in done.stderr
    assert texts(copy) == texts(path) == ["1\n", "", ""]


def test_nobody_gives_input(project: Path) -> None:
    done = run("run", str(notebook(project / "d.ipynb", "input('who? ')")))
    assert done.returncode == 1
    assert "StdinNotImplementedError" in done.stderr


def test_time_runs_out(project: Path) -> None:
    path = notebook(project / "e.ipynb", "import time", "time")
    assert run("run", str(path)).returncode == 0
    notebook(path, "print('begun', flush=True)", "time.sleep(1000)")
    done = run("run", str(path), "--timeout", "2")
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1] == "stopped: it took longer than 2 s"
    assert texts(path)[0] == "begun\n"


def test_a_kernel_that_dies_says_why(project: Path) -> None:
    path = notebook(project / "f.ipynb", "import os, signal\nos.kill(os.getpid(), signal.SIGKILL)")
    done = run("run", str(path), "--fresh")
    assert done.returncode == 1
    assert "stopped: the kernel was killed (SIGKILL, exit code 137" in done.stderr


def test_an_interrupted_command_interrupts_its_cell(project: Path) -> None:
    path = notebook(project / "g.ipynb", "print('begun', flush=True)\nwhile True: pass")
    words = [*PROGRAM, "run", str(path)]
    with subprocess.Popen(
        words, stderr=subprocess.PIPE, text=True, preexec_fn=mind_signals
    ) as process:
        end = time.monotonic() + 60
        while '"path": "g.ipynb"' not in (said := status(project)) or "busy" not in said:
            assert time.monotonic() < end
        process.send_signal(signal.SIGINT)
        said = process.communicate(timeout=60)[1]
        assert said.splitlines()[-1] == "interrupted: what ran is stopped"
        assert process.returncode == 130
    end = time.monotonic() + 60
    while "busy" in status(project):
        assert time.monotonic() < end


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["run", "nothing.ipynb"], 2, "nothing.ipynb: no such file"),
        (["cat", "nothing.ipynb"], 2, "nothing.ipynb: no such file"),
        (["cat", "."], 2, ".: this is a folder"),
        (["run", "text.md"], 1, "text.md: this is no notebook"),
        (["cat", "broken.ipynb"], 1, "broken.ipynb: this is not a notebook"),
        (["cat", "old.ipynb"], 1, "old.ipynb: line 1 is not UTF-8 (byte 0xe9); convert it first"),
        (["run", "broken.ipynb", "--timeout", "nan"], 2, "nan: this is no number of seconds"),
        (["run", "broken.ipynb", "--output", "no/a.ipynb"], 2, "no/a.ipynb: there is no such"),
    ],
)
def test_what_cannot_be_run(project: Path, words: list[str], code: int, said: str) -> None:
    (project / "text.md").write_text("text")
    (project / "broken.ipynb").write_text("{")
    (project / "old.ipynb").write_bytes(b"caf\xe9")
    done = run(*words, cwd=project)
    assert done.returncode == code
    assert said in one_line(done)


@needs_root
@pytest.mark.needs_root
def test_who_may_run_does_so_in_a_home_that_is_closed_to_them(program: Path) -> None:
    with unix_users("ann", "ben") as (ann, ben), private_lab(ann, program) as lab:
        path = notebook(lab.project / "a.ipynb", "print(6 * 7)")
        shutil.chown(path, ann.name)
        lab.run(ann, "share", ben.name, *lab.at)
        lab.run(ben, "run", str(path))
        assert "42" in lab.run(ben, "cat", str(path))


OUTPUT = {"output_type": "stream", "name": "stdout", "text": "\x1b[31mred\x1b[0m line\n"}
TABLE = {
    "output_type": "execute_result",
    "execution_count": 3,
    "metadata": {},
    "data": {
        "text/html": "<table><tr><th>t</th><th>n</th></tr><tr><td>0.5</td><td>7</td></tr></table>"
    },
}


def test_cat_is_plain_for_a_pipe(project: Path) -> None:
    path = notebook(
        project.parent / "alone.ipynb",
        "# Title\ntext $x$",
        "for n in x:\n    n",
        c1=[OUTPUT, TABLE],
    )
    done = run("cat", str(path))
    assert done.returncode == 0
    assert done.stdout.splitlines() == [
        "      Title",
        "",
        "      text x",
        "",
        "[ ]   for n in x:",
        "          n",
        "      red line",
        "        t  n",
        "      ──────",
        "      0.5  7",
    ]
    assert not (project.parent / ".cocalc-tui").exists()


PICTURE = (
    "import base64\nfrom IPython.display import Image, display\n"
    f"display(Image(base64.b64decode('{plot(size=(320, 160))}' + ''), metadata=dict(a=1)))\n"
    f"display({{'image/png': '{'A' * 9000}', 'text/plain': 'x'}}, raw=True)"
)


def test_pictures_go_into_files_and_onto_terminals(project: Path) -> None:
    path, copy = project / "p.ipynb", project.parent / "p.ipynb"
    done = run("run", str(notebook(path, PICTURE)), "--output", str(copy))
    assert done.returncode == 0, done.stderr
    (cell,) = json.loads(copy.read_text())["cells"]
    assert [output["data"]["image/png"].strip() for output in cell["outputs"]] == [
        plot(size=(320, 160)),
        "A" * 9000,
    ]
    assert json.loads(path.read_text())["cells"][0]["outputs"] == cell["outputs"]
    shown = in_a_terminal("cat", str(path)).decode()
    assert "▌" in shown
    assert "image/png" in shown
    assert "▣ image/png  320×160" in run("cat", str(path)).stdout


def in_a_terminal(*words: str) -> bytes:
    """What a command writes to a terminal."""
    pid, descriptor = pty.fork()
    if pid == 0:
        os.environ.pop("NO_COLOR", None)
        os.environ["TERM"] = "xterm-256color"
        os.execv(sys.executable, [*PROGRAM, *words])
    written = b""
    try:
        while part := os.read(descriptor, 65536):
            written += part
    except OSError:
        pass
    os.waitpid(pid, 0)
    os.close(descriptor)
    return written


def test_cat_is_coloured_on_a_terminal_and_nothing_in_it_acts(project: Path) -> None:
    hostile = {**OUTPUT, "text": "\n".join(PAYLOADS)}
    path = notebook(
        project.parent / "hostile.ipynb",
        "# " + " ".join(PAYLOADS).replace("\n", " "),
        *(f"print({payload!r})" for payload in PAYLOADS[:5]),
        "\n".join(PAYLOADS),
        c1=[hostile, OUTPUT],
    )
    written = in_a_terminal("cat", str(path))
    assert b"\x1b[31mred" in written
    sequences = re.findall(rb"\x1b(?:\[[0-9;]*m|.)?", written)
    assert all(sequence.endswith(b"m") for sequence in sequences), set(sequences)
    text = re.sub(r"\x1b\[[0-9;]*m", "", written.decode())
    assert all(character.isprintable() for character in text.replace("\r\n", ""))
