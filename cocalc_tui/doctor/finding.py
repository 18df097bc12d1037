"""What a look at the surroundings found."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Grade = Literal["fine", "note", "trouble"]
"""A note is worth knowing and stops nobody; trouble keeps something from working."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at."""

    grade: Grade
    about: str
    """A word or two: `terminal`, `disk`."""
    text: str
    mend: str = ""
    """The line that would mend it."""
