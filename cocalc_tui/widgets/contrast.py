"""How well colours can be told from the ground they are on (WCAG 2), and how to mend that."""

from __future__ import annotations

from functools import lru_cache

from textual.color import Color

READABLE = 4.5
"""Contrast from which text can be read."""
STEPS = 40


def luminance(colour: str) -> float:
    """How light a colour is, 0 to 1, as WCAG has it."""
    red, green, blue = (
        c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4
        for c in Color.parse(colour).normalized
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """From 1, the same, to 21, black and white."""
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def is_dark(ground: str) -> bool:
    """Whether white stands out from it more than black."""
    return contrast(ground, "#ffffff") >= contrast(ground, "#000000")


def mixed(one: str, other: str, share: float) -> str:
    """A colour with so much of another in it, 0 to 1."""
    return Color.parse(one).blend(Color.parse(other), share).hex6.lower()


@lru_cache(1024)
def readable(colour: str, ground: str, least: float = READABLE) -> str:
    """A colour, as little lighter or darker as can be read on a ground."""
    away = "#ffffff" if is_dark(ground) else "#000000"
    tried = (mixed(colour, away, step / STEPS) if step else colour for step in range(STEPS + 1))
    return next((one for one in tried if contrast(one, ground) >= least), away)


def ground_for(ground: str, tint: str, share: float, text: str) -> str:
    """A ground tinted by so much, or by as much as leaves a text on it readable."""
    while share > 0.01 and contrast(mixed(ground, tint, share), text) < READABLE:
        share *= 0.8
    return mixed(ground, tint, share)
