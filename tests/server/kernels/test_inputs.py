"""Cells that wait for input, on real kernels."""

from __future__ import annotations

from pathlib import Path

import pytest

from cocalc_tui.server.kernels.inputs import DOTS
from cocalc_tui.server.kernels.runner import KernelError
from tests.server.kernels.running import (
    Running,
    notebook,
)


async def test_input_is_answered_by_anybody(project: Path) -> None:
    code = "a = input('who? ')\nb = input('and? ')\nprint('hello', a, b)"
    async with Running(project, notebook(code)) as running:
        await running.run("c0")
        await running.until(lambda: running.heard.app.asking.prompt == "who? ")
        asking = running.heard.app.asking
        assert (asking.cell, asking.run) == ("c0", running.heard.runs["c0"].run)
        assert not asking.password
        await running.runner.answer("doc1", asking.run, "al")
        await running.until(lambda: running.heard.app.asking.prompt == "and? ")
        await running.runner.answer("doc1", asking.run, "")
        await running.over("c0")
        assert running.text("c0") == "who? al\nand? \nhello al \n"
        await running.until(lambda: running.heard.app.asking.run == "")
        with pytest.raises(KernelError, match="does not wait for input any more"):
            await running.runner.answer("doc1", asking.run, "again")


async def test_a_question_outlives_the_relay(project: Path) -> None:
    document = notebook("print('said', input('who? '))")
    async with Running(project, document) as running:
        await running.run("c0")
        await running.until(lambda: running.heard.app.asking.run)
        await running.abandon()
    async with Running(project, document) as running:
        await running.until(lambda: running.heard.app.asking.prompt == "who? ")
        await running.runner.answer("doc1", running.heard.app.asking.run, "bo")
        await running.over("c0")
        assert running.text("c0") == "who? bo\nsaid bo\n"


async def test_what_was_asked_is_over_with_an_interrupt(project: Path) -> None:
    async with Running(project, notebook("input('who? ')")) as running:
        await running.run("c0")
        await running.until(lambda: running.heard.app.asking.run)
        await running.runner.interrupt("doc1", "al")
        await running.over("c0")
        await running.until(lambda: running.heard.app.asking.run == "")


async def test_a_password_is_written_nowhere(project: Path) -> None:
    code = "import getpass\nn = len(getpass.getpass('key: '))\nprint(n)"
    async with Running(project, notebook(code)) as running:
        await running.run("c0")
        await running.until(lambda: running.heard.app.asking.run)
        asking = running.heard.app.asking
        assert asking.password
        await running.runner.answer("doc1", asking.run, "correct horse battery")
        await running.over("c0")
        assert running.text("c0") == f"key: {DOTS}\n21\n"
        kept = [path for path in running.where.state.rglob("*") if path.is_file()]
        assert any(path.suffix == ".spool" for path in kept)
        assert all(b"correct horse" not in path.read_bytes() for path in kept)
        assert "correct horse" not in repr(running.heard.all)
