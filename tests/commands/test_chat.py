"""A message as a shell shows it."""

from __future__ import annotations

import json

from cocalc_tui.chat.model import Message, Reaction, Version
from cocalc_tui.commands.chat import json_line, line


def test_who_said_it_to_whom_and_who_edited_it() -> None:
    said = Message("k", "ann", 0, "one\ntwo", versions=(Version("", "ann", 0, "one"),))
    assert line(said).endswith("  ann: one\n    two")
    edited = Message("k", "ann", 0, "two", versions=(*said.versions, Version("e", "bob", 0, "two")))
    assert line(edited, to="cyd").endswith("  ann to cyd (edited by bob): two")
    assert line(edited, 1).startswith("  ")
    assert line(Message("k", "ann", 0, "I resign", claimed=True)).endswith(
        "ann (from the file): I resign"
    )


def test_reactions_stand_below() -> None:
    signs = (Reaction("r", "bob", "👍"), Reaction("s", "cyd", "🎉"))
    said = line(Message("k", "ann", 0, "done", reactions=signs))
    assert said.endswith("  ann: done\n    👍 bob  🎉 cyd")


def test_json_takes_one_line() -> None:
    written = json_line(Message("k", "ann", 5, "one\ntwo"))
    assert "\n" not in written
    assert json.loads(written)["text"] == "one\ntwo"
