# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Files that processes share: one process at a time, for this user only, and not after the end of the run."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.vijson.tasks.plugins.plugin_utils._session_store import SessionStore, StoreUnusable


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The folder of the store, in a folder that only this user can access."""
    private = tmp_path / "run"
    private.mkdir(mode=0o700)
    return private / "sessions"


@pytest.fixture
def store(folder: Path) -> SessionStore:
    made = SessionStore(folder)
    made.begin()
    return made


def read(store: SessionStore, name: str = "a") -> Any:
    with store.file(name, 0) as file:
        return file.read()


def write(store: SessionStore, content: dict[str, Any], name: str = "a") -> None:
    with store.file(name, 0) as file:
        file.write(content)


def mode(path: Path) -> int:
    return stat.S_IMODE(path.lstat().st_mode)


def test_a_written_file_can_be_read_by_the_next_process(store: SessionStore, folder: Path) -> None:
    assert read(store) == {}
    write(store, {"session": "a long one"})
    write(store, {"x": 1})
    assert read(store) == {"x": 1}
    assert read(store, "b") == {}
    assert (mode(folder), mode(folder / "a")) == (0o700, 0o600)


def test_a_file_is_open_in_one_process_at_a_time(store: SessionStore) -> None:
    slept: list[float] = []
    with store.file("a", 0), store.file("b", 0):
        with pytest.raises(StoreUnusable), store.file("a", 0.1, slept.append):
            pass
        assert slept
        assert max(slept) < 0.1
    read(store)


def test_a_waiting_process_gets_the_file(store: SessionStore) -> None:
    with ExitStack() as first:
        first.enter_context(store.file("a", 0))
        with store.file("a", 10, lambda _seconds: first.close()) as file:
            assert file.read() == {}


def test_a_process_that_ends_releases_the_file(store: SessionStore) -> None:
    pid = os.fork()
    if pid == 0:
        store.file("a", 0).__enter__()
        os._exit(0)
    os.waitpid(pid, 0)
    read(store)


def test_a_store_that_was_not_begun_is_unusable(folder: Path) -> None:
    with pytest.raises(StoreUnusable):
        read(SessionStore(folder))
    assert not folder.exists()


def link_to_file(folder: Path) -> None:
    (folder.parent / "elsewhere").touch(mode=0o600)
    (folder / "a").symlink_to(folder.parent / "elsewhere")


def link_to_folder(folder: Path) -> None:
    folder.rename(folder.parent / "elsewhere")
    folder.symlink_to(folder.parent / "elsewhere")


@pytest.mark.parametrize(
    "spoil",
    [
        pytest.param(lambda folder: folder.chmod(0o750), id="folder-for-others"),
        pytest.param(lambda folder: folder.parent.chmod(0o755), id="folder-above-for-others"),
        pytest.param(link_to_folder, id="link-to-a-folder"),
        pytest.param(lambda folder: (folder / "a").touch(mode=0o640), id="file-for-others"),
        pytest.param(lambda folder: (folder / "a").mkdir(mode=0o700), id="folder-for-a-file"),
        pytest.param(lambda folder: os.mkfifo(folder / "a", 0o600), id="pipe"),
        pytest.param(link_to_file, id="link"),
        pytest.param(lambda folder: (folder / "a").write_text("[]"), id="not-a-mapping"),
        pytest.param(lambda folder: (folder / "a").write_text("{"), id="not-json"),
    ],
)
def test_files_and_folders_open_to_others_are_refused(
    store: SessionStore, folder: Path, spoil: Callable[[Path], Any]
) -> None:
    umask = os.umask(0)
    try:
        spoil(folder)
    finally:
        os.umask(umask)
    before = len(os.listdir("/dev/fd"))
    with pytest.raises(StoreUnusable):
        read(store)
    assert len(os.listdir("/dev/fd")) == before


@pytest.mark.parametrize("what", ["folder", "file"])
def test_files_and_folders_of_another_user_are_refused(
    store: SessionStore, folder: Path, what: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(store, {})
    real = os.geteuid()
    if what == "folder":
        monkeypatch.setattr(os, "geteuid", lambda: real + 1)
    else:
        answers = iter([real, real])
        monkeypatch.setattr(os, "geteuid", lambda: next(answers, real + 1))
    with pytest.raises(StoreUnusable, match="other users"):
        read(store)


def test_the_end_returns_the_contents_and_removes_the_files(store: SessionStore, folder: Path) -> None:
    write(store, {"x": 1}, "a")
    write(store, {"x": 2}, "b")
    assert list(store.end(0)) == [{"x": 1}, {"x": 2}]
    assert list(folder.parent.iterdir()) == []
    assert list(store.end(0)) == []
    with pytest.raises(StoreUnusable):
        read(store)


def test_the_end_waits_for_open_files(store: SessionStore) -> None:
    """A login in progress is not missed, and a later one learns that the run has ended."""
    with store.file("a", 0) as file, store.file("b", 0) as late:
        file.write({"x": 1})
        late.write({"x": 2})
        assert list(store.end(0.1)) == []
        with pytest.raises(StoreUnusable):
            file.write({"x": 3})


def test_the_end_removes_damaged_files(store: SessionStore, folder: Path) -> None:
    write(store, {"x": 1}, "b")
    (folder / "a").write_text("{")
    assert list(store.end(0)) == [{"x": 1}]
    assert list(folder.parent.iterdir()) == []
