# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The scenarios for fault injection: each module with something to do, and a check of the server afterwards.

``prepare`` creates what the run needs and returns its parameters. ``judge`` checks the server after a run and returns
the problems. A success must have its effect exactly once. A failure has it at most once, and its message says whether
that is unknown.
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable
from pathlib import Path
from tempfile import mkdtemp
from typing import Any, NamedTuple

from ansible_collections.vijson.tasks.tests.support.module_runs import Outcome, run
from ansible_collections.vijson.tasks.tests.support.vcenter import VCenter

JOB = "com.vijson.simulator.job"

Params = dict[str, Any]
Judge = Callable[[VCenter, Params, Outcome], list[str]]

_numbers = itertools.count(1)


class Scenario(NamedTuple):
    """One module with something to do.

    ``shareable``: whether it can run in a session that others use too. ``keeps``: how many sessions a success has to
    leave open.
    """

    name: str
    module: str
    prepare: Callable[[VCenter], Params]
    judge: Judge
    shareable: bool = True
    keeps: int = 0


def _unique(prefix: str) -> str:
    return f"{prefix}-{next(_numbers):06d}-of-the-fault-matrix"


def _nothing(server: VCenter, params: Params, outcome: Outcome) -> list[str]:
    """For modules that only read: a success has everything that was asked for."""
    if outcome.failed:
        return []
    wanted = params.get("tasks")
    found = [task["moid"] for task in outcome.result.get("tasks", [])]
    return [] if wanted is None or wanted == found else [f"asked for {wanted}, got {found}"]


def _owned_task(server: VCenter, state: str = "queued") -> str:
    """A task that its owner drives."""
    return server.task(type=JOB, state=state, cancelable=True, on_cancel="owner")


# -- reading -------------------------------------------------------------------------------------------------------


def _three_tasks(server: VCenter) -> Params:
    return {"tasks": server.tasks(3, state="running"), "custom_values": True, "localize": True}


def _recent(_server: VCenter) -> Params:
    return {"entity": "/DC0/vm/web01"}


def _waited(server: VCenter) -> Params:
    # Long enough for every request of the wait, also on a busy machine.
    return {"tasks": server.tasks(3, state="running", duration=1), "wait_timeout": 4}


def _judge_wait(server: VCenter, params: Params, outcome: Outcome) -> list[str]:
    if outcome.failed:
        return []
    succeeded = outcome.result["succeeded"]
    return [] if succeeded == params["tasks"] else [f"waited for {params['tasks']}, succeeded {succeeded}"]


# -- creating ------------------------------------------------------------------------------------------------------


def _activated(_server: VCenter) -> Params:
    return {"task_type": JOB, "entity": "/DC0/vm/web01", "activation_id": _unique("activation")}


def _plain_task(server: VCenter) -> Params:
    # Only its parent distinguishes it from other tasks.
    return {"task_type": JOB, "entity": "vm-21", "parent_task_key": server.task(state="running")}


def _judge_creation(server: VCenter, params: Params, outcome: Outcome) -> list[str]:
    mark = next(key for key in ("activation_id", "parent_task_key") if key in params)
    recent = run(server, "vi_task_info", {"states": ["queued"]}).result["tasks"]
    made = [task["moid"] for task in recent if task[mark] == params[mark]]
    if not outcome.failed:
        return [] if made == [outcome.result["task"]["moid"]] else [f"returned one task, created {made}"]
    if len(made) > 1:
        return [f"failed, and made {made}"]
    if made and "not known" not in outcome.result["msg"]:
        return [f"made {made}, and said: {outcome.result['msg']}"]
    return []


# -- changing ------------------------------------------------------------------------------------------------------


def _driven(server: VCenter) -> Params:
    return {"task": _owned_task(server), "state": "running", "progress": 40, "description": "copying"}


def _succeeded(server: VCenter) -> Params:
    return {"task": _owned_task(server), "state": "success", "progress": 100, "result": "done"}


def _errored(server: VCenter) -> Params:
    return {"task": _owned_task(server, "running"), "state": "error", "fault": {"message": "disk full"}}


def _judge_state(server: VCenter, params: Params, outcome: Outcome) -> list[str]:
    info = server.info(params["task"])
    if outcome.failed:
        return []
    wanted = {"state": params["state"]}
    # Some servers keep the progress of a task only while it runs.
    if "progress" in params and (params["state"] == "running" or info.get("progress") is not None):
        wanted["progress"] = params["progress"]
    actual = {key: info.get(key) for key in wanted}
    return [] if actual == wanted else [f"succeeded, but the task is {actual}"]


def _cancelled(server: VCenter) -> Params:
    return {"tasks": server.tasks(3, state="running", cancelable=True, on_cancel="owner")}


def _cancelled_and_waited(server: VCenter) -> Params:
    tasks = server.tasks(2, state="running", cancelable=True, on_cancel="later")
    return {"tasks": tasks, "wait": True, "wait_timeout": 5}


def _judge_cancel(server: VCenter, params: Params, outcome: Outcome) -> list[str]:
    left = [moid for moid in params["tasks"] if not server.info(moid).get("cancelled")]
    return [f"succeeded, but {left} are not cancelled"] if left and not outcome.failed else []


# -- history -------------------------------------------------------------------------------------------------------

PAGES = {"page_size": 20, "limit": 70, "fields": ["key"]}


def _with_history(server: VCenter) -> None:
    server.tasks(120, state="success", completed_ago=60)


def _oldest_first(server: VCenter) -> Params:
    _with_history(server)
    return {**PAGES, "order": "oldest_first"}


def _newest_first(server: VCenter) -> Params:
    _with_history(server)
    return {**PAGES, "order": "newest_first"}


def _latest_page(server: VCenter) -> Params:
    _with_history(server)
    return {"latest_page": True, "page_size": 20, "fields": ["key"]}


def _to_file(server: VCenter) -> Params:
    _with_history(server)
    dest = Path(mkdtemp()) / "tasks.jsonl"
    dest.write_text('{"key": "before"}\n')
    return {**PAGES, "dest": str(dest)}


def _judge_history(server: VCenter, params: Params, outcome: Outcome) -> list[str]:
    if "dest" in params:
        return _judge_file(Path(params["dest"]), params, outcome)
    if outcome.failed:
        return []
    return _in_order([task["key"] for task in outcome.result["tasks"]], params)


def _judge_file(dest: Path, params: Params, outcome: Outcome) -> list[str]:
    keys = [json.loads(line)["key"] for line in dest.read_text().splitlines()]
    others = [path.name for path in dest.parent.iterdir() if path != dest]
    problems = [f"left {others} beside dest"] if others else []
    if outcome.failed:
        return problems + ([] if keys == ["before"] else ["failed, and changed the file that was there"])
    return problems + _in_order(keys, params)


def _in_order(keys: list[str], params: Params) -> list[str]:
    numbers = [int(key.removeprefix("task-")) for key in keys]
    expected = params.get("limit", params["page_size"])
    problems = [] if len(keys) == expected else [f"{len(keys)} tasks instead of {expected}"]
    if len(set(keys)) != len(keys):
        problems.append("a task came twice")
    descending = params.get("order") == "newest_first"
    if "order" in params and numbers != sorted(numbers, reverse=descending):
        problems.append("out of order")
    if not descending and "latest_page" not in params and numbers != list(range(numbers[0], numbers[0] + len(numbers))):
        problems.append("a task is missing")
    return problems


# -- the rest ------------------------------------------------------------------------------------------------------


def _description(_server: VCenter) -> Params:
    return {"description": True}


def _custom_value(server: VCenter) -> Params:
    return {"task": server.task(state="running"), "values": {"Ticket": _unique("ticket")}}


def _judge_custom_value(server: VCenter, params: Params, outcome: Outcome) -> list[str]:
    read = run(server, "vi_task_info", {"tasks": [params["task"]], "custom_values": True})
    value = read.result["tasks"][0]["custom_values"].get("Ticket")
    return [] if outcome.failed or value == params["values"]["Ticket"] else [f"succeeded, but the value is {value!r}"]


def _new_type(_server: VCenter) -> Params:
    key = _unique("com.example")
    return {"extension": key, "company": "Example", "task_types": [{"id": f"{key}.job", "label": "Job"}]}


def _more_types(server: VCenter) -> Params:
    params = _new_type(server)
    assert not run(server, "vi_task_type", params).failed
    more = [{"id": f"{params['extension']}.{name}", "label": name} for name in ("second", "third")]
    return {**params, "task_types": more}


def _no_type(server: VCenter) -> Params:
    params = _new_type(server)
    assert not run(server, "vi_task_type", params).failed
    return {"extension": params["extension"], "company": "Example", "state": "absent"}


def _judge_type(server: VCenter, params: Params, outcome: Outcome) -> list[str]:
    extensions = server.invoke("ExtensionManager/ExtensionManager/FindExtension", {"extensionKey": params["extension"]})
    types = {entry["taskID"] for entry in (extensions or {}).get("taskList") or []}
    problems = []
    if not outcome.failed and params.get("state") == "absent" and extensions is not None:
        problems.append("succeeded, but the extension is there")
    if not outcome.failed and not {entry["id"] for entry in params.get("task_types", [])} <= types:
        problems.append(f"succeeded, but the types are {sorted(types)}")
    if extensions is not None:
        run(server, "vi_task_type", {"extension": params["extension"], "company": "Example", "state": "absent"})
    return problems


def _log_in(_server: VCenter) -> Params:
    return {"state": "present"}


def _judge_log_in(server: VCenter, params: Params, outcome: Outcome) -> list[str]:
    return [] if outcome.failed or outcome.result.get("session_id") else ["succeeded without a session"]


def _log_out(server: VCenter) -> Params:
    return {"state": "absent", "session_id": server.log_in()}


SCENARIOS = (
    Scenario("log in", "vi_session", _log_in, _judge_log_in, shareable=False, keeps=1),
    Scenario("log out", "vi_session", _log_out, _nothing, shareable=False),
    Scenario("info", "vi_task_info", _three_tasks, _nothing),
    Scenario("recent tasks", "vi_task_info", _recent, _nothing),
    Scenario("manager info", "vi_task_manager_info", _description, _nothing),
    Scenario("wait", "vi_task_wait", _waited, _judge_wait),
    Scenario("create", "vi_task_create", _plain_task, _judge_creation),
    Scenario("create once", "vi_task_create", _activated, _judge_creation),
    Scenario("drive", "vi_task_state", _driven, _judge_state),
    Scenario("succeed", "vi_task_state", _succeeded, _judge_state),
    Scenario("fail", "vi_task_state", _errored, _judge_state),
    Scenario("cancel", "vi_task_cancel", _cancelled, _judge_cancel),
    Scenario("cancel and wait", "vi_task_cancel", _cancelled_and_waited, _judge_cancel),
    Scenario("history, oldest first", "vi_task_collector", _oldest_first, _judge_history),
    Scenario("history, newest first", "vi_task_collector", _newest_first, _judge_history),
    Scenario("history, latest page", "vi_task_collector", _latest_page, _judge_history),
    Scenario("history into a file", "vi_task_collector", _to_file, _judge_history),
    Scenario("custom value", "vi_task_custom_value", _custom_value, _judge_custom_value),
    Scenario("register a type", "vi_task_type", _new_type, _judge_type),
    Scenario("extend an extension", "vi_task_type", _more_types, _judge_type),
    Scenario("unregister", "vi_task_type", _no_type, _judge_type),
)
