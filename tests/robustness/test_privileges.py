# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Changes by users without the privilege: they fail and name it, also in check mode, and nothing changes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from ansible_collections.vijson.tasks.tests.support.module_runs import Outcome, run
from ansible_collections.vijson.tasks.tests.support.runs import Ansible, Task, task
from ansible_collections.vijson.tasks.tests.support.simulators import simulator
from ansible_collections.vijson.tasks.tests.support.vcenter import VCenter

JOB = "com.vijson.simulator.job"
ROOT = "Folder:group-d1"
VM = "VirtualMachine:vm-21"
PASSWORD = "a-Secret1"

OLD = {"extension": "com.example.old", "company": "Example"}
NEW = {"extension": "com.example.new", "company": "Example"}
KINDS = [{"id": "com.example.old.one", "label": "One"}]
MORE = [*KINDS, {"id": "com.example.old.two", "label": "Two"}]


class Change(NamedTuple):
    """A module's parameters, the request that makes the change, the privilege that it needs, and on which object."""

    module: str
    arguments: dict[str, Any]
    request: str
    privilege: str
    on: str = ROOT

    @property
    def lack(self) -> str:
        """The message about the missing privilege."""
        return f"the user lacks the privilege {self.privilege} on {self.on} (NoPermission)"


def changes(driven: str, cancelled: str) -> dict[str, Change]:
    """All changes, in an order in which each one changes something after those before it."""

    def drive(request: str, **wanted: Any) -> Change:
        return Change("vi_task_state", {"task": driven, **wanted}, f"Task.{request}", "Task.Update")

    def fill(field: str, privilege: str) -> Change:
        arguments = {"task": driven, "values": {field: "x"}}
        return Change("vi_task_custom_value", arguments, "Task.setCustomValue", privilege, VM)

    def register(verb: str, arguments: dict[str, Any], **more: Any) -> Change:
        request, privilege = f"ExtensionManager.{verb}Extension", f"Extension.{verb}"
        return Change("vi_task_type", {**arguments, **more}, request, privilege)

    create = {"task_type": JOB, "entity": "vm-21", "activation_id": "of-one-who-may-not"}
    cancel = {"tasks": [cancelled]}
    return {
        "create": Change("vi_task_create", create, "TaskManager.CreateTask", "Task.Create"),
        "start": drive("SetTaskState", state="running"),
        "describe": drive("SetTaskDescription", description="copying"),
        "progress": drive("UpdateProgress", progress=7),
        "end": drive("SetTaskState", state="error", fault={"message": "disk full"}),
        "cancel": Change("vi_task_cancel", cancel, "Task.CancelTask", "Global.CancelTask", VM),
        "value": fill("Owner", "Global.SetCustomField"),
        "value with a policy": fill("Approved by", "Task.Update"),
        "register": register("Register", NEW),
        "extend": register("Update", OLD, task_types=MORE),
        "reduce": register("Update", OLD, task_types=MORE[1:], state="absent"),
        "unregister": register("Unregister", OLD, state="absent"),
    }


PRIVILEGES = sorted({change.privilege for change in changes("", "").values()})


def users() -> dict[str, str]:
    """Users by name: for each privilege, one who has only it and one who has all others."""
    only = {f"only-{privilege}": privilege for privilege in PRIVILEGES}
    but = {f"but-{one}": "+".join(other for other in PRIVILEGES if other != one) for one in PRIVILEGES}
    return {**only, **but, "reader": "readonly", "nobody": "none"}


@pytest.fixture(scope="module")
def server() -> Iterator[VCenter]:
    """A simulator with these users."""
    options = [part for name, role in users().items() for part in ("--user", f"{name}:{PASSWORD}:{role}")]
    with simulator(["--history", "0", "--check", *options]) as variables:
        yield VCenter(variables)


@pytest.fixture
def asked(server: VCenter) -> Iterator[dict[str, Change]]:
    """The changes, and a server on which each of them is possible."""
    driven, cancelled = server.task(type=JOB, state="queued", on_cancel="owner"), server.task(on_cancel="at_once")
    assert not run(server, "vi_task_type", {**OLD, "task_types": KINDS}).failed
    server.reset()
    yield changes(driven, cancelled)
    left, violations = server.left(), server.state()["violations"]
    for arguments in (OLD, NEW):
        run(server, "vi_task_type", {**arguments, "state": "absent"})
    server.clean()
    assert (left, violations) == ({}, [])


@pytest.fixture
def ansible(server: VCenter, tmp_path: Path) -> Ansible:
    return Ansible(server, tmp_path)


def by(user: str, name: str, change: Change, *, check: bool) -> Task:
    """Run a change as a user."""
    arguments = {**change.arguments, "username": user, "password": PASSWORD}
    return task(f"{name} by {user}, check mode {check}", change.module, arguments, check_mode=check)


def everything(server: VCenter) -> Any:
    """Everything that the changes would alter."""
    recent = run(server, "vi_task_info", {"custom_values": True}).result
    tasks = [{**task, "elapsed": "passes by itself"} for task in recent["tasks"]]
    found = [
        server.invoke("ExtensionManager/ExtensionManager/FindExtension", {"extensionKey": each["extension"]})
        for each in (OLD, NEW)
    ]
    return tasks, found


def test_a_change_without_its_privilege_fails_and_changes_nothing(
    ansible: Ansible, server: VCenter, asked: dict[str, Change]
) -> None:
    # a queued task accepts no progress, and there is no extension to reduce yet
    possible = {name: change for name, change in asked.items() if name not in ("progress", "reduce")}
    tried = [
        (change, check, by(user, name, change, check=check))
        for name, change in possible.items()
        for user in ("reader", f"but-{change.privilege}")
        for check in (True, False)
    ]
    before = everything(server)
    done = ansible.tasks([task for _change, _check, task in tried])
    assert everything(server) == before
    for change, check, tried_task in tried:
        outcome = done[tried_task["name"]]
        assert outcome.status == "failed", outcome
        # vi_task_cancel may cancel other tasks, so its check mode has the message of the run
        assert outcome.msg.startswith("Check mode: ") is (check and change.module != "vi_task_cancel")
        assert change.lack in outcome.msg
        assert outcome.requests.get(change.request, 0) == (0 if check else 1)
        assert outcome.left == {}
        if not check and change.module != "vi_task_cancel":
            assert outcome.result["fault"]["type"] == "NoPermission"
    assert "Traceback" not in done.output


def test_a_change_needs_only_its_own_privilege(ansible: Ansible, asked: dict[str, Change]) -> None:
    tasks = [
        by(f"only-{change.privilege}", name, change, check=check)
        for name, change in asked.items()
        for check in (True, False)
    ]
    done = ansible.tasks(tasks)
    for each in tasks:
        assert done[each["name"]].status == "ok", done[each["name"]]
        assert done[each["name"]].result["changed"] is True


def alone(server: VCenter, user: str, change: Change, *, check: bool) -> Outcome:
    """Run a change as a user in a session of its own."""
    arguments = {**change.arguments, "username": user, "password": PASSWORD}
    return run(server, change.module, arguments, check_mode=check)


def test_a_change_without_its_privilege_fails_in_a_session_of_its_own(
    server: VCenter, asked: dict[str, Change]
) -> None:
    possible = [change for name, change in asked.items() if name not in ("progress", "reduce")]
    before = everything(server)
    for change in possible:
        for user in ("reader", f"but-{change.privilege}"):
            for check in (True, False):
                outcome = alone(server, user, change, check=check)
                assert outcome.failed
                assert change.lack in outcome.result["msg"]
    assert everything(server) == before


def test_a_change_needs_only_its_own_privilege_in_a_session_of_its_own(
    server: VCenter, asked: dict[str, Change]
) -> None:
    for change in asked.values():
        for check in (True, False):
            outcome = alone(server, f"only-{change.privilege}", change, check=check)
            assert outcome.result.get("changed") is True, outcome.result


def test_a_user_who_may_not_log_in_changes_nothing(ansible: Ansible, server: VCenter, asked: dict[str, Change]) -> None:
    tasks = [by("nobody", name, change, check=False) for name, change in asked.items()]
    before = everything(server)
    done = ansible.tasks(tasks)
    assert everything(server) == before
    lack = f"the user lacks the privilege System.View on {ROOT} (NoPermission)"
    for outcome in done:
        assert outcome.msg == f"Login of SessionManager:SessionManager: {lack}"
        assert outcome.result["fault"]["type"] == "NoPermission"
        assert outcome.requests["SessionManager.Login"] == 1
