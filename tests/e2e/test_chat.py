"""A chat in real terminals: two real Unix users, a mention, and one message changed at once."""

from __future__ import annotations

import json
import os
import signal
import subprocess
from pathlib import Path

import pytest

from tests.e2e.private import private_lab
from tests.e2e.tmux import needs_tmux
from tests.unix_users import needs_root, unix_users

pytestmark = [
    needs_root,
    needs_tmux,
    pytest.mark.needs_root,
    pytest.mark.needs_tmux,
    pytest.mark.timeout(200),
    pytest.mark.xdist_group("e2e"),
]


def whole(folder: Path) -> list[Path]:
    """The files that are written; the others have an ending until they are."""
    return [file for file in folder.glob("*") if not file.suffix]


def test_a_mention_a_reply_and_an_edit_while_the_other_deletes_offline(program: Path) -> None:
    files = {"notes.md": "first line\nsecond line\n", "model.py": "rms = 1\n"}
    with unix_users("ann", "ben") as (ann, ben), private_lab(ann, program, files) as lab:
        lab.run(ann, "share", ben.name, "--role", "editor", *lab.at)
        hers, his = lab.sits_down(ann, "notes.md"), lab.sits_down(ben, "model.py")
        hers.wait("second line")
        his.wait("rms = 1")

        # Ann says something to Ben, who is elsewhere: a notice, and the count in the top line.
        hers.keys("F8")
        hers.wait("Nothing was said here yet")
        hers.type("@be")
        hers.wait(f"tab: {ben.name}")
        hers.keys("Tab")
        hers.type("see [:2]")
        hers.keys("Enter")
        his.wait(f"{ann.name} mentions you beside notes.md")
        his.wait("@1 ")

        # He goes to it: it is new to him until he was there, and nothing is unread then.
        his.keys("C-t", "u")
        his.wait("1 unread, 1 for you")
        his.keys("Enter")
        his.wait(r"new ─+\n.*ann-")
        his.wait(lambda screen: "@1 " not in screen)

        # She reads elsewhere while he replies in the thread: unread for her, and none when back.
        hers.keys("F8")
        hers.wait(lambda screen: "Chat · notes.md" not in screen)
        his.keys("Escape")
        his.wait(" messages ")
        his.keys("r")
        his.wait(f"reply to {ann.name}")
        his.type("I think so")
        his.keys("Enter")
        hers.wait("1 unread")
        hers.keys("F8")
        hers.wait(r"\n.*  ben-.*\n.*  I think so")
        hers.wait(lambda screen: "unread" not in screen)

        # Nobody hears the other: she edits her message while he deletes it, and the relay dies.
        relay = json.loads(lab.run(ann, "status", "--json", *lab.at))["pid"]
        os.kill(relay, signal.SIGSTOP)
        hers.keys("Escape")
        hers.wait(" messages ")
        hers.keys("g", "e")
        hers.wait("enter saves, esc leaves")
        hers.type(" please")
        hers.keys("Enter")
        hers.wait(r" edited\b.*\n.*please")
        his.keys("Escape")
        his.wait(" messages ")
        his.keys("g", "d", "d")
        his.wait("Delete what ann-")
        his.keys("y")
        his.wait(lambda screen: "see [:2]" not in screen)
        os.kill(relay, signal.SIGKILL)
        for here in (hers, his):
            here.wait(r" edited\b")
            here.wait(r"see \[:2\] please")
            here.wait("I think so")
            here.wait(lambda screen: "unread" not in screen and "@1" not in screen)
        both = [
            json.loads(lab.run(who, "chat", f"{lab.project}/notes.md", "--json"))
            for who in (ann, ben)
        ]
        assert both[0] == both[1]
        first, second = both[0]
        assert first["text"] == f"@{ben.name} see [:2] please"
        assert [one["text"] for one in first["versions"]] == [
            f"@{ben.name} see [:2]",
            f"@{ben.name} see [:2] please",
        ]
        assert (second["text"], second["thread"]) == ("I think so", first["key"])

        # He sees that she has read his; what he began to write survives a kill of his app.
        his.wait(r" ben-.* ✓ [A-Z0-9]{2}\n")
        his.keys("Escape")
        his.wait(" write ")
        his.type("not yet said")
        drafts = ben.home / ".local/state/cocalc-tui/drafts"
        his.wait(lambda _: any("not yet said" in one.read_text() for one in whole(drafts)))
        subprocess.run(["pkill", "-KILL", "-u", ben.name], check=True)
        his = lab.sits_down(ben, "notes.md")
        his.wait("second line")
        his.wait(r"saved ✓")
        his.wait(lambda screen: "Chat" in screen and "opening" not in screen)
        his.keys("F8")
        his.wait("not yet said")

        # The place in it opens beside the chat, and the chat is written as markdown.
        hers.keys("Escape")
        hers.wait(" messages ")
        hers.keys("g", "Enter")
        hers.wait(r"\n 2:1 ")
        hers.keys("C-p")
        hers.type("chat as mark")
        hers.wait("Chat as markdown")
        hers.keys("Enter")
        hers.wait("Save in the project as")
        hers.keys("Enter")
        hers.wait("Saved as notes.md-chat.md")
        assert "> I think so" in (lab.project / "notes.md-chat.md").read_text()
