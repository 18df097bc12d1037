from __future__ import annotations

from datetime import UTC, datetime

import pytest

from cocalc_tui.history.when import moment, version_number

NOW = datetime(2026, 11, 25, 12, 30, tzinfo=UTC)
"""A Wednesday."""


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("12:15", "2026-11-25 12:15:00"),
        ("14:02", "2026-11-24 14:02:00"),
        ("today 09:00", "2026-11-25 09:00:00"),
        ("yesterday 14:00", "2026-11-24 14:00:00"),
        ("Now", NOW.strftime("%Y-%m-%d %H:%M:%S")),
        ("Yesterday", "2026-11-24 23:59:59"),
        ("monday 8:05:30", "2026-11-23 08:05:30"),
        ("wednesday 8:00", "2026-11-18 08:00:00"),
        ("2 h ago", "2026-11-25 10:30:00"),
        ("90 minutes ago", "2026-11-25 11:00:00"),
        ("3 days ago", "2026-11-22 12:30:00"),
        ("2026-11-01 10:00", "2026-11-01 10:00:00"),
        ("2026-11-01T10:00:00Z", "2026-11-01 10:00:00"),
        ("2026-11-01", "2026-11-01 00:00:00"),
        ("23 Nov 09:05", "2026-11-23 09:05:00"),
        ("Mon 23 Nov 09:05:06", "2026-11-23 09:05:06"),
        ("26 nov", "2025-11-26 23:59:59"),
        ("1 January 2025 8:00", "2025-01-01 08:00:00"),
    ],
)
def test_times_as_people_write_them(text: str, wanted: str) -> None:
    found = moment(text, NOW)
    assert found is not None
    assert found.strftime("%Y-%m-%d %H:%M:%S") == wanted


@pytest.mark.parametrize(
    "text", ["", "now and then", "25:00", "12:61", "yesterday noon", "1:2", "31 feb"]
)
def test_what_is_no_time(text: str) -> None:
    assert moment(text, NOW) is None


def test_versions_as_they_stand_on_the_screen() -> None:
    said = {"12": 12, " 1,284 ": 1284, "1,28": None, "v1": None, "-1": None, "": None}
    assert {text: version_number(text) for text in said} == said
