"""The words of the bars: who is here, whether work is sent and saved, what the kernel does.

Pure functions from what is known to pieces of a line, so that each state's wording is tested by
itself. Nothing is said by colour alone.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from cocalc_tui.chat.places import subject
from cocalc_tui.widgets.faces import Faces

if TYPE_CHECKING:
    from cocalc_tui.client.document import SharedDocument
    from cocalc_tui.client.unread import Count
    from cocalc_tui.protocol.events import CellRun, ChatState, KernelState, Upkeep
    from cocalc_tui.protocol.messages import Person, Welcome
    from cocalc_tui.widgets.project import Project


class Word(NamedTuple):
    """Some text and how it is to look: a colour of the theme, or `#rrggbb`."""

    text: str
    colour: str = "foreground"
    bold: bool = False
    ground: str = ""
    act: str = ""
    """What a click on it does, in words of the bar that draws it."""
    seen: bool = False
    """Whether it is the one that others make room for."""


def moment(at: int, today: str) -> str:
    """When something was said, by its milliseconds: the hour today, else the day too."""
    local = time.localtime(at / 1000)
    day = time.strftime("%Y-%m-%d", local)
    return time.strftime("%H:%M" if day == today else "%d %b %H:%M", local)


def date(at: int) -> str:
    """The day of some milliseconds; with the year, where that is not this one."""
    local = time.localtime(at / 1000)
    return time.strftime("%d %b" if local.tm_year == this_year() else "%d %b %Y", local)


def this_year() -> int:
    """The year it is here."""
    return time.localtime().tm_year


def exactly(at: int) -> str:
    """A time in milliseconds to the second, with the day where that is not today."""
    local = time.localtime(at / 1000)
    second = time.strftime("%H:%M:%S", local)
    if local[:3] == time.localtime()[:3]:
        return second
    weekday = time.strftime("%a ", local) if local.tm_year == this_year() else ""
    return f"{weekday}{date(at)} {second}"


def clock(seconds: float) -> str:
    """A time of day, with the day where it is another."""
    then, now = time.localtime(seconds), time.localtime()
    form = "%H:%M" if then[:3] == now[:3] else "%d %b %H:%M"
    return time.strftime(form, then)


def connection(project: Project) -> list[Word]:
    """How it stands with the relay."""
    if project.online:
        if project.latency is None:
            return [Word("connected", "text-dim")]
        return [Word(f"{milliseconds(project.latency)} ms", "text-dim")]
    if project.me is None:
        return [Word("connecting…", "warning")]
    since = clock(project.offline_since or time.time())
    return [Word(f"! not synced since {since}", "warning", bold=True)]


def milliseconds(seconds: float) -> str:
    """A latency as people read it: `0.4`, `12`."""
    value = seconds * 1000
    return f"{value:.1f}" if value < 9.95 else f"{value:.0f}"


def people(persons: Sequence[Person], me: str, faces: Faces) -> list[Word]:
    """Everybody's letters, mine last; how often where somebody has several screens."""
    counts: dict[str, int] = {}
    for person in persons:
        counts[person.user] = counts.get(person.user, 0) + 1
    words: list[Word] = []
    for user in sorted(counts, key=lambda user: (user == me, user)):
        times = f"({counts[user]})" if counts[user] > 1 else ""
        words += [Word(faces.initials(user), faces.colour(user), bold=True, act=f"person {user}")]
        words += [Word(f"{times} ", "text-dim")]
    return words


_MAY = {
    "runner": "You edit, and what you run runs as {host}.",
    "editor": "You edit, and run nothing.",
    "viewer": "You look, and change nothing.",
}


def guest(me: Welcome | None, others: Iterable[str]) -> list[str]:
    """What a guest wants to know first: where they are, what they may do, who is here."""
    if me is None or (may := _MAY.get(me.role)) is None:
        return []
    here = ", ".join(sorted(set(others) - {me.user})) or "nobody else"
    return [f"{me.project}, shared by {me.host}", may.format(host=me.host), f"Here: {here}"]


def following(user: str, faces: Faces) -> list[Word]:
    """Whose view mine goes with."""
    if not user:
        return []
    return [
        Word(f"following {faces.initials(user)} {user}", faces.colour(user), bold=True),
        Word(" until you touch a key", "text-dim"),
        Word("   "),
    ]


def lights(document: SharedDocument | None, *, online: bool, wide: bool) -> list[Word]:
    """Sent to the relay, and saved on disk: quiet while all is well."""
    if document is None:
        return []
    if document.readonly is not None:
        return [Word("view only", "warning")]
    if not document.sent:
        count = len(document.unsent())
        return [Word("sending…" if online else f"! {count} unsent", "warning")]
    sent = Word("sent ✓  ", "text-dim")
    if document.saved:
        at = f" {clock(document.saved_at / 1000)}" if wide and document.saved_at else ""
        return [sent, Word(f"saved ✓{at}", "text-dim")]
    waits = online and not document.trouble
    return [sent, Word("saving…" if waits else "! not saved", "text-dim" if waits else "warning")]


def chosen(carets: int, lines: int, characters: int) -> str:
    """What is selected, and at how many places: `3 carets, 2 lines, 87 selected`."""
    words = [f"{carets:,} carets"] if carets > 1 else []
    words += [f"{lines:,} lines"] if lines > 1 else []
    words += [f"{characters:,} selected"] if characters else []
    return ", ".join(words)


def trouble(document: SharedDocument) -> str:
    """What is the matter with a document, where its name is said already."""
    return document.trouble.removeprefix(f"{document.path}: ")


_KERNEL_COLOURS = {"idle": "text-dim", "busy": "success", "starting": "warning"}
_KERNEL_COLOURS |= {"silent": "error", "dead": "error"}


def kernel(state: KernelState, runs: Mapping[str, CellRun], *, wide: bool) -> list[Word]:
    """What the notebook's kernel does and needs."""
    if state.state == "none":
        return [Word("no kernel yet", "text-dim")]
    gap = " · " if wide else " "
    title = state.title or state.name
    words = [Word(title if wide else title.partition(" (")[0], "text-dim")]
    words += [Word(gap, "text-dim")]
    words += [Word(state.state, _KERNEL_COLOURS.get(state.state, "text-dim"))]
    queued = sum(run.state == "queued" for run in runs.values())
    if queued:
        words += [Word(f" · {queued} queued" if wide else f" +{queued}", "text-dim")]
    if wide and state.memory:
        words += [Word(f" · {size(state.memory)}", "text-dim")]
    if wide and state.state == "busy":
        words += [Word(f" · {state.cpu:.0f} %", "text-dim")]
    return words


def size(count: float) -> str:
    """Bytes as people read them."""
    for unit in ("B", "kB", "MB"):
        if count < 1000:
            return f"{count:.0f} {unit}"
        count /= 1000
    return f"{count:.1f} GB"


def upkeep(said: Upkeep) -> str:
    """What the owner should know of the project's histories; "" for nothing."""
    if said.trouble:
        return said.trouble
    if not said.over:
        return ""
    first, *others = said.over
    what = f"{first.path}: its history takes" if first.path else "All histories together take"
    more = f", and {len(others)} more are above theirs" if others else ""
    return (
        f"{what} {_megabytes(first.size)}, above the limit of {_megabytes(first.limit)}{more}; "
        "`cocalc-tui log --size .` lists them, history.toml says when they go into the archive"
    )


def _megabytes(count: int) -> str:
    """Bytes that are compared with others."""
    return f"{count / 1_000_000:,.1f} MB"


def named(path: str) -> str:
    """A document as people call it: `Chat · data/fit.ipynb` for the chat beside that."""
    beside = subject(path)
    return f"Chat · {beside}" if beside else path


def titles(paths: Sequence[str]) -> list[str]:
    """Short names of tabs: the last part, and the folder where two would look the same."""
    names = [_name(path) for path in paths]
    different: dict[str, set[str]] = {}
    for name, path in zip(names, paths, strict=True):
        different.setdefault(name, set()).add(path)
    return [
        "/".join([*path.split("/")[-2:-1], name]) if len(different[name]) > 1 else name
        for name, path in zip(names, paths, strict=True)
    ]


def _name(path: str) -> str:
    beside = subject(path).rpartition("/")[2]
    return f"Chat · {beside}" if beside else path.rpartition("/")[2]


def tabs(
    paths: Sequence[str], active: int, dirty: Sequence[bool], *, current: bool, ground: str
) -> list[Word]:
    """The tabs of a tile; `●` marks what is not yet saved."""
    words: list[Word] = []
    for index, (title, unsaved) in enumerate(zip(titles(paths), dirty, strict=True)):
        on = index == active
        mark = " ●" if unsaved else ""
        shade = ("accent" if current else "foreground") if on else "text-dim"
        words.append(
            Word(
                f" {title}{mark} ",
                shade,
                bold=on and current,
                ground=ground if on else "",
                act=f"tab {index}",
                seen=on,
            )
        )
    return words


def unread(count: Count) -> list[Word]:
    """What waits in chats: `@2` for me, or how many messages; a click lists the chats."""
    if count.mentions:
        return [Word(f"@{count.mentions}", "accent", bold=True, act="app.chats"), Word("  ")]
    if count.messages:
        return [Word(f"{count.messages} unread", "text-dim", act="app.chats"), Word("  ")]
    return []


def chat_state(chat: ChatState) -> str:
    """How a chat is for me: `2 unread, 1 for you · bob: look at this`."""
    unread = f"{chat.unread} unread" if chat.unread else ""
    mine = f"{chat.mentions} for you" if chat.mentions else ""
    first = chat.text.split("\n")[0][:40]
    news = ", ".join(filter(None, [unread, mine]))
    return " · ".join(filter(None, [news, f"{chat.user}: {first}"]))
