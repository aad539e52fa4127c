# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Checks of the task history. They only read."""

from __future__ import annotations

from typing import Any

from ansible_collections.vijson.tasks.plugins.module_utils._errors import FaultError
from ansible_collections.vijson.tasks.plugins.module_utils._history.start_id_view import request_page
from ansible_collections.vijson.tasks.plugins.module_utils._task_info.task_info import (
    ENDED,
    task_moid,
    task_number,
)
from ansible_collections.vijson.tasks.plugins.module_utils._tasks.task_reader import read_recent_tasks
from ansible_collections.vijson.tasks.plugins.module_utils._times import SECOND, parse_rfc3339
from ansible_collections.vijson.tasks.plugins.module_utils._vijson.property_reader import read_properties
from ansible_collections.vijson.tasks.plugins.module_utils._vijson.wire import (
    Reference,
    data_object,
    expect_objects,
    unboxed_value,
)
from ansible_collections.vijson.tasks.tests.probe.findings import NotObserved, Observation, fault_name, too_few
from ansible_collections.vijson.tasks.tests.probe.server import SAMPLE, Server

SLACK = 100  # tasks that may be new since the first of two reads
VIEW = 20
DAY = 86400
HOUR = 3600
TRIED = 20  # ended tasks whose objects are read


def check_page_refill(server: Server) -> Observation:
    """Enlarge the latest page."""
    with server.collector() as collector:
        first = len(server.latest_page(collector))
        if len(server.newest_tasks) <= first:
            too_few("tasks in the history")

        def enlarge(more: int) -> None:
            server.client.call(collector, "SetCollectorPageSize", {"maxCount": first + more}, bound=True)

        try:
            more = request_page(enlarge, 10)[1]
        except FaultError as error:
            raise NotObserved(f"a larger page is refused: {fault_name(error)}") from error
        second = len(server.latest_page(collector))
    return Observation(second < min(first + more, len(server.newest_tasks)), f"{first} tasks, then {second}")


def check_page_limit(server: Server) -> Observation:
    """Ask for 1000 tasks."""
    with server.collector() as collector:
        try:
            server.client.call(collector, "ReadNextTasks", {"maxCount": 1000}, bound=True)
        except FaultError as error:
            if error.type != "InvalidArgument":
                raise
            return Observation(False, "InvalidArgument")
    return Observation(True, "accepted")


def check_rewind(server: Server) -> Observation:
    """Read the oldest tasks twice."""
    with server.collector() as collector:
        first = server.read(collector, "ReadNextTasks", 5)
        server.client.call(collector, "RewindCollector", bound=True)
        second = server.read(collector, "ReadNextTasks", 5)
    if len(first) < 2:
        too_few("tasks in the history")
    same = bool(second) and task_moid(first[0]) == task_moid(second[0])
    return Observation(same, "the same oldest task" if same else "another oldest task")


def check_reset(server: Server) -> Observation:
    """Read on after ResetCollector."""
    with server.collector() as collector:
        latest = {task_moid(info) for info in server.latest_page(collector)}
        server.client.call(collector, "ResetCollector", bound=True)
        following = {task_moid(info) for info in server.read(collector, "ReadNextTasks", max(1, len(latest)))}
    if not latest:
        too_few("tasks in the history")
    if following & latest:
        return Observation(True, "before the latest page")
    newest = max(map(task_number, latest))
    is_after = all(task_number(moid) > newest for moid in following)
    return Observation(False, "after the newest task" if is_after else "before older tasks")


def check_children(server: Server) -> Observation:
    """Compare the tasks below the root folder with those of the root folder and below."""
    root = server.client.singleton("rootFolder")
    everything = server.history(entity=_by_entity(root, "all"))[: SAMPLE - SLACK]
    below = {task_moid(info) for info in server.history(entity=_by_entity(root, "children"))}
    own = {task_moid(info) for info in everything if _entity(info) == root.moid}
    expected = {task_moid(info) for info in everything} - own
    if not expected:
        too_few("tasks below the root folder")
    missing = len(expected - below)
    text = f"{missing} of {len(expected)} tasks of descendants are missing, {len(own & below)} of the entity itself"
    return Observation(not missing and not own & below, text)


def _by_entity(entity: Reference, recursion: str) -> dict[str, Any]:
    return data_object("TaskFilterSpecByEntity", entity=entity.wire(), recursion=recursion)


def _entity(info: dict[str, Any]) -> Any:
    entity = info.get("entity")
    return entity.get("value") if isinstance(entity, dict) else None


def check_system_tasks(server: Server) -> Observation:
    """Filter by the system user."""
    # The collection's own reader would drop the tasks of users.
    with server.collector(userName=data_object("TaskFilterSpecByUsername", systemUser=True)) as collector:
        found = server.read(collector, "ReadNextTasks", VIEW)
    if not found:
        too_few("tasks of the system")
    others = sum(_user(info) is not None for info in found)
    return Observation(not others, f"{others} tasks of users")


def check_user_case(server: Server) -> Observation:
    """Filter by a user name in another case."""
    users = {name for info in server.newest_tasks if (name := _user(info))}
    if not users:
        raise NotObserved("the history has no task with a user")
    for name in sorted(name for name in users if name.swapcase() != name):
        if _by_user(server, name):
            found = bool(_by_user(server, name.swapcase()))
            return Observation(found, "found in another case" if found else "not found in another case")
    raise NotObserved("no user name of the history finds its tasks")


def _by_user(server: Server, name: str) -> list[Any]:
    return server.history(1, userName=data_object("TaskFilterSpecByUsername", systemUser=False, userList=[name]))


def _user(info: dict[str, Any]) -> str | None:
    reason = info.get("reason")
    is_user = isinstance(reason, dict) and reason.get("_typeName") == "TaskReasonUser"
    name = reason.get("userName") if is_user and reason else None
    return name if isinstance(name, str) else None


def check_view_order(server: Server) -> Observation:
    """Read the newest tasks by id."""
    numbers = [task_number(task_moid(info)) for info in server.view("", VIEW)]
    if len(numbers) < 2:
        too_few("tasks in the history")
    newest_first = numbers[0] > numbers[-1]
    return Observation(newest_first, "newest first" if newest_first else "oldest first")


def check_start_id(server: Server) -> Observation:
    """Read the tasks before a task."""
    newest = [task_moid(info) for info in server.view("", VIEW)]
    if len(newest) < 2:
        too_few("tasks in the history")
    start = max(newest, key=task_number)
    included = start in [task_moid(info) for info in server.view(start, VIEW)]
    return Observation(not included, "included" if included else "left out")


def check_expired_objects(server: Server) -> Observation:
    """Read the objects of tasks that ended more than an hour ago."""
    now = server.client.current_time()
    old = [info for info in server.newest_tasks if _ended_before(info, now - HOUR * SECOND)][-TRIED:]
    if not old:
        too_few("tasks that ended more than an hour ago")
    refs = [Reference("Task", task_moid(info)) for info in old]
    left = len(read_properties(server.client, refs, ["info"]))
    return Observation(left < len(old), f"{left} of {len(old)} tasks still have an object after an hour")


def _ended_before(info: dict[str, Any], moment: int) -> bool:
    time = unboxed_value(info.get("completeTime"))
    return info.get("state") in ENDED and isinstance(time, str) and parse_rfc3339(time) < moment


def check_history_age(server: Server) -> Observation:
    """Compare the oldest task with the setting."""
    setting = server.client.singleton("setting")
    options = expect_objects(server.client.call(setting, "QueryOptions", {"name": "task."}), "QueryOptions")
    values = {unboxed_value(option.get("key")): unboxed_value(option.get("value")) for option in options}
    days = values.get("task.maxAge")
    if not isinstance(days, int) or values.get("task.maxAgeEnabled") is False:
        raise NotObserved("the server does not limit the age of tasks")
    with server.collector() as collector:
        oldest = server.read(collector, "ReadNextTasks", 1)
    too_old = oldest and _ended_before(oldest[0], server.client.current_time() - (days + 2) * DAY * SECOND)
    return Observation(not too_old, f"{days} days" if not too_old else f"older tasks than {days} days")


def read_task_properties(server: Server) -> None:
    """Read what no check reads: recent tasks, one of them alone, the texts and limits of the TaskManager."""
    server.client.get("taskManager", "description")
    server.client.get("taskManager", "maxCollector")
    for item in read_recent_tasks(server.client)[:1]:
        server.client.get(item.ref, "info")
