from __future__ import annotations

from cocalc_tui.server.keeper.queueing import QUIET, Queue, Run


def run(name: str, user: str = "al", cell: str = "") -> Run:
    return Run(cell or f"cell-{name}", name, user, 1, code="secret")


def states(queue: Queue) -> dict[str, str]:
    return {str(row["run"]): str(row["state"]) for row in queue.rows()}


def finish(queue: Queue, name: str, status: str = "ok") -> None:
    queue.replied(name, status)
    queue.idle(name)
    assert queue.finish_if_over(9, 0.0) is not None


def test_one_after_the_other() -> None:
    queue = Queue()
    queue.add([run("a"), run("b")])
    assert queue.start_next(5, 0.0) is not None
    assert queue.start_next(5, 0.0) is None
    assert states(queue) == {"a": "running", "b": "queued"}
    finish(queue, "a")
    following = queue.start_next(6, 0.0)
    assert following is not None
    assert following.run == "b"
    assert states(queue) == {"a": "done", "b": "running"}


def test_code_is_told_to_nobody() -> None:
    queue = Queue()
    queue.add([run("a")])
    assert "secret" not in repr(queue.rows())
    assert "secret" not in repr(queue.changed)


def test_neither_a_reply_nor_idle_alone_ends_a_run_at_once() -> None:
    for one in ("reply", "idle"):
        queue = Queue()
        queue.add([run("a")])
        queue.start_next(5, 10.0)
        before = queue.nearly_over
        if one == "reply":
            queue.replied("a", "ok")
        else:
            queue.idle("a")
        assert (before, queue.nearly_over) == (False, True)
        queue.heard("a", 20.0)
        assert queue.finish_if_over(9, 20.0 + QUIET / 2) is None
        assert queue.finish_if_over(9, 20.0 + QUIET) is not None


def test_a_kernel_that_does_not_reply_to_an_interrupt() -> None:
    queue = Queue()
    queue.add([run("a")])
    queue.start_next(5, 0.0)
    queue.interrupted()
    queue.idle("a")
    queue.finish_if_over(9, QUIET)
    assert states(queue) == {"a": "stopped"}


def test_silence_alone_ends_nothing() -> None:
    queue = Queue()
    queue.add([run("a")])
    queue.start_next(5, 0.0)
    assert queue.finish_if_over(9, 1e9) is None


def test_an_error_stops_the_cells_of_the_same_user() -> None:
    queue = Queue()
    queue.add([run("a"), run("b"), run("c", user="bo")])
    queue.start_next(5, 0.0)
    finish(queue, "a", "error")
    assert states(queue) == {"a": "error", "b": "stopped", "c": "queued"}


def test_what_belongs_to_another_run_changes_nothing() -> None:
    queue = Queue()
    queue.add([run("a")])
    queue.start_next(5, 0.0)
    queue.changed.clear()
    queue.replied("x", "ok")
    queue.idle("x")
    queue.counted("x", 7)
    assert queue.finish_if_over(9, 100.0) is None
    assert not queue.changed


def test_a_cell_that_waits_is_queued_once() -> None:
    queue = Queue()
    queue.add([run("a"), run("b1", cell="b"), run("c")])
    queue.start_next(5, 0.0)
    queue.add([run("b2", cell="b")])
    assert [waiting.run for waiting in queue.waiting] == ["c", "b2"]
    assert states(queue) == {"a": "running", "c": "queued", "b2": "queued"}


def test_everything_stops_with_the_kernel() -> None:
    queue = Queue()
    queue.add([run("a"), run("b")])
    queue.start_next(5, 0.0)
    queue.stop_all(8, "died")
    assert states(queue) == {"a": "stopped", "b": "stopped"}
    assert {str(row["finished"]) for row in queue.rows()} == {"8"}
    assert {row["reason"] for row in queue.rows()} == {"died"}
