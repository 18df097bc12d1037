import itertools
import math

import pytest
from textual.color import Color
from textual.theme import Theme

from cocalc_tui.widgets.contrast import contrast
from cocalc_tui.widgets.faces import Faces
from cocalc_tui.widgets.theme import DARK, DARK_PEOPLE, LIGHT, LIGHT_PEOPLE, people_on
from cocalc_tui.widgets.theme_adopted import NAMES, adopted

# Machado, Oliveira, Fernandes 2009, severity 1.
VISION = {
    "usual": ((1, 0, 0), (0, 1, 0), (0, 0, 1)),
    "protanopia": (
        (0.152286, 1.052583, -0.204868),
        (0.114503, 0.786281, 0.099216),
        (-0.003882, -0.048116, 1.051998),
    ),
    "deuteranopia": (
        (0.367322, 0.860646, -0.227968),
        (0.280085, 0.672501, 0.047413),
        (-0.011820, 0.042940, 0.968881),
    ),
    "tritanopia": (
        (1.255528, -0.076749, -0.178779),
        (-0.078411, 0.930809, 0.147602),
        (0.004733, 0.691367, 0.303900),
    ),
}


def linear(colour: str) -> list[float]:
    red, green, blue = Color.parse(colour).normalized
    return [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in (red, green, blue)]


def lab(colour: str, vision: str) -> tuple[float, float, float]:
    rgb = linear(colour)
    seen = [sum(a * b for a, b in zip(row, rgb, strict=True)) for row in VISION[vision]]
    red, green, blue = (min(1.0, max(0.0, c)) for c in seen)
    x = (0.4124 * red + 0.3576 * green + 0.1805 * blue) / 0.95047
    y = 0.2126 * red + 0.7152 * green + 0.0722 * blue
    z = (0.0193 * red + 0.1192 * green + 0.9505 * blue) / 1.08883
    fx, fy, fz = (t ** (1 / 3) if t > 0.008856 else 7.787 * t + 16 / 116 for t in (x, y, z))
    return 116 * fy - 16, 500 * (fx - fy), 200 * (fy - fz)


MARKED = 4.3
"""Contrast of text on what is lit up for a moment: palettes have few shades there."""
EVERY = {"quiet-dark": DARK, "quiet-light": LIGHT} | {name: adopted(name) for name in NAMES}


def grounds_of(theme: Theme) -> list[str]:
    return [str(theme.background), theme.variables["side"], theme.variables["bar"]]


def people_of(theme: Theme) -> tuple[str, ...]:
    return people_on(*grounds_of(theme))


def test_ours_have_the_colours_that_were_chosen() -> None:
    assert (people_of(DARK), people_of(LIGHT)) == (DARK_PEOPLE, LIGHT_PEOPLE)


@pytest.mark.parametrize("vision", VISION)
@pytest.mark.parametrize("theme", EVERY.values(), ids=EVERY)
def test_people_can_be_told_apart(theme: Theme, vision: str) -> None:
    for one, other in itertools.combinations(people_of(theme), 2):
        assert math.dist(lab(one, vision), lab(other, vision)) >= 10, (one, other)


def test_every_theme_has_every_colour() -> None:
    for name, theme in EVERY.items():
        assert theme.variables.keys() >= DARK.variables.keys(), name


@pytest.mark.parametrize("theme", EVERY.values(), ids=EVERY)
class TestContrast:
    def test_of_people(self, theme: Theme) -> None:
        for person in people_of(theme):
            for ground in (*grounds_of(theme), theme.variables["on-person"]):
                assert contrast(person, ground) >= 4.5, (person, ground)

    def test_of_text(self, theme: Theme) -> None:
        named = [theme.foreground, theme.primary, theme.warning, theme.error, theme.success]
        texts = [*named, *(theme.variables[name] for name in ("text-dim", "text-bright"))]
        for text, ground in itertools.product(texts, grounds_of(theme)):
            assert contrast(str(text), ground) >= 4.5, (text, ground)

    def test_of_code(self, theme: Theme) -> None:
        for name, value in theme.variables.items():
            if name.startswith("syntax-"):
                assert contrast(value, str(theme.background)) >= 4.5, name

    def test_of_what_is_marked(self, theme: Theme) -> None:
        for name in ("selection", "match", "match-now", "raised", "line"):
            text = theme.variables["text-bright"] if name == "match-now" else theme.foreground
            assert contrast(str(text), theme.variables[name]) >= MARKED, name
            assert theme.variables[name] != theme.background


@pytest.mark.parametrize(
    ("theme", "people"), [(DARK, DARK_PEOPLE), (LIGHT, LIGHT_PEOPLE)], ids=["dark", "light"]
)
def test_colours_are_of_the_256_palette(theme: Theme, people: tuple[str, ...]) -> None:
    greys = {8 + 10 * step for step in range(24)}
    cube = {0, 95, 135, 175, 215, 255}
    named = [theme.primary, theme.secondary, theme.background, theme.panel, theme.foreground]
    for value in [*map(str, named), *theme.variables.values(), *people]:
        red, green, blue = Color.parse(value).rgb
        grey = red == green == blue and red in greys
        assert grey or {red, green, blue} <= cube, value


class TestFaces:
    def test_they_are_the_same_on_every_screen_whoever_came_first(self) -> None:
        members = ["tera", "terb", "terc", "ben", "bea"]
        seen = set()
        for order in itertools.permutations(["tera", "terb", "bea", "a guest"]):
            faces = Faces()
            for count in range(1, 5):
                faces.know(members, order[:count])
                faces.initials("long gone")
            everybody = [*sorted(members), "a guest", "long gone"]
            seen.add(tuple((faces.initials(one), faces.colour(one)) for one in everybody))
        (faces_seen,) = seen
        assert len({letters for letters, _ in faces_seen}) == 7

    def test_who_belongs_to_the_project_changes_nothing_by_coming_or_going(self) -> None:
        faces = Faces()
        faces.know(["tera", "terb"], ["terb"])
        before = faces.colour("terb"), faces.initials("terb")
        assert not faces.know(["terb", "tera"], ["terb", "tera"])
        assert not faces.know(["terb", "tera"], ["terb"])
        assert (faces.colour("terb"), faces.initials("terb")) == before

    def test_a_change_of_what_is_shown_is_told(self) -> None:
        faces = Faces()
        faces.know([], ["terb"])
        assert faces.initials("terb") == "TE"
        assert faces.initials("tem") == "TM"
        assert faces.know(["tera"], ["terb"])
        assert (faces.initials("terb"), faces.initials("tem")) == ("TB", "TM")

    def test_eight_people_have_eight_colours(self) -> None:
        faces = Faces()
        users = [f"student{number}" for number in range(8)]
        faces.know(users, ())
        assert len({faces.colour(user) for user in users}) == 8
        assert len({faces.initials(user) for user in users}) == 8

    @pytest.mark.parametrize(
        ("users", "letters"),
        [
            (["alice", "alan", "al"], ["AI", "AA", "AL"]),
            (["chatann", "chatbob", "chatbert", "chat"], ["CA", "CO", "CB", "CH"]),
            (["student9", "student10"], ["S9", "S0"]),
            (["x"], ["X2"]),
            (["_-_", "\x1b]52;c;evil"], ["?2", "52"]),
            (["ßé"], ["É2"]),
        ],
    )
    def test_letters_are_plain_and_differ(self, users: list[str], letters: list[str]) -> None:
        faces = Faces()
        faces.know(users, ())
        assert [faces.initials(user) for user in users] == letters
