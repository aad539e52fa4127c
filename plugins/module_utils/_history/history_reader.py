# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads the task history through a TaskHistoryCollector.

Reading moves a cursor on the server, so a lost response loses a page. The reader then creates a new collector that
begins some minutes before the last task, and skips the tasks that it has returned before. Servers differ in which parts
of a filter they apply, so the reader also checks the parts that it can compare with a TaskInfo.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator
from contextlib import ExitStack, closing, contextmanager
from typing import Any

from .._errors import BadResponse, ConnectError, FaultError, NoResponse, ViError
from .._options.user_names import same_user
from .._task_info.task_info import TaskInfo, task_age, task_moid, task_number
from .._vijson.client import Client
from .._vijson.recovery import MAX_FRUITLESS_RESTARTS, may_recover
from .._vijson.wire import Reference, expect_objects, expect_reference, unboxed_value
from .history_position import HistoryPosition
from .seen_tasks import SeenTasks
from .start_id_view import START_ID_RELEASE, read_older_tasks, request_page, without_results

_OPTION_BY_TYPE = {"Alarm": "alarm", "ScheduledTask": "scheduled_task"}

_INFO_FILTER_RELEASE = "8.0.3.0"
"""The release that introduced CreateCollectorWithInfoFilterForTasks."""

MAX_PAGE = 1000
"""Maximum number of tasks that a server returns in one page."""

Pages = Generator[list[TaskInfo], None, None]

_COMPARABLE = ("state", "activationId", "eventChainId", "parentTaskKey", "descriptionId")
"""The lists of a filter whose values a TaskInfo has under the same name."""


def read_history(
    client: Client,
    spec: dict[str, Any],
    *,
    newest_first: bool = False,
    page_size: int = MAX_PAGE,
    with_results: bool = True,
) -> Pages:
    """Pages of TaskInfos, each task once, in order (CreateCollectorForTasks, ReadNextTasks, ReadPreviousTasks).

    Close the generator to destroy the collector early. From release 9.0.0.0 on, reading from the newest task back takes
    no collector (ReadNextTasksByViewSpec).

    :param spec: a TaskFilterSpec. It may have a ``descriptionId``, a list of task types, which the server does not get
    :param page_size: tasks per request, ``MAX_PAGE`` at most
    :param with_results: whether the TaskInfos have a ``result``
    :raises ViError: a request failed, and a new collector does not help
    """
    position, fruitless = HistoryPosition(newest_first=newest_first), 0
    asked = server_filter(spec)
    if asked is not spec:
        # A part of the filter is applied here, so many tasks are dropped. Large pages need few requests.
        page_size = MAX_PAGE
    while True:
        rest = position.rest_of(asked)
        source = (_newest_first if newest_first else _oldest_first)(client, rest, page_size, with_results)
        try:
            for page in source:
                fresh = position.fresh(page)
                fruitless = 0 if fresh else fruitless
                wanted = [info for info in fresh if matches_filter(spec, info)]
                if wanted:
                    yield wanted if with_results else [_without_result(info) for info in wanted]
        except (ConnectError, NoResponse, FaultError) as error:
            if fruitless == MAX_FRUITLESS_RESTARTS or not _may_restart(error, position):
                raise
        else:
            return
        finally:
            source.close()
        fruitless += 1


def _without_result(info: TaskInfo) -> TaskInfo:
    return {field: value for field, value in info.items() if field != "result"}


def read_latest_tasks(client: Client, spec: dict[str, Any], count: int, *, with_results: bool = True) -> list[TaskInfo]:
    """The TaskInfos of the newest tasks, at most ``count``, newest first.

    :param spec: as for :func:`read_history`
    :param with_results: whether the TaskInfos have a ``result``
    :raises ViError: a request failed
    """
    newest: list[TaskInfo] = []
    newest_first = read_history(client, spec, newest_first=True, page_size=count, with_results=with_results)
    with closing(newest_first) as pages:
        for page in pages:
            newest += page
            if len(newest) >= count:
                break
    return newest[:count]


def matches_filter(spec: dict[str, Any], info: TaskInfo) -> bool:
    """Whether a task matches the parts of a TaskFilterSpec that servers apply in different ways."""
    same = (unboxed_value(info.get(field)) in spec[field] for field in _COMPARABLE if spec.get(field) is not None)
    return all(same) and _is_by_user(spec.get("userName"), unboxed_value(info.get("reason")))


def _is_by_user(wanted: dict[str, Any] | None, reason: Any) -> bool:
    """Whether a task matches a TaskFilterSpecByUsername: one of its users started the task, or the system did."""
    if wanted is None or not isinstance(reason, dict):
        return True
    user = unboxed_value(reason.get("userName"))
    if not isinstance(user, str):
        return bool(wanted["systemUser"])
    names = wanted.get("userList") or ()
    return any(same_user(name, user) for name in names) if names else not wanted["systemUser"]


def server_filter(spec: dict[str, Any]) -> dict[str, Any]:
    """The part of a filter that the server can apply; the filter itself if it can apply all.

    A TaskFilterSpec has no task types, and the server does not find users by a name without a domain.
    """
    names = (spec.get("userName") or {}).get("userList") or ()
    has_domains = all("\\" in name or "@" in name for name in names)
    dropped = {"descriptionId"} if has_domains else {"descriptionId", "userName"}
    return spec if dropped.isdisjoint(spec) else {field: spec[field] for field in spec if field not in dropped}


def _may_restart(error: ViError, position: HistoryPosition) -> bool:
    """Whether a new collector may help: after a lost page, an expired session, or an outage of the server."""
    if isinstance(error, ConnectError):
        return error.transient and position.is_started
    return may_recover(error)


@contextmanager
def _collector(client: Client, spec: dict[str, Any], with_results: bool) -> Iterator[Reference]:
    method, params = "CreateCollectorForTasks", {"filter": spec}
    if not with_results and client.supports(_INFO_FILTER_RELEASE):
        method, params = "CreateCollectorWithInfoFilterForTasks", {"filter": spec, "infoFilter": without_results()}
    with ExitStack() as stack:
        try:
            owned = client.owned("taskManager", method, params, "DestroyCollector")
            collector = stack.enter_context(owned)
        except FaultError as error:
            raise _collector_error(client, error) from error
        yield collector


def _collector_error(client: Client, error: FaultError) -> ViError:
    """Why reading the history failed and what to do about it; the fault itself if there is nothing to add."""
    host = client.endpoint.hostname
    if error.type == "InvalidState":
        message = (
            "This session has as many history collectors as the server allows (max_collector of vi_task_manager_info,"
            " 32 by default). Each object in entity needs one, so name fewer objects. If session_id is set, leave it"
            " out, so that the module opens its own session, or end the session with vi_session and state: absent"
        )
    elif error.type == "NotSupported":
        message = (
            f"{host} has no history of tasks: it is an ESXi host. Use the vCenter that manages it, or read the"
            " host's recent tasks with vi_task_info"
        )
    elif error.type == "InvalidArgument":
        part = f" ({error.raw['invalidProperty']})" if error.raw.get("invalidProperty") else ""
        message = f"{host} does not support this filter{part}. Leave the option out, or use api_release: auto"
    elif error.type == "ManagedObjectNotFound":
        unknown = expect_reference(error.raw.get("obj"), "ManagedObjectNotFound")
        option = _OPTION_BY_TYPE.get(unknown.type, "entity")
        message = f"{option}: {unknown} does not exist, or no longer exists, on {host}"
    else:
        return error
    return ViError(f"{message} ({error.type})", fault=error.fault)


def _oldest_first(client: Client, spec: dict[str, Any], page_size: int, with_results: bool) -> Pages:
    # The cursor of a new collector is before the oldest task. After RewindCollector, one server skips a task.
    with _collector(client, spec, with_results) as collector:
        yield from _read(client, collector, "ReadNextTasks", page_size)


def _newest_first(client: Client, spec: dict[str, Any], page_size: int, with_results: bool) -> Pages:
    from_newest = _by_start_id if client.supports(START_ID_RELEASE) else _from_latest_page
    yield from from_newest(client, spec, page_size, with_results)


def _by_start_id(client: Client, spec: dict[str, Any], page_size: int, with_results: bool) -> Pages:
    """Pages without a collector: each begins where the one before ended.

    A page may include the task with the start id. If it has only this task, the next one begins with the id below it.
    """
    last, start_id = "", ""
    while True:
        try:
            page = read_older_tasks(client, spec, start_id, page_size, with_results=with_results)
        except FaultError as error:
            raise _collector_error(client, error) from error
        if not page:
            return
        oldest = min((task_moid(info) for info in page), key=task_number)
        if not last or task_number(oldest) < task_number(last):
            yield _sorted(page)
            last = start_id = oldest
        elif start_id != last or any(task_moid(info) != last for info in page):
            raise BadResponse(f"{client.endpoint.hostname} keeps returning the same tasks to ReadNextTasksByViewSpec")
        elif task_number(last):
            start_id = f"task-{task_number(last) - 1}"
        else:
            return


def _from_latest_page(client: Client, spec: dict[str, Any], page_size: int, with_results: bool) -> Pages:
    """The latest page, then the tasks from there back.

    The page is small, and a server need not fill a larger one with older tasks. After ResetCollector, servers differ in
    whether the cursor is before or after the page. The caller drops the duplicates.
    """
    with _collector(client, spec, with_results) as collector:
        yield _sorted(expect_objects(client.get(collector, "latestPage", bound=True), "latestPage"))
        client.call(collector, "ResetCollector", bound=True)
        for page in _read(client, collector, "ReadPreviousTasks", page_size):
            yield _sorted(page)


def _read(client: Client, collector: Reference, method: str, count: int) -> Pages:
    def request(size: int) -> Any:
        return client.call(collector, method, {"maxCount": size}, repeatable=False, bound=True)

    seen = SeenTasks()
    while True:
        value, count = request_page(request, count)
        page = expect_objects(value, method)
        if not page:
            return
        if not sum([seen.add(task_moid(info)) for info in page]):
            raise BadResponse(f"{client.endpoint.hostname} keeps returning the same tasks to {method}")
        yield page


def _sorted(page: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return sorted(page, key=task_age, reverse=True)
