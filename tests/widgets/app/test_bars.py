"""What the bars say, and clicks on them."""

from __future__ import annotations

from cocalc_tui.client.events import LightsChanged
from cocalc_tui.client.places import Place
from cocalc_tui.sync.patch import MAIN
from cocalc_tui.widgets.help import Reading
from cocalc_tui.widgets.phrases import Word
from tests.widgets.app.started import started


class TestBars:
    async def test_say_where_i_am(self) -> None:
        async with started() as run:
            await run.press("down", "right")
            assert run.main.report.status.text.startswith(" model.py  2:2")

    async def test_a_longer_key_that_was_begun_has_the_whole_line(self) -> None:
        async with started(size=(80, 24)) as run:
            await run.press("ctrl+t")
            assert run.main.report.status.text.startswith(" ctrl+t  r split right")
            assert run.main.report.status.text.endswith("… ")
            assert "sent" not in run.main.report.status.text
            await run.press("escape")
            assert "sent" in run.main.report.status.text

    async def test_its_two_sides_are_apart_also_where_both_just_fit(self) -> None:
        async with started(size=(80, 24)) as run:
            for length, seen in ((74, "l" * 74 + " "), (75, "l" * 73 + "… ")):
                run.main.report.status.say([Word("l" * length)], [Word("right")])
                assert run.main.report.status.text == seen + "right"

    async def test_lights(self) -> None:
        async with started() as run:
            assert run.main.report.status.text.rstrip().endswith("sent ✓  saved ✓")
            document = run.document("model.py")
            document.is_saved = False
            run.main.show_now()
            assert "sent ✓  saving…" in run.main.report.status.text
            assert "model.py ●" in run.main.report.top.text
            document.is_sent = False
            run.main.show_now()
            assert "sending…" in run.main.report.status.text

    async def test_being_cut_off_is_said(self) -> None:
        async with started() as run:
            run.project.lose()
            await run.settle()
            assert "! not synced since 14 Nov" in run.main.report.top.text
            run.document("model.py").is_saved = False
            run.main.show_now()
            assert "! not saved" in run.main.report.status.text

    async def test_a_relay_that_somebody_ended_can_be_started(self) -> None:
        async with started() as run:
            run.project.lose("bob ended the relay of lab", stopped=True)
            await run.settle()
            assert "bob ended the relay of lab" in run.said[-1]
            await run.press("ctrl+p", *"start", "space", *"relay", "enter")
            await run.settle()
            assert run.project.online
            assert "not synced" not in run.main.report.top.text

    async def test_the_tab_i_am_in_is_seen_and_clicked_however_many_there_are(self) -> None:
        async with started(size=(50, 12)) as run:
            names = [f"chapter-{n}.md" for n in range(6)]
            for name in names:
                run.project.contents[name] = "x"
                run.main.visit(name)
                await run.settle()
                top = run.main.report.top
                assert f" {name} " in top.text
                act = next(
                    act for act, at, _ in top.places() if top.text[at.x :].startswith(f" {name}")
                )
                assert act == f"tab {names.index(name) + 1}"
            assert top.text.startswith(" …")

    async def test_people_by_letters(self) -> None:
        async with started() as run:
            run.project.join("bob", "model.py")
            run.project.join("bob")
            run.project.join("cyd")
            await run.settle()
            assert "BO(2) CY AD" in run.main.report.top.text
            rows = [run.main.people.render_line(y).text for y in range(3)]
            assert rows[0].split() == ["AD", "ada", "you"]
            assert rows[1].split() == ["BO", "bob", "model.py"]
            assert rows[2].split() == ["CY", "cyd", "editor"]
            tree = [run.main.files.render_line(y).text for y in range(6)]
            assert any(row.split() == ["model.py", "BO"] for row in tree)

    async def test_trouble_is_said_once_and_stays_in_sight(self) -> None:
        async with started() as run:
            document = run.document("model.py")
            document.hearing.trouble = "the disk is full"
            for _ in range(2):
                run.main.heard(document, LightsChanged())
            run.main.show_now()
            assert run.said == ["model.py: the disk is full"]
            assert "! the disk is full" in run.main.report.status.text
            document.hearing.trouble = ""
            run.main.heard(document, LightsChanged())
            assert run.said[1:] == ["model.py: all is well again"]
            assert not run.main.troubles  # or a document that is closed would never be let go

    async def test_the_footer_shows_few_keys_that_work_here(self) -> None:
        async with started() as run:
            words = run.main.report.footer.text.split("  ")
            assert "ctrl+f Find" in run.main.report.footer.text
            assert len([word for word in words if word.strip()]) <= 7
            await run.press("ctrl+t")
            assert "r split right" in run.main.report.footer.text
            await run.press("escape")
            assert "ctrl+f Find" in run.main.report.footer.text

    async def test_a_key_of_the_footer_is_clicked(self) -> None:
        async with started() as run:
            x = run.main.report.footer.text.index("F1")
            await run.pilot.click("#footer", offset=(x, 0))
            await run.settle()
            assert isinstance(run.app.screen, Reading)

    async def test_a_tab_is_clicked(self) -> None:
        async with started(["README.md", "model.py"]) as run:
            x = run.main.report.top.text.index("README.md")
            await run.pilot.click("#top", offset=(x + 2, 0))
            await run.settle()
            assert run.here == "README.md"

    async def test_a_person_is_clicked(self) -> None:
        async with started(["README.md", "model.py"]) as run:
            run.project.join("bob", "README.md", at=Place(MAIN, 2))
            await run.settle()
            await run.pilot.click("#top", offset=(run.main.report.top.text.index("BO"), 0))
            await run.settle()
            assert run.here == "README.md"
