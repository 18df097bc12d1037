from __future__ import annotations

import os
import resource
import shutil
import tempfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cocalc_tui.server.keeper.spool import SpoolReader, SpoolWriter

RECORDS = st.lists(st.binary(max_size=40), max_size=30)


def everything(folder: Path, offset: int = 0, budget: int = 50) -> list[bytes]:
    reader = SpoolReader(folder, offset)
    found: list[bytes] = []
    while records := reader.read(budget):
        found += [record for _, record in records]
    reader.close()
    return found


@given(RECORDS, st.integers(1, 100), st.integers(1, 60))
def test_what_is_written_is_read_in_order(records: list[bytes], segment: int, budget: int) -> None:
    with tempfile.TemporaryDirectory() as name:
        writer = SpoolWriter(Path(name), segment=segment)
        for record in records:
            writer.append([record])
        assert everything(Path(name), budget=budget) == records


@given(RECORDS.filter(bool), st.integers(1, 100), st.data())
def test_any_offset_a_reader_got_is_one_to_go_on_from(
    records: list[bytes], segment: int, data: st.DataObject
) -> None:
    with tempfile.TemporaryDirectory() as name:
        writer = SpoolWriter(Path(name), segment=segment)
        for record in records:
            writer.append([record])
        reader = SpoolReader(Path(name))
        read: list[tuple[int, bytes]] = []
        while part := reader.read(30):
            read += part
        stop = data.draw(st.integers(0, len(read) - 1))
        assert everything(Path(name), read[stop][0]) == records[stop + 1 :]
        writer.taken(read[stop][0])
        assert everything(Path(name), read[stop][0]) == records[stop + 1 :]
        reader.close()


@given(st.lists(st.one_of(st.binary(max_size=20), st.none()), max_size=40))
def test_reading_while_it_is_written(steps: list[bytes | None]) -> None:
    with tempfile.TemporaryDirectory() as name:
        writer = SpoolWriter(Path(name), segment=30)
        reader = SpoolReader(Path(name))
        found = []
        for step in [*steps, None, None]:
            if step is None:
                while part := reader.read(25):
                    found += [record for _, record in part]
                writer.taken(reader.offset)
            else:
                writer.append([step])
        assert found == [step for step in steps if step is not None]
        assert reader.lost == 0
        reader.close()


def test_above_the_cap_the_oldest_go_and_are_counted(tmp_path: Path) -> None:
    writer = SpoolWriter(tmp_path, segment=100, cap=300)
    for n in range(100):
        writer.append([b"%046d" % n])
    reader = SpoolReader(tmp_path)
    records = []
    while part := reader.read():
        records += [int(record) for _, record in part]
    assert records[-1] == 99
    assert records == list(range(records[0], 100))
    assert reader.lost == records[0] * 50
    assert sum(path.stat().st_size for path in tmp_path.iterdir()) <= 500
    reader.close()


def test_a_torn_record_is_not_read(tmp_path: Path) -> None:
    writer = SpoolWriter(tmp_path)
    writer.append([b"whole"])
    (file,) = tmp_path.iterdir()
    for torn in (b"\0", b"\0\0\0\x09", b"\0\0\0\x09torn"):
        before = file.read_bytes()
        file.write_bytes(before + torn)
        assert everything(tmp_path) == [b"whole"]
        file.write_bytes(before)


def test_a_large_record_is_read_with_a_small_budget(tmp_path: Path) -> None:
    writer = SpoolWriter(tmp_path)
    writer.append([b"x" * 100_000, b"y"])
    assert everything(tmp_path, budget=10) == [b"x" * 100_000, b"y"]


def test_nothing_is_there_yet(tmp_path: Path) -> None:
    assert everything(tmp_path) == []
    assert everything(tmp_path / "nowhere") == []


def test_a_full_disk_leaves_whole_records(tmp_path: Path) -> None:
    writer = SpoolWriter(tmp_path)
    writer.append([b"before"])
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, hard))
    try:
        with pytest.raises(OSError, match="too large"):
            writer.append([b"x" * 500, b"y" * 800])
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    writer.append([b"after"])
    assert everything(tmp_path) == [b"before", b"after"]


def test_segments_are_private(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        SpoolWriter(tmp_path).append([b"x"])
    finally:
        os.umask(before)
    assert [path.stat().st_mode & 0o777 for path in tmp_path.iterdir()] == [0o600]


def test_a_folder_that_is_taken_away_is_gone_on_with(tmp_path: Path) -> None:
    """A reader that is there reads on, and one that comes finds all of the last segment."""
    folder = tmp_path / "spool"
    folder.mkdir()
    writer, reader = SpoolWriter(folder, segment=100), SpoolReader(folder)
    for number in range(40):
        writer.append([b"%d" % number])
    seen = [record for _, record in reader.read(2**18)]
    while records := reader.read():
        seen += [record for _, record in records]
    writer.append([b"unread"])
    shutil.rmtree(folder)
    folder.mkdir()
    writer.go_on_in(folder)
    writer.append([b"after"])
    writer.go_on_in(folder)
    writer.append([b"later"])
    while records := reader.read():
        seen += [record for _, record in records]
    assert seen == [*(b"%d" % number for number in range(40)), b"unread", b"after", b"later"]
    assert reader.lost == 0
    late = everything(folder)
    assert late == seen[-len(late) :]
    assert late[-3:] == [b"unread", b"after", b"later"]
    reader.close()


def test_a_folder_taken_away_before_anything_was_written(tmp_path: Path) -> None:
    writer = SpoolWriter(tmp_path / "gone")
    with pytest.raises(OSError, match="gone"):
        writer.append([b"first"])
    writer.go_on_in(tmp_path)
    writer.append([b"second"])
    assert everything(tmp_path) == [b"second"]
