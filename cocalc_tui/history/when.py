"""Times and versions as people write them, and as we do: copied from the screen they are read.

`now`, `14:02`, `yesterday 14:00`, `2 h ago`, `2026-11-25 14:02`, `Wed 25 Nov 14:02`; `1,284`.
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta

_AGO = re.compile(r"(\d{1,6})\s*(s|m|min|h|d|w)[a-z]*\s+ago")
_CLOCK = re.compile(r"(\d{1,2}):(\d{2})(?::(\d{2}))?")
_SECONDS = {"s": 1, "m": 60, "min": 60, "h": 3600, "d": 86_400, "w": 604_800}
_MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
_DATE = re.compile(
    rf"(?:[a-z]{{3}} )?(\d{{1,2}}) ({'|'.join(_MONTHS)})[a-z]*(?: (\d{{4}}))?(?: (.+))?"
)
_VERSION = re.compile(r"\d+|\d{1,3}(?:,\d{3})+", re.ASCII)
_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def version_number(text: str) -> int | None:
    """The version that is meant; None for what is none."""
    said = text.strip()
    return int(said.replace(",", "")) if _VERSION.fullmatch(said) else None


def moment(text: str, now: datetime) -> datetime | None:
    """The time that is meant, in the zone of `now`; None for what is no time.

    A clock time alone is the last one: `14:00` said at noon was yesterday.
    """
    said = " ".join(text.lower().split())
    if said == "now":
        return now
    if ago := _AGO.fullmatch(said):
        return now - timedelta(seconds=int(ago[1]) * _SECONDS[ago[2]])
    try:
        found = datetime.fromisoformat(text.strip().replace("z", "+00:00"))
    except ValueError:
        date = _DATE.fullmatch(said)
        return _on_a_day(said, now) if date is None else _on_a_date(date, now)
    return found if found.tzinfo else found.replace(tzinfo=now.tzinfo)


def _on_a_date(date: re.Match[str], now: datetime) -> datetime | None:
    """A day of a month; of the last such month, where no year is named."""
    day, month = int(date[1]), _MONTHS.index(date[2]) + 1
    later = (month, day) > (now.month, now.day)
    try:
        base = now.replace(year=int(date[3] or now.year - later), month=month, day=day)
    except ValueError:
        return None
    return _clock(date[4] or "23:59:59", base)


def _on_a_day(said: str, now: datetime) -> datetime | None:
    day, _, rest = said.partition(" ")
    if day in {"today", "yesterday"}:
        base = now - timedelta(days=int(day == "yesterday"))
    elif day in _DAYS:
        base = now - timedelta(days=(now.weekday() - _DAYS.index(day)) % 7 or 7)
    else:
        found = _clock(said, now)
        return found - timedelta(days=1) if found is not None and found > now else found
    if not rest:
        return base.replace(hour=23, minute=59, second=59) if day != "today" else now
    return _clock(rest, base)


def _clock(text: str, day: datetime) -> datetime | None:
    found = _CLOCK.fullmatch(text)
    if found is None or int(found[1]) > 23 or int(found[2]) > 59 or int(found[3] or 0) > 59:
        return None
    return day.replace(
        hour=int(found[1]), minute=int(found[2]), second=int(found[3] or 0), microsecond=0
    )
