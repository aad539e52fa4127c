# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""After SIGINT or SIGTERM, everything that was opened on the server is closed before the work ends."""

from __future__ import annotations

import json
import signal
import socket
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import nullcontext, suppress
from typing import Any, Callable

import pytest

from ansible_collections.vijson.tasks.plugins.module_utils import _interrupts
from ansible_collections.vijson.tasks.plugins.module_utils._errors import Interrupted
from ansible_collections.vijson.tasks.plugins.module_utils._interrupts import sleep, waiting
from ansible_collections.vijson.tasks.plugins.module_utils._run.job import Job, run_job
from ansible_collections.vijson.tasks.plugins.module_utils._vijson.wire import Reference
from ansible_collections.vijson.tasks.tests.support.processes import until
from ansible_collections.vijson.tasks.tests.support.raw_servers import (
    HOST,
    SLOW,
    Vcenter,
    fault,
    new_certificate,
    raw_server,
    response,
)
from ansible_collections.vijson.tasks.tests.unit.support.wire import (
    SDK,
    Call,
    Reply,
    Wire,
    answers,
    connection,
    login,
    logout,
    user_session,
)

TASK = Reference("Task", "task-7")
INFO = Call("GET", f"{SDK}/Task/task-7/info", answers({}))
VIEW = {"_typeName": "ManagedObjectReference", "type": "ListView", "value": "view-1"}
CREATE = Call("POST", f"{SDK}/ViewManager/ViewManager/CreateListView", answers(VIEW))
DESTROY = Call("POST", f"{SDK}/ListView/view-1/DestroyView")
BOTH = pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])


@pytest.fixture(autouse=True)
def handlers() -> Iterator[None]:
    """Check that the original signal handlers are restored."""
    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGALRM, signal.SIGURG)
    before = [signal.getsignal(number) for number in numbers]
    yield
    assert [signal.getsignal(number) for number in numbers] == before


def signalled(*numbers: int, reply: Reply | None = None) -> Callable[[], Reply]:
    """A response that arrives after these signals."""

    def outcome() -> Reply:
        for number in numbers:
            signal.raise_signal(number)
        return reply or Reply()

    return outcome


def read_and(*numbers: int) -> Callable[[Job], dict[str, Any]]:
    """Work that reads, gets signals, and reads again."""

    def run(job: Job) -> dict[str, Any]:
        job.client.get(TASK, "info")
        for number in numbers:
            signal.raise_signal(number)
        job.client.get(TASK, "info")
        return {}

    return run


def interrupted(run: Callable[[Job], dict[str, Any]], job: Job) -> str:
    """The result of a job that a signal ended."""
    result = run_job(run, job)
    assert result["failed"]
    assert "nterrupted" in result["msg"]
    return str(result["msg"])


def with_a_view(job: Job) -> dict[str, Any]:
    with job.client.owned("viewManager", "CreateListView", {}, "DestroyView"):
        job.client.get(TASK, "info")
    return {}


@BOTH
def test_no_request_is_sent_after_a_signal(wire: Wire, number: signal.Signals) -> None:
    wire.expect(login(), INFO, logout())
    assert interrupted(read_and(number), Job(connection())) == (
        f"Interrupted by {number.name}. The module closed everything that it opened on the vCenter"
    )


@BOTH
def test_a_signal_during_a_request_closes_everything(wire: Wire, number: signal.Signals) -> None:
    wire.expect(login(), CREATE, INFO._replace(outcome=signalled(number)), DESTROY, logout())
    interrupted(with_a_view, Job(connection()))


@BOTH
def test_a_second_signal_while_closing_is_ignored(wire: Wire, number: signal.Signals) -> None:
    again = signalled(signal.SIGINT, signal.SIGTERM, number)
    wire.expect(
        login(),
        CREATE,
        INFO._replace(outcome=signalled(number)),
        DESTROY._replace(outcome=again),
        logout()._replace(outcome=again),
    )
    interrupted(with_a_view, Job(connection()))


@BOTH
def test_a_signal_while_closing_keeps_the_result(wire: Wire, number: signal.Signals) -> None:
    again = signalled(number)
    wire.expect(login(), CREATE, INFO, DESTROY._replace(outcome=again), logout()._replace(outcome=again))
    assert run_job(with_a_view, Job(connection())) == {}


@BOTH
def test_a_signal_during_the_login_still_logs_out(wire: Wire, number: signal.Signals) -> None:
    session = answers(user_session(), session="S1")
    wire.expect(login()._replace(outcome=signalled(number, reply=session)), logout("S1"))
    interrupted(read_and(), Job(connection()))


@BOTH
def test_a_signal_during_a_creation_still_destroys_the_object(wire: Wire, number: signal.Signals) -> None:
    wire.expect(login(), CREATE._replace(outcome=signalled(number, reply=answers(VIEW))), DESTROY, logout())
    interrupted(with_a_view, Job(connection()))


@BOTH
def test_several_signals_during_the_login_are_like_one(wire: Wire, number: signal.Signals) -> None:
    """Ansible turns one Ctrl-C into SIGINT and SIGTERM."""
    session = answers(user_session(), session="S1")
    wire.expect(login()._replace(outcome=signalled(signal.SIGINT, number, number, reply=session)), logout("S1"))
    interrupted(read_and(), Job(connection()))


LATE = (
    "Interrupted by SIGINT. The vCenter did not respond in time, so a session or an object may stay open on it until it"
    " expires"
)
CLOSED = "Interrupted by SIGINT. The module closed everything that it opened on the vCenter"


@pytest.fixture(scope="module")
def tls(tmp_path_factory: pytest.TempPathFactory) -> tuple[ssl.SSLContext, str]:
    """A certificate for this machine, and the file with its authority."""
    file = tmp_path_factory.mktemp("tls") / "ca.pem"
    return new_certificate(file), str(file)


def ends_after_signal(vcenter: Vcenter, tls: tuple[ssl.SSLContext, str], during: str) -> tuple[str, float]:
    """The message of a job that gets SIGINT during an operation, and the seconds that it takes to end."""
    main = threading.get_ident()
    sent: list[float] = []

    def interrupt() -> None:
        until(lambda: during in vcenter.operations, f"the request {during}")
        time.sleep(0.1)
        sent.append(time.monotonic())
        signal.pthread_kill(main, signal.SIGINT)

    with raw_server(vcenter, tls[0]) as port:
        job = Job(connection(hostname=HOST, port=port, ca_path=tls[1]))
        sender = threading.Thread(target=interrupt)
        sender.start()
        message = interrupted(with_a_view, job)
        seconds = time.monotonic() - sent[0]
        sender.join()
    return message, seconds


@pytest.mark.parametrize("name", ["headers", "endless chunks", "silence"])
@pytest.mark.parametrize(("during", "message"), [("Login", LATE), ("info", CLOSED), ("Logout", LATE)])
def test_a_slow_server_does_not_delay_the_end(
    tls: tuple[ssl.SSLContext, str], during: str, message: str, name: str
) -> None:
    vcenter = Vcenter(**{"CreateListView": VIEW, "info": fault("InvalidState"), during: SLOW[name]})
    said, seconds = ends_after_signal(vcenter, tls, during)
    assert said == message
    assert seconds < 3


def test_a_server_that_always_hangs_delays_the_end_once(tls: tuple[ssl.SSLContext, str]) -> None:
    slow = SLOW["headers"]
    vcenter = Vcenter(CreateListView=VIEW, info=slow, DestroyView=slow, Logout=slow)
    said, seconds = ends_after_signal(vcenter, tls, "info")
    assert said == LATE
    assert seconds < 3


def test_a_session_opened_just_after_the_signal_is_closed(tls: tuple[ssl.SSLContext, str]) -> None:
    def late(to: socket.socket) -> None:
        time.sleep(0.8)
        to.sendall(response(json.dumps(user_session()).encode(), "vmware-api-session-id: S1"))

    vcenter = Vcenter(Login=late, CreateListView=VIEW)
    said, _seconds = ends_after_signal(vcenter, tls, "Login")
    assert said == CLOSED
    assert vcenter.operations == ["Login", "CreateListView", "DestroyView", "Logout"]


def test_a_task_timeout_during_the_login_still_logs_out(wire: Wire) -> None:
    def on_alarm(_number: int, _frame: Any) -> None:
        raise TimeoutOfTheTask

    session = answers(user_session(), session="S1")
    wire.expect(login()._replace(outcome=signalled(signal.SIGALRM, reply=session)), logout("S1"))
    before = signal.signal(signal.SIGALRM, on_alarm)
    try:
        with pytest.raises(TimeoutOfTheTask):
            run_job(read_and(), Job(connection()))
        assert signal.getsignal(signal.SIGALRM) is on_alarm
    finally:
        signal.signal(signal.SIGALRM, before)


class TimeoutOfTheTask(BaseException):
    """The exception of Ansible's own handler."""


def test_a_given_session_stays_open(wire: Wire) -> None:
    wire.expect(INFO._replace(session="S0"))
    interrupted(read_and(signal.SIGTERM), Job(connection(session_id="S0")))


def test_an_interrupt_is_not_caught_with_exceptions(wire: Wire) -> None:
    def run(job: Job) -> dict[str, Any]:
        with suppress(Exception):
            read_and(signal.SIGINT)(job)
        raise AssertionError("It was caught")

    wire.expect(login(), INFO, logout())
    interrupted(run, Job(connection()))


def test_a_signal_ends_a_pause(wire: Wire) -> None:
    def run(_job: Job) -> dict[str, Any]:
        threading.Timer(0.05, signal.pthread_kill, (threading.get_ident(), signal.SIGTERM)).start()
        sleep(60)
        return {}

    begun = time.monotonic()
    interrupted(run, Job(connection()))
    assert time.monotonic() - begun < 30


def test_a_pause_that_begins_after_the_signal_ends_too(monkeypatch: pytest.MonkeyPatch, wire: Wire) -> None:
    monkeypatch.setattr(_interrupts, "_TO_OPEN", 1.0)
    for thread in threading.enumerate():
        if isinstance(thread, threading.Timer):
            thread.join()  # it would interrupt the pause too

    def run(_job: Job) -> dict[str, Any]:
        with _interrupts.opening():
            signal.raise_signal(signal.SIGTERM)
            sleep(10)
        return {}

    begun = time.monotonic()
    interrupted(run, Job(connection()))
    assert time.monotonic() - begun < 5


def test_an_interrupt_that_was_lost_is_raised_again(wire: Wire) -> None:
    """Python drops an exception in a finalizer, and one between two calls does not end the second call."""

    def run(_job: Job) -> dict[str, Any]:
        silent, listening = socket.socketpair()
        with silent, listening, listening.makefile() as file, waiting():
            signal.raise_signal(signal.SIGTERM)
            with suppress(Interrupted):
                file.readline()
            file.readline()
        return {}

    interrupted(run, Job(connection()))


@pytest.mark.parametrize(
    ("opening", "closing", "after", "ends"),
    [
        (0, 0, 0.0, True),
        (1, 0, 1.3, False),
        (1, 0, 1.7, True),
        (0, 1, 2.3, False),
        (0, 1, 2.7, True),
        (1, 1, 2.3, False),
    ],
)
def test_opening_and_closing_have_a_grace_period(
    monkeypatch: pytest.MonkeyPatch, opening: int, closing: int, after: float, ends: bool
) -> None:
    now = time.monotonic()
    block = _interrupts._Block()
    monkeypatch.setattr(time, "monotonic", lambda: now)
    block.interrupt(signal.SIGTERM, None)
    block.opening, block.closing = opening, closing
    monkeypatch.setattr(time, "monotonic", lambda: now + after)
    with pytest.raises(Interrupted) if ends else nullcontext():
        block.check()


def test_after_something_was_opened_and_closed_a_signal_counts_at_once() -> None:
    with _interrupts.interruptible():
        with _interrupts.opening():
            pass
        _interrupts.finish(lambda: None)
        with pytest.raises(Interrupted), waiting():
            signal.raise_signal(signal.SIGTERM)


def test_a_signal_is_raised_only_in_a_block_that_waits() -> None:
    """Another read, such as that of a command's output, goes on. The next wait raises the exception."""
    ours, theirs = socket.socketpair()
    answer = threading.Timer(0.5, theirs.sendall, (b"read",))
    with ours, theirs, _interrupts.interruptible(), ours.makefile("rb", buffering=0) as stream:
        sleep(0)
        answer.start()
        threading.Timer(0.1, signal.pthread_kill, (threading.get_ident(), signal.SIGTERM)).start()
        assert stream.read(4) == b"read"
        answer.join()
        with pytest.raises(Interrupted):
            sleep(0)


def test_handlers_are_restored_without_a_signal(wire: Wire) -> None:
    wire.expect(login(), INFO, INFO, logout())
    assert run_job(read_and(), Job(connection())) == {}


def test_a_thread_does_not_change_signal_handlers(wire: Wire) -> None:
    wire.expect(login(), INFO, INFO, logout())
    results: list[dict[str, Any]] = []
    thread = threading.Thread(target=lambda: results.append(run_job(read_and(), Job(connection()))))
    thread.start()
    thread.join()
    assert results == [{}]
