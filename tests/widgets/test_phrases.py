from __future__ import annotations

import time

import msgspec
import pytest

from cocalc_tui.protocol.events import CellRun, KernelState
from cocalc_tui.protocol.messages import Welcome
from cocalc_tui.sync.patch import Splice
from cocalc_tui.widgets import phrases
from cocalc_tui.widgets.faces import Faces
from cocalc_tui.widgets.phrases import Word
from tests.widgets.pretend import PretendDocument, PretendProject


def text(words: list[Word]) -> str:
    return "".join(word.text for word in words)


def document(**state: object) -> PretendDocument:
    found = PretendDocument.offline("model.py", "text", [Splice(0, 0, "x")])
    assert isinstance(found, PretendDocument)
    for name, value in state.items():
        setattr(found, name, value)
    return found


class TestConnection:
    def test_says_each_state(self) -> None:
        project = PretendProject({})
        assert text(phrases.connection(project)) == "connecting…"
        project.start()
        assert text(phrases.connection(project)) == "0.4 ms"
        project.latency = None
        assert text(phrases.connection(project)) == "connected"
        project.lose()
        assert text(phrases.connection(project)).startswith("! not synced since 14 Nov")

    def test_a_time_of_today_has_no_day(self) -> None:
        now = time.time()
        assert phrases.clock(now) == time.strftime("%H:%M", time.localtime(now))

    def test_a_time_of_another_year_says_so(self, monkeypatch: pytest.MonkeyPatch) -> None:
        noon = (2024, 2, 6, 12, 0, 5, 0, 0, -1)
        at = int(time.mktime(noon) * 1000)
        monkeypatch.setattr(phrases, "this_year", lambda: 2024)
        assert (phrases.date(at), phrases.exactly(at)) == ("06 Feb", "Tue 06 Feb 12:00:05")
        monkeypatch.setattr(phrases, "this_year", lambda: 2025)
        assert phrases.exactly(at) == "06 Feb 2024 12:00:05"
        now = time.time()
        assert phrases.exactly(int(now * 1000)) == time.strftime("%H:%M:%S", time.localtime(now))

    @pytest.mark.parametrize(
        ("seconds", "shown"), [(0.0004, "0.4"), (0.00996, "10"), (0.012, "12"), (1.5, "1500")]
    )
    def test_latency(self, seconds: float, shown: str) -> None:
        assert phrases.milliseconds(seconds) == shown


class TestLights:
    @pytest.mark.parametrize(
        ("state", "online", "says"),
        [
            ({}, True, "sent ✓  saved ✓"),
            ({"is_saved": False}, True, "sent ✓  saving…"),
            ({"is_saved": False}, False, "sent ✓  ! not saved"),
            ({"is_saved": False, "_held_back": "no room"}, True, "sent ✓  ! not saved"),
            ({"is_sent": False}, True, "sending…"),
            ({"is_sent": False}, False, "! 0 unsent"),
            ({"readonly": "it is not yours"}, True, "view only"),
        ],
    )
    def test_say_each_state(self, state: dict[str, object], online: bool, says: str) -> None:
        assert text(phrases.lights(document(**state), online=online, wide=False)) == says

    def test_wide_says_when(self) -> None:
        saved = document()
        saved.hearing.saved_at = 1_700_000_000_000
        assert "saved ✓ 14 Nov" in text(phrases.lights(saved, online=True, wide=True))

    def test_trouble_names_the_document_once(self) -> None:
        assert phrases.trouble(document(_held_back="model.py: no room")) == "no room"
        assert phrases.trouble(document(_held_back="no room")) == "no room"

    def test_no_document_has_none(self) -> None:
        assert phrases.lights(None, online=True, wide=True) == []


class TestKernel:
    STATE = KernelState(
        name="python3", title="Python 3 (ours)", state="busy", memory=312_400_000, cpu=98.4
    )

    def run(self, cell: str, state: str) -> CellRun:
        return CellRun(cell=cell, run=cell, state=state, user="ada", asked=0)

    def test_wide_and_narrow(self) -> None:
        runs = {cell: self.run(cell, state) for cell, state in [("a", "running"), ("b", "queued")]}
        wide = text(phrases.kernel(self.STATE, runs, wide=True))
        assert wide == "Python 3 (ours) · busy · 1 queued · 312 MB · 98 %"
        assert text(phrases.kernel(self.STATE, runs, wide=False)) == "Python 3 busy +1"

    def test_none(self) -> None:
        state = KernelState(name="", title="", state="none")
        assert text(phrases.kernel(state, {}, wide=True)) == "no kernel yet"

    @pytest.mark.parametrize(
        ("count", "shown"), [(999, "999 B"), (2_400, "2 kB"), (3e6, "3 MB"), (2.5e9, "2.5 GB")]
    )
    def test_sizes(self, count: float, shown: str) -> None:
        assert phrases.size(count) == shown


def test_people_have_letters_and_me_last() -> None:
    project = PretendProject({})
    project.start()
    project.join("zed")
    project.join("bob")
    project.join("bob")
    assert text(phrases.people(project.people, "ada", Faces())) == "BO(2) ZE AD "


def test_titles_tell_apart_what_would_look_the_same() -> None:
    assert phrases.titles(["a/x.py", "b/x.py", "c/y.py"]) == ["a/x.py", "b/x.py", "y.py"]
    assert phrases.titles(["a/x.py", "a/x.py"]) == ["x.py", "x.py"]


def test_tabs_mark_what_is_not_saved() -> None:
    words = phrases.tabs(["a", "b"], 1, [True, False], current=True, ground="background")
    assert text(words) == " a ●  b "
    assert [word.act for word in words] == ["tab 0", "tab 1"]


def test_a_guest_is_told_where_they_are() -> None:
    me = Welcome(
        version=1, release="0", connection="c", user="bob", role="viewer", host="ada",
        project="lab", now=0,
    )  # fmt: skip
    assert phrases.guest(me, ["bob", "ada"]) == [
        "lab, shared by ada",
        "You look, and change nothing.",
        "Here: ada",
    ]
    runner = msgspec.structs.replace(me, role="runner")
    assert phrases.guest(runner, ["bob"])[1:] == [
        "You edit, and what you run runs as ada.",
        "Here: nobody else",
    ]
    assert phrases.guest(msgspec.structs.replace(me, role="owner"), []) == []
    assert phrases.guest(None, []) == []
