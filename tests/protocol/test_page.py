"""The page about the protocol says what the code does."""

from __future__ import annotations

import pytest

from cocalc_tui.protocol.codec import KNOWN
from docs import make_protocol


def test_the_page_is_up_to_date() -> None:
    make_protocol.main(["--check"])


def test_a_page_that_is_not_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(make_protocol, "PAGE", make_protocol.PAGE.with_name("sync.md"))
    with pytest.raises(SystemExit, match="out of date"):
        make_protocol.main(["--check"])


def test_every_message_is_on_the_page_with_its_sender() -> None:
    text = make_protocol.page()
    for tag in KNOWN:
        assert f"### `{tag}`\n\n*From: " in text
    assert "*From: .*" not in text
