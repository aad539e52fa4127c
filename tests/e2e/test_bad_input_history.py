# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Bad input for the modules for history, custom fields, task types and sessions fails with one line."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.vijson.tasks.plugins.module_utils._vijson.client import Client
from ansible_collections.vijson.tasks.plugins.module_utils._vijson.client_session import Credentials
from ansible_collections.vijson.tasks.plugins.module_utils._vijson.transport import Endpoint
from ansible_collections.vijson.tasks.plugins.module_utils._vijson.wire import data_object
from ansible_collections.vijson.tasks.tests.e2e.both_ways import BothWays
from ansible_collections.vijson.tasks.tests.support.runs import Ansible, Outcome, task
from ansible_collections.vijson.tasks.tests.support.simulators import simulator
from ansible_collections.vijson.tasks.tests.support.vcenter import VCenter

COLLECTOR = "vi_task_collector"
TIME_FORMS = (
    " Use RFC 3339 with a zone such as 2026-11-22T04:00:00Z, a date such as 2026-11-22 (midnight UTC), or how long ago:"
    " 90s, 15m, 12h, 7d, 1w"
)
DEST_FORMS = ". Use the path of a file in an existing folder that you can write to"
READING = {
    "SessionManager.Login",
    "SessionManager.Logout",
    "SessionManager.currentSession",
    "TaskManager.CreateCollectorForTasks",
    *(f"TaskHistoryCollector.{name}" for name in ("ResetCollector", "DestroyCollector")),
    *(f"TaskHistoryCollector.{name}" for name in ("ReadNextTasks", "ReadPreviousTasks", "latestPage")),
    "PropertyCollector.RetrievePropertiesEx",
    "ExtensionManager.FindExtension",
    "ServiceInstance.CurrentTime",
    "SearchIndex.FindByInventoryPath",
}

NOTHING_SENT: dict[str, tuple[str, dict[str, Any], str]] = {
    "end before begin": (
        COLLECTOR,
        {"begin_time": "2026-11-02T00:00:00Z", "end_time": "2026-11-01T00:00:00Z"},
        "end_time: the time is before begin_time. Use a time at or after begin_time",
    ),
    "relative end before begin": (COLLECTOR, {"begin_time": "1h", "end_time": "2h"}, "end_time: the time is before"),
    "time": (COLLECTOR, {"begin_time": "yesterday"}, f"begin_time: 'yesterday' is not a valid time.{TIME_FORMS}"),
    "time without a zone": (
        COLLECTOR,
        {"end_time": "2026-11-22T04:00:00"},
        f"end_time: '2026-11-22T04:00:00' is not a valid time.{TIME_FORMS}",
    ),
    "page_size 1001": (COLLECTOR, {"page_size": 1001}, "page_size: 1001 is not a valid page size. Use 1 to 1000"),
    "page_size 0": (COLLECTOR, {"page_size": 0}, "page_size: 0 is not a valid page size. Use 1 to 1000"),
    "limit": (
        COLLECTOR,
        {"limit": 0},
        "limit: 0 is not a valid number of tasks. Use 1 or more, or leave it out to read all",
    ),
    "fields": (
        COLLECTOR,
        {"fields": ["state", "color"]},
        "fields: a task has no field 'color'. Use brief, or one or more of: key, moid, name, ",
    ),
    "no fields": (
        COLLECTOR,
        {"fields": []},
        "fields: the list is empty. Use brief, or one or more of: key, moid, name, ",
    ),
    "alarm": (
        COLLECTOR,
        {"alarm": "vm-7"},
        "alarm: 'vm-7' is not a valid Alarm. Use alarm-7, Alarm:alarm-7, or {type: Alarm, moid: alarm-7}",
    ),
    "scheduled_task": (
        COLLECTOR,
        {"scheduled_task": "Alarm:schedule-3"},
        "scheduled_task: 'Alarm:schedule-3' is not a valid ScheduledTask. Use schedule-7, ",
    ),
    "description_ids": (
        COLLECTOR,
        {"description_ids": ""},
        "description_ids: a name in the list is empty. Check for an extra comma, or for a variable without a value.",
    ),
    "users": (COLLECTOR, {"users": ["a@b", ""]}, "users: a name in the list is empty. Check for an extra comma"),
    "parent_task_keys": (
        COLLECTOR,
        {"parent_task_keys": ["task-1", "vm-7"]},
        "parent_task_keys: 'vm-7' is not a valid task. Use task-42, Task:task-42, ",
    ),
    "root_task_keys": (
        COLLECTOR,
        {"root_task_keys": [{"moid": "vm-7"}]},
        "root_task_keys: 'vm-7' is not a valid task. Use task-42, Task:task-42, ",
    ),
    "recursion": (
        COLLECTOR,
        {"recursion": "down"},
        "value of recursion must be one of: self, children, all, got: down",
    ),
    "no folder": (COLLECTOR, {"dest": "/nowhere/x"}, f"dest: the folder /nowhere does not exist{DEST_FORMS}"),
    "a folder": (COLLECTOR, {"dest": "/usr/"}, f"dest: /usr/ is a folder{DEST_FORMS}"),
    "no path": (COLLECTOR, {"dest": ""}, "dest: the path is empty. Set it to the file to write"),
    "a device": (COLLECTOR, {"dest": "/dev/null"}, f"dest: /dev/null is not a regular file{DEST_FORMS}"),
    "mode": (
        COLLECTOR,
        {"dest": "x", "mode": "rw"},
        "mode: 'rw' is not a valid file mode. Use octal digits in quotes, such as '0640'",
    ),
    "no values": ("vi_task_custom_value", {"task": "task-1"}, "missing required arguments: values"),
    "no extension": ("vi_task_type", {}, "missing required arguments: extension"),
    "empty extension": ("vi_task_type", {"extension": " "}, "extension: the key is empty. Use a key such as "),
    "no id": (
        "vi_task_type",
        {"extension": "a.b", "task_types": [{"label": "x"}]},
        "missing required arguments: id found in task_types",
    ),
    "twice": (
        "vi_task_type",
        {"extension": "a.b", "task_types": [{"id": "x"}, {"id": "x"}]},
        "task_types: 'x' is given twice. List each id once",
    ),
    "no session": (
        "vi_session",
        {"state": "absent"},
        "session_id: the option is missing. Use the id of the session to end",
    ),
}


def assert_refused(outcome: Outcome, expected: str) -> None:
    """The message is one line with the expected start, and nothing is left open or changed."""
    assert outcome.status == "failed"
    assert "\n" not in outcome.msg
    assert outcome.msg.startswith(expected), f"{outcome.msg!r}\nis not\n{expected!r}"
    assert not outcome.result["changed"]
    assert outcome.left == {}
    assert set(outcome.requests) <= READING


def test_bad_input_is_refused_before_a_request_is_sent(both_ways: BothWays) -> None:
    run = both_ways.tasks(
        [task(name, module, arguments) for name, (module, arguments, _message) in NOTHING_SENT.items()]
    )
    for name, (_module, _arguments, message) in NOTHING_SENT.items():
        assert_refused(run[name], message)
        assert run[name].requests == {}


def test_input_that_the_server_refuses_fails_with_a_clear_message(both_ways: BothWays) -> None:
    moid = both_ways.each(lambda vcenter: vcenter.task())
    foreign = {"extension": "net.example.backup", "task_types": [{"id": "net.example.backup.mine"}]}
    run = both_ways.tasks(
        [
            task("end before begin", COLLECTOR, {"begin_time": "1h", "end_time": "2001-01-01T00:00:00Z"}),
            task("too long ago", COLLECTOR, {"begin_time": "999999999d"}),
            task("no such entity", COLLECTOR, {"entity": "vm-999"}),
            task("no such path", COLLECTOR, {"entity": ["/DC0/vm/web01,old"]}),
            task("no entity at all", COLLECTOR, {"entity": {"type": "TaskManager", "moid": "TaskManager"}}),
            task("field", "vi_task_custom_value", {"task": moid, "values": {"Color": "red"}}),
            task("field twice", "vi_task_custom_value", {"task": moid, "values": {"Owner": "me", "102": "you"}}),
            task("no text", "vi_task_custom_value", {"task": moid, "values": {"Owner": ["me"]}}),
            task("no task", "vi_task_custom_value", {"task": "task-9999999", "values": {"Owner": "me"}}),
            task("another vendor's", "vi_task_type", {**foreign, "company": "Example"}),
            task("another vendor's, nothing said", "vi_task_type", foreign),
            task("another vendor's as a whole", "vi_task_type", {"extension": "net.example.backup", "state": "absent"}),
            task("nobody's as a whole", "vi_task_type", {"extension": "net.example.plain", "state": "absent"}),
            task("password", "vi_session", {"password": "wrong-Secret1"}),
        ]
    )
    host = both_ways.vcenters[0].host
    owned = (
        "company: the extension net.example.backup belongs to the company 'Example Ltd'. If it is yours, set company: "
    )
    for name, message in {
        "end before begin": "end_time: the time is before begin_time",
        "too long ago": "begin_time: the time is outside the years 1 to 9999",
        "no such entity": f"entity: VirtualMachine:vm-999 does not exist, or no longer exists, on {host} (Man",
        "no such path": "entity: there is no object at the inventory path /DC0/vm/web01,old, or",
        "no entity at all": "entity: TaskManager is not a type of inventory object. Use VirtualMachine, HostSystem, ",
        "field": "values: tasks have no custom field 'Color'. Available fields (with keys): Approved by (104), ",
        "field twice": "values: the custom field 'Owner' is given twice, by name and by key",
        "no text": "values: ['me'] is not a valid string for 'Owner'. Use a string in quotes; an empty string clears ",
        "no task": f"task: task-9999999 does not exist, or no longer exists, on {host}",
        "another vendor's": owned,
        "another vendor's, nothing said": owned,
        "another vendor's as a whole": owned,
        "nobody's as a whole": "company: the extension net.example.plain has no company. If it is yours, ",
        "password": f"{host} did not accept the user name and password of administrator@vsphere.local (InvalidLogin)",
    }.items():
        assert_refused(run[name], message)
    assert "wrong-Secret1" not in str(run.outcomes) + run.output


def test_the_33rd_collector_of_a_session_fails_with_advice(ansible: Ansible, vcenter: VCenter) -> None:
    variables = vcenter.variables
    endpoint = Endpoint(vcenter.host, vcenter.port, variables["VMWARE_CA_PATH"])
    with Client(endpoint, Credentials(variables["VMWARE_USER"], variables["VMWARE_PASSWORD"])) as client:
        session_id = client.log_in().id
        for _number in range(32):
            client.call("taskManager", "CreateCollectorForTasks", {"filter": data_object("TaskFilterSpec")})
        run = ansible.tasks(
            [
                task("33rd", COLLECTOR, {"session_id": session_id}),
                task("in a session of its own", COLLECTOR, {"tags": ["none"]}),
            ]
        )
    assert run["33rd"].msg.startswith(
        "This session has as many history collectors as the server allows (max_collector "
    )
    assert "If session_id is set, leave it out" in run["33rd"].msg
    assert run["33rd"].result["fault"]["type"] == "InvalidState"
    assert run["in a session of its own"].status == "ok"


@pytest.fixture(scope="module")
def esxi() -> Iterator[VCenter]:
    """An ESXi host."""
    with simulator(["--history", "0", "--api-type", "HostAgent"]) as found:
        yield VCenter(found)


def test_an_esxi_host_has_recent_tasks_but_no_history(esxi: VCenter, tmp_path: Path) -> None:
    moid = esxi.task(state="running")
    run = Ansible(esxi, tmp_path).tasks(
        [
            task("history", COLLECTOR),
            task("recent", "vi_task_info"),
            task("manager", "vi_task_manager_info", {"description": True}),
            task("types", "vi_task_type", {"extension": "com.example.jobs"}),
        ]
    )
    assert run["history"].msg.startswith(f"{esxi.host} has no history of tasks: it is an ESXi host. Use the vCenter")
    assert run["history"].result["fault"]["type"] == "NotSupported"
    assert [found["moid"] for found in run["recent"].result["tasks"]] == [moid]
    assert run["manager"].result["recent_tasks"] == [moid]
    assert run["types"].msg == f"{esxi.host} has no extensionManager. For an ESXi host, use the vCenter that manages it"
    assert all(outcome.left == {} for outcome in run)
