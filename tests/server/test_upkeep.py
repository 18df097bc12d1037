"""The owner hears what histories take, and of what keeps them from being archived."""

from __future__ import annotations

from pathlib import Path

import msgspec

from cocalc_tui.protocol.events import OverLimit, Upkeep
from cocalc_tui.server.relay.upkeep import PAUSE, Overseer
from cocalc_tui.server.store.keeping import Keeping, KeepingFile
from cocalc_tui.server.store.memory import MemoryStore
from cocalc_tui.sync.patch import Splice
from cocalc_tui.widgets import phrases
from tests.server.making import NOW, draft, typed
from tests.server.store_suite import DOCUMENT


async def test_what_is_above_its_limit_is_said_once(tmp_path: Path) -> None:
    store = MemoryStore()
    await store.put_document(DOCUMENT)
    said: list[Upkeep] = []
    file = tmp_path / "history.toml"
    keeping = KeepingFile(file)

    def say(topic: str, data: msgspec.Raw) -> None:
        assert topic == "upkeep"
        said.append(msgspec.msgpack.decode(data, type=Upkeep))

    overseer = Overseer(store, keeping, lambda: keeping.mistake, say)
    await overseer.look(NOW)
    assert said == []
    file.write_text("document_limit = 1")
    for n in range(3):
        await store.append([draft(typed(n=n, ops=(Splice(0, 0, "x" * 500_000),)))], NOW)
    for _ in range(3):
        await overseer.look(NOW + 1)
    (first,) = said
    (one,) = first.over
    assert (one.path, one.limit, one.size > 1_500_000) == ("notes.txt", 10**6, True)
    assert phrases.upkeep(first).startswith("notes.txt: its history takes 1.5 MB, above the limit")
    file.write_text("document_limit = 10\n")
    await overseer.look(NOW + 2)
    assert (said[-1].over, phrases.upkeep(said[-1])) == ([], "")
    file.write_text("project_limit = 1\n")
    await overseer.look(NOW + 3)
    assert [one.path for one in said[-1].over] == [""]
    assert phrases.upkeep(said[-1]).startswith("All histories together take")
    file.write_text("projectlimit = 1\n")
    await overseer.look(NOW + 4)
    assert "did you mean project_limit?" in said[-1].trouble
    assert phrases.upkeep(said[-1]) == said[-1].trouble
    file.unlink()
    await overseer.look(NOW + 5 + PAUSE)
    assert said[-1] == Upkeep(over=[])
    assert keeping() == Keeping()


def test_several_are_said_in_one_line() -> None:
    over = [OverLimit(path=name, size=3 * 10**6, limit=10**6) for name in ("a", "b", "c")]
    assert "and 2 more are above theirs" in phrases.upkeep(Upkeep(over=over))
