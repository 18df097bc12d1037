from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest
from textual.worker import WorkerFailed

from cocalc_tui import cli, logs
from cocalc_tui.app import CocalcApp
from tests.widgets.pretend import PretendProject


@pytest.fixture(autouse=True)
def state(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    return tmp_path


@pytest.fixture
def root_logger() -> Iterator[logging.Logger]:
    root = logging.getLogger()
    before, level = root.handlers[:], root.level
    yield root
    for handler in [one for one in root.handlers if one not in before]:
        root.removeHandler(handler)
        handler.close()
    root.setLevel(level)


def test_what_is_logged_goes_to_the_file(state: Path, root_logger: logging.Logger) -> None:
    logs.start("warning")
    logging.getLogger("x").warning("something odd")
    logging.getLogger("x").info("too little")
    text = logs.log_file().read_text()
    assert "something odd" in text
    assert "too little" not in text
    assert logs.log_file().is_relative_to(state)


def test_where_nothing_can_be_written_nothing_is_said(
    state: Path, root_logger: logging.Logger
) -> None:
    (state / "cocalc-tui").write_text("not a folder")
    logs.start("warning")
    logging.getLogger("x").warning("lost")
    assert "this should not have happened" in logs.unexpected(ValueError("boom"))


def test_a_fault_of_a_command_is_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken(_: object) -> None:
        raise ValueError("boom\x1b]0;owned\x07\nmore")

    monkeypatch.setattr("cocalc_tui.commands.config.template", broken)
    monkeypatch.setattr("cocalc_tui.commands.config.run_path", broken)
    assert cli.main(["config", "path"]) == 1
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert "\x1b" not in said
    assert "ValueError" in said
    assert "Traceback" in logs.log_file().read_text()


async def test_a_fault_of_the_app_ends_in_one_line() -> None:
    app = CocalcApp(PretendProject({}), "lab")
    with pytest.raises(ValueError, match="boom"):
        async with app.run_test():
            app.call_later(broken_handler)
    (last,) = app.last_words
    assert "ValueError: boom" in last
    assert "\x1b" not in last
    assert "broken_handler" not in last
    assert "broken_handler" in logs.log_file().read_text()


async def test_a_fault_of_an_action_is_logged_with_where_it_was() -> None:
    app = CocalcApp(PretendProject({}), "lab")
    with pytest.raises(WorkerFailed, match="boom"):
        async with app.run_test():
            app.run_worker(broken_worker())
    (last,) = app.last_words
    assert "ValueError: boom" in last
    assert "broken_worker" in logs.log_file().read_text()


async def broken_worker() -> None:
    raise ValueError("boom")


def broken_handler() -> None:
    raise ValueError("boom \x1b[31m")


def test_what_is_no_utf_8_is_logged_all_the_same() -> None:
    handler = logs._handler()
    handler.handle(logging.LogRecord("x", logging.WARNING, "", 0, "a lone \udc80", None, None))
    handler.close()
    assert "a lone \\udc80" in logs.log_file().read_text()
