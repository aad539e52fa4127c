# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The side process receives messages in order, and never blocks Ansible."""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Iterator

import pytest

from ansible_collections.vijson.tasks.plugins.module_utils._run.side_process import Message, Say, SideProcess, latest


def echo(messages: Iterator[Message], say: Say) -> None:
    for message in messages:
        say(f"{message}")
    say("end")


def test_messages_arrive_in_order_and_the_end_is_noticed() -> None:
    side = SideProcess(echo)
    side.send(begin="ä\nb")
    side.send(end=None)
    assert side.finish(10) == ["{'begin': 'ä\\nb'}", "{'end': None}", "end"]
    assert side.ended


def test_ansible_does_not_wait_for_a_process_that_hangs() -> None:
    side = SideProcess(lambda _messages, _say: time.sleep(600))
    try:
        for number in range(20_000):
            side.send(progress=number)
        assert side.said() == []
        assert side.finish(0.2) == []
        assert not side.ended
    finally:
        os.kill(side._pid, signal.SIGKILL)


def test_sending_to_an_ended_process_is_not_an_error() -> None:
    side = SideProcess(lambda _messages, say: say("gone"))
    assert side.said(10) == ["gone"]
    side.send(progress=1)
    assert side.finish(1) == []


def test_no_pipe_stays_open() -> None:
    before = len(os.listdir("/dev/fd"))
    SideProcess(echo).finish(10)
    assert len(os.listdir("/dev/fd")) == before


def test_an_error_in_the_process_is_returned_as_a_line() -> None:
    def fail(_messages: Iterator[Message], _say: Say) -> None:
        raise ValueError("no such thing")

    assert SideProcess(fail).finish(10) == ["ValueError: no such thing"]


def echoed() -> list[str]:
    """What a process says about one message."""
    side = SideProcess(echo)
    side.send(begin="a")
    return side.finish(10)


def test_messages_arrive_if_only_the_standard_streams_are_open() -> None:
    assert echoed() == ["{'begin': 'a'}", "end"]
    pid = os.fork()
    if pid == 0:
        try:
            os.closerange(3, 1000)
            os._exit(7 if echoed() == ["{'begin': 'a'}", "end"] else 1)
        finally:
            os._exit(2)
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 7


def test_the_process_has_its_own_output_and_process_group() -> None:
    def work(_messages: Iterator[Message], say: Say) -> None:
        print("not to be seen", flush=True)
        for number in range(3):
            say(f"{os.path.samefile(f'/dev/fd/{number}', os.devnull)}")
        say(f"{os.getpgid(0) == os.getpid()}")

    assert SideProcess(work).finish(10) == ["True"] * 4


@pytest.mark.parametrize(
    ("platform", "given", "seen"),
    [("darwin", None, "localhost"), ("darwin", ".example.com", ".example.com"), ("linux", None, None)],
)
def test_the_process_does_not_ask_macos_for_proxies(
    monkeypatch: pytest.MonkeyPatch, platform: str, given: str | None, seen: str | None
) -> None:
    monkeypatch.setattr(sys, "platform", platform)
    if given:
        monkeypatch.setenv("NO_PROXY", given)
    side = SideProcess(lambda _messages, say: say(f"{os.environ.get('NO_PROXY')}"))
    assert side.finish(10) == [f"{seen}"]


def test_only_the_latest_progress_is_kept() -> None:
    messages: list[Message] = [{"begin": "a"}, {"progress": 1}, {"progress": 2}, {"end": None}, {"begin": "b"}]
    assert list(latest(messages)) == [{"begin": "a"}, {"progress": 2}, {"end": None}, {"begin": "b"}]
    assert list(latest([])) == []


def test_a_message_that_a_full_pipe_cuts_does_not_damage_the_next() -> None:
    gate, opened = os.pipe()

    def work(messages: Iterator[Message], say: Say) -> None:
        os.read(gate, 1)
        for message in messages:
            say(f"{len(message['text'])}")

    side = SideProcess(work)
    for _turn in range(10):
        side.send(text="x" * 12_000)
    os.write(opened, b"x")
    while not side.said(0.1):
        pass
    side.send(text="last")
    assert set(side.finish(10)) <= {"12000", "4"}
