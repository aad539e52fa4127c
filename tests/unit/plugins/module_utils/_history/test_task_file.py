# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writing a file of tasks atomically; on failure the old file is kept."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.vijson.tasks.plugins.module_utils._errors import InputError, Interrupted, ViError
from ansible_collections.vijson.tasks.plugins.module_utils._history.task_file import TaskFile
from ansible_collections.vijson.tasks.plugins.module_utils._history.task_rows import CsvRows
from ansible_collections.vijson.tasks.plugins.module_utils._task_info.task_fields import TaskFields

ITEMS: list[Any] = [{"name": "web01"}, {"name": "\u00e9 \u2028 \n \"'"}]
TEXT = '{"name": "web01"}\n{"name": "\u00e9 \u2028 \\n \\"\'"}\n'
OLD = "what was there\n"


@pytest.fixture(autouse=True)
def usual_umask() -> Iterator[None]:
    mask = os.umask(0o027)
    yield
    assert os.umask(mask) == 0o027


def write(dest: Path, items: list[Any] | None = None, **options: Any) -> bool:
    """Write two pages, check that nothing is left open, and return whether the file changed."""
    pages = [items] if items is not None else [ITEMS[:1], ITEMS[1:]]
    before = len(os.listdir("/dev/fd"))
    with TaskFile(str(dest), **options) as file:
        for page in pages:
            file.write(page)
    assert [path.name for path in dest.parent.iterdir() if path.name.startswith(".")] == []
    assert len(os.listdir("/dev/fd")) == before
    return file.changed


def mode(dest: Path) -> int:
    return dest.stat().st_mode & 0o7777


def test_a_new_file_is_written_once(tmp_path: Path) -> None:
    dest = tmp_path / "new"
    assert write(dest) is True
    assert dest.read_text(encoding="utf-8") == TEXT
    assert mode(dest) == 0o640
    before = dest.stat()
    assert write(dest) is False
    assert dest.stat() == before


def test_a_file_with_other_content_is_replaced(tmp_path: Path) -> None:
    dest = tmp_path / "old"
    for old in (OLD, TEXT[:-1], TEXT.replace("1", "2"), ""):
        dest.write_text(old)
        dest.chmod(0o604)
        assert write(dest) is True
        assert dest.read_text(encoding="utf-8") == TEXT
        assert mode(dest) == 0o604
    assert write(dest, []) is True
    assert dest.read_text() == ""


@pytest.mark.parametrize(("given", "expected"), [("0600", 0o600), ("640", 0o640), ("0o755", 0o755), (0o444, 0o444)])
def test_the_mode_is_set_as_given(tmp_path: Path, given: Any, expected: int) -> None:
    dest = tmp_path / "file"
    for changed in (True, False):
        assert write(dest, mode=given) is changed
        assert mode(dest) == expected
    dest.chmod(0o666)
    assert write(dest, mode=given, dry=True) is True
    assert mode(dest) == 0o666
    assert write(dest, mode=given) is True
    assert mode(dest) == expected


@pytest.mark.parametrize(("mask", "expected"), [(0, 0o666), (0o022, 0o644), (0o077, 0o600)])
def test_a_new_file_has_the_mode_that_the_umask_allows(tmp_path: Path, mask: int, expected: int) -> None:
    before = os.umask(mask)
    try:
        write(tmp_path / "file")
    finally:
        assert os.umask(before) == mask
    assert mode(tmp_path / "file") == expected


def test_a_file_is_complete_when_it_replaces_the_old_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    replace, found = os.replace, []

    def look(source: str, dest: str) -> None:
        found.append(Path(source).read_text(encoding="utf-8"))
        replace(source, dest)

    monkeypatch.setattr("os.replace", look)
    write(tmp_path / "file")
    assert found == [TEXT]


def test_a_dry_run_writes_nothing(tmp_path: Path) -> None:
    dest = tmp_path / "file"
    assert write(dest, dry=True) is True
    assert not dest.exists()
    dest.write_text(TEXT, encoding="utf-8")
    assert write(dest, dry=True) is False
    dest.write_text(OLD)
    assert write(dest, dry=True) is True
    assert dest.read_text() == OLD


@pytest.mark.parametrize("content", [OLD, TEXT, None])
def test_a_link_is_replaced(tmp_path: Path, content: str | None) -> None:
    """Even if its target already has the tasks: another user may own the target."""
    target, link = tmp_path / "file", tmp_path / "link"
    if content is not None:
        target.write_text(content, encoding="utf-8")
        target.chmod(0o606)
    link.symlink_to(target)
    assert write(link, dry=True) is True
    assert link.is_symlink()
    assert write(link) is True
    assert not link.is_symlink()
    assert link.read_text(encoding="utf-8") == TEXT
    assert mode(link) == 0o640
    assert target.exists() is (content is not None)
    assert content is None or target.read_text(encoding="utf-8") == content
    assert write(link) is False


def test_a_link_to_a_device_or_a_folder_is_refused(tmp_path: Path) -> None:
    for name, target in (("device", os.devnull), ("folder", str(tmp_path))):
        (tmp_path / name).symlink_to(target)
        with pytest.raises(InputError, match=r"dest: .* is (a folder|not a regular file)"):
            TaskFile(str(tmp_path / name))


@pytest.mark.parametrize(("folder_mode", "kept"), [(0o1777, False), (0o1770, False), (0o755, True), (0o1755, True)])
def test_owner_and_mode_of_a_file_in_a_public_folder_are_not_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, folder_mode: int, kept: bool
) -> None:
    """That user could have created it in advance, to read the tasks."""
    folder = tmp_path / "public"
    folder.mkdir()
    folder.chmod(folder_mode)
    dest = folder / "file"
    dest.write_text(OLD)
    dest.chmod(0o666)
    owners: list[int] = []
    monkeypatch.setattr("os.chown", lambda path, user, group: owners.append(user))
    monkeypatch.setattr("os.geteuid", lambda: dest.stat().st_uid + 1)
    assert write(dest) is True
    assert dest.read_text(encoding="utf-8") == TEXT
    assert mode(dest) == (0o666 if kept else 0o640)
    assert bool(owners) is kept


def test_the_group_is_kept_if_the_owner_cannot_be(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    dest = tmp_path / "file"
    dest.write_text(OLD)
    given: list[int] = []

    def chown(_path: str, user: int, group: int) -> None:
        if user != -1:
            raise PermissionError
        given.append(group)

    monkeypatch.setattr("os.chown", chown)
    assert write(dest) is True
    assert given == [dest.stat().st_gid]


def test_the_header_comes_first_and_once(tmp_path: Path) -> None:
    dest = tmp_path / "file.csv"
    rows = CsvRows(TaskFields(("name",)))
    assert write(dest, rows=rows) is True
    assert dest.read_text(encoding="utf-8").startswith('name\n"web01"\n"\u00e9')
    assert write(dest, rows=rows) is False
    assert write(dest, [], rows=rows) is True
    assert dest.read_text() == "name\n"


def test_half_of_a_surrogate_pair_is_kept(tmp_path: Path) -> None:
    dest = tmp_path / "file"
    write(dest, [{"name": "\ud800 \U0001f600"}])
    assert b"\\ud800" in dest.read_bytes()
    assert json.loads(dest.read_bytes()) == {"name": "\ud800 \U0001f600"}


@pytest.mark.parametrize("error", [RuntimeError("x"), Interrupted("SIGTERM"), KeyboardInterrupt()])
@pytest.mark.parametrize("old", [None, OLD])
def test_a_failure_keeps_the_old_file(tmp_path: Path, error: BaseException, old: str | None) -> None:
    dest = tmp_path / "file"
    if old:
        dest.write_text(old)

    file = TaskFile(str(dest))

    def fail() -> None:
        with file:
            file.write(ITEMS)
            raise error

    with pytest.raises(type(error)):
        fail()
    assert not file.changed
    assert (dest.read_text() if old else None) == old
    assert list(tmp_path.iterdir()) == ([dest] if old else [])


@pytest.mark.parametrize("function", ["os.fsync", "os.replace", "os.chmod", "tempfile.mkstemp"])
def test_a_full_disk_is_an_error_and_keeps_the_old_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, function: str
) -> None:
    def full(*_arguments: Any, **_options: Any) -> None:
        raise OSError(28, "No space left on device")

    dest = tmp_path / "file"
    dest.write_text(OLD)
    monkeypatch.setattr(f"ansible_collections.vijson.tasks.plugins.module_utils._history.task_file.{function}", full)
    with pytest.raises(ViError, match=r"dest: cannot write .*file \(No space left on device\)"):
        write(dest)
    assert dest.read_text() == OLD
    assert list(tmp_path.iterdir()) == [dest]


def test_invalid_paths_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    os.mkfifo(tmp_path / "pipe")
    expected = {
        str(tmp_path): "is a folder",
        f"{tmp_path}/not/": "is a folder",
        str(tmp_path / "not" / "file"): "the folder .*not does not exist",
        str(tmp_path / "pipe"): "is not a regular file",
        "a\0b": "is not a valid path",
    }
    for dest, problem in expected.items():
        with pytest.raises(InputError, match=f"dest: .*{problem}.*Use the path of a file in an existing folder"):
            TaskFile(dest)
    with pytest.raises(InputError, match=r"dest: the path is empty\. Set it to the file to write$"):
        TaskFile("")
    monkeypatch.setattr("os.access", lambda path, how: False)
    with pytest.raises(InputError, match="dest: this user cannot write to the folder"):
        TaskFile(str(tmp_path / "file"))


@pytest.mark.parametrize("given", [644, 640, 600, 755, 400, 440, 770, 777])
def test_a_mode_without_quotes_is_refused(tmp_path: Path, given: int) -> None:
    """YAML reads 644 as a decimal number, and 0644 as an octal one."""
    with pytest.raises(InputError, match=f"mode: {given} without quotes is .* mode {given:04o}.*such as '0{given}'"):
        TaskFile(str(tmp_path / "file"), mode=given)
    octal = int(str(given), 8)
    assert write(tmp_path / "file", mode=octal) is True
    assert mode(tmp_path / "file") == octal


@pytest.mark.parametrize("given", [0, "0000", 0o7777, "7777"])
def test_the_smallest_and_the_largest_mode_are_valid(tmp_path: Path, given: Any) -> None:
    assert write(tmp_path / "file", mode=given) is True
    assert mode(tmp_path / "file") in (0, 0o7777)


@pytest.mark.parametrize("given", ["rw", "u=rw", "0888", "", -1, 0o10000, True, 1.5, ["0600"], {}])
def test_an_invalid_mode_is_refused(tmp_path: Path, given: Any) -> None:
    with pytest.raises(InputError, match=r"mode: .* is not a valid file mode\. Use octal digits in quotes"):
        TaskFile(str(tmp_path / "file"), mode=given)
