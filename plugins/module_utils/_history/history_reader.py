# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reading the history of tasks through a TaskHistoryCollector.

Reading moves a cursor on the server, so an answer that is lost takes a page with it. Then a fresh collector is read
from its beginning, and what is known already is skipped. Servers differ in which parts of a filter they apply, so what
a task plainly does not meet is left out here too.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

from .._errors import BadResponse, ConnectError, FaultError, NoResponse, ViError
from .._task_info.task_info import TaskInfo, task_age, task_moid
from .._vijson.client import Client
from .._vijson.recovery import MAX_FRUITLESS_RESTARTS, may_recover
from .._vijson.wire import Reference, expect_objects, expect_reference

MAX_PAGE = 1000
"""Tasks that a server gives in one answer."""

Pages = Generator[list[TaskInfo], None, None]

_PLAIN = ("state", "activationId", "eventChainId", "parentTaskKey")  # lists of what a TaskInfo has under the same name


def read_history(
    client: Client, spec: dict[str, Any], *, newest_first: bool = False, page_size: int = MAX_PAGE
) -> Pages:
    """Pages of TaskInfos, each task once, in order. Close the iterator to destroy the collector early.

    :param spec: a TaskFilterSpec
    """
    reader = _Reader()
    restarted, in_vain = False, 0
    while True:
        source = _newest_first(client, spec, page_size) if newest_first else _oldest_first(client, spec, page_size)
        try:
            for page in source:
                fresh = reader.fresh(page, restarted=restarted, newest_first=newest_first)
                in_vain = 0 if fresh else in_vain
                wanted = [info for info in fresh if _meets(spec, info)]
                if wanted:
                    yield wanted
        except (ConnectError, NoResponse, FaultError) as error:
            if in_vain == MAX_FRUITLESS_RESTARTS or not reader.may_pass(error):
                raise
        else:
            return
        finally:
            source.close()
        restarted, in_vain = True, in_vain + 1


def read_latest_page(client: Client, spec: dict[str, Any], page_size: int) -> list[dict[str, Any]]:
    """The newest tasks, ``page_size`` at most, newest first."""
    with _collector(client, spec) as collector:
        client.call(collector, "SetCollectorPageSize", {"maxCount": page_size}, bound=True)
        page = expect_objects(client.get(collector, "latestPage", bound=True), "latestPage")
        return _sorted([info for info in page if _meets(spec, info)])


def _meets(spec: dict[str, Any], info: TaskInfo) -> bool:
    return all(info.get(field) in spec[field] for field in _PLAIN if spec.get(field) is not None)


class _Reader:
    """Which tasks were handed on already."""

    def __init__(self) -> None:
        self._seen: set[str] = set()
        self._newest: tuple[int, int] | None = None

    def may_pass(self, error: ViError) -> bool:
        """Whether a fresh collector may cure it: a lost page, an ended session, a server that goes away for a while."""
        if isinstance(error, ConnectError):
            return error.transient and bool(self._seen)
        return may_recover(error)

    def fresh(self, page: list[dict[str, Any]], *, restarted: bool, newest_first: bool) -> list[dict[str, Any]]:
        fresh = []
        for info in page:
            moid = task_moid(info)
            # Newest first, what came after the reading began has no place in the order any more.
            if moid in self._seen or (restarted and newest_first and self._newest and task_age(info) > self._newest):
                continue
            self._seen.add(moid)
            fresh.append(info)
        if newest_first and fresh and self._newest is None:
            self._newest = task_age(fresh[0])
        return fresh


@contextmanager
def _collector(client: Client, spec: dict[str, Any]) -> Iterator[Reference]:
    with ExitStack() as stack:
        try:
            owned = client.owned("taskManager", "CreateCollectorForTasks", {"filter": spec}, "DestroyCollector")
            collector = stack.enter_context(owned)
        except FaultError as error:
            raise _explained(client, error) from error
        yield collector


def _explained(client: Client, error: FaultError) -> ViError:
    """The refusal of a collector, with what to do about it; as it is where there is nothing more to say."""
    host = client.endpoint.hostname
    if error.type == "InvalidState":
        message = (
            "This session has as many history collectors as the server allows (max_collector of vi_task_manager_info,"
            " 32 by default). Each ends with its session: leave out session_id, so that this module opens a session of"
            " its own, or end the session with vi_session and state: absent"
        )
    elif error.type == "NotSupported":
        message = (
            f"{host} has no history of tasks: it is an ESXi host. Ask the vCenter that manages it, or read what the"
            " host did recently with vi_task_info"
        )
    elif error.type == "InvalidArgument":
        part = f" ({error.raw['invalidProperty']})" if error.raw.get("invalidProperty") else ""
        message = f"{host} does not know this filter{part}: leave the option out, or try api_release: auto"
    elif error.type == "ManagedObjectNotFound":
        message = (
            f"{host} has no {expect_reference(error.raw.get('obj'), 'ManagedObjectNotFound')}, which the filter names"
        )
    else:
        return error
    return ViError(f"{message} ({error.type})", fault=error.fault)


def _oldest_first(client: Client, spec: dict[str, Any], page_size: int) -> Pages:
    # A fresh collector stands before the oldest task. Rewinding it makes one server skip a task.
    with _collector(client, spec) as collector:
        yield from _read(client, collector, "ReadNextTasks", page_size)


def _newest_first(client: Client, spec: dict[str, Any], page_size: int) -> Pages:
    """The latest page with all that is newer, then back from there.

    After ResetCollector servers differ in whether the latest page lies before the cursor or behind it, so it is taken
    from all three sides; the caller drops what it has seen.
    """
    with _collector(client, spec) as collector:
        client.call(collector, "SetCollectorPageSize", {"maxCount": page_size}, bound=True)
        client.call(collector, "ResetCollector", bound=True)
        latest = {}
        for page in _read(client, collector, "ReadNextTasks", page_size):
            latest.update({task_moid(info): info for info in page})
        for info in expect_objects(client.get(collector, "latestPage", bound=True), "latestPage"):
            latest.setdefault(task_moid(info), info)
        yield _sorted(list(latest.values()))
        for page in _read(client, collector, "ReadPreviousTasks", page_size):
            yield _sorted(page)


def _read(client: Client, collector: Reference, method: str, count: int) -> Pages:
    seen: set[str] = set()
    while True:
        page = expect_objects(client.call(collector, method, {"maxCount": count}, repeatable=False, bound=True), method)
        if not page:
            return
        known = len(seen)
        seen.update(map(task_moid, page))
        if len(seen) == known:
            raise BadResponse(f"{client.endpoint.hostname} answers {method} with the same tasks again and again")
        yield page


def _sorted(page: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return sorted(page, key=task_age, reverse=True)
