# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Setting custom values by the names or keys of their fields."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.vijson.tasks.plugins.modules import vi_task_custom_value
from ansible_collections.vijson.tasks.tests.unit.support.documentation import check_module
from ansible_collections.vijson.tasks.tests.unit.support.fakes import FakeVcenter, Fault, Params, ref
from ansible_collections.vijson.tasks.tests.unit.support.modules import run_module_on

SET = "Task.setCustomValue"
FIELDS = [
    {"key": 7, "name": "owner", "type": "string", "managedObjectType": "Task"},
    {"key": 8, "name": "ticket", "type": "string", "managedObjectType": "Task"},
]


class ValueServer(FakeVcenter):
    """A vCenter with task-1, whose field owner is joe.

    :ivar granted: whether the user may set values
    """

    def __init__(self, *, granted: bool = True) -> None:
        super().__init__()
        self.granted = granted
        self.values = {"owner": "joe"}
        self.answers.update(
            {
                "PropertyCollector.RetrievePropertiesEx": self._retrieve,
                "CustomFieldsManager.field": lambda _moid, _params: FIELDS,
                "AuthorizationManager.HasPrivilegeOnEntities": self._has_privilege,
                SET: lambda _moid, params: self.values.update({params["key"]: params["value"]}),
            }
        )

    def _retrieve(self, _moid: str, params: Params) -> Any:
        (spec,) = params["specSet"]
        if spec["objectSet"][0]["obj"]["value"] != "task-1":
            return None
        keys = {str(field["name"]): field["key"] for field in FIELDS}
        found = {
            "value": [{"key": keys[name], "value": text} for name, text in self.values.items()],
            "availableField": FIELDS,
            "info.entity": ref("VirtualMachine", "vm-7"),
        }
        props = [{"name": name, "val": value} for name, value in found.items()]
        return {"objects": [{"obj": ref("Task", "task-1"), "propSet": props}]}

    def _has_privilege(self, _moid: str, params: Params) -> Any:
        granted = {"privId": params["privId"][0], "isGranted": self.granted}
        return [{"entity": params["entity"][0], "privAvailability": [granted]}]


def run(server: ValueServer, task: str = "task-1", *, check_mode: bool = False, **values: Any) -> dict[str, Any]:
    arguments = {"task": task, "values": values}
    return run_module_on(server, vi_task_custom_value, arguments, check_mode=check_mode)


def test_the_documentation_matches_the_arguments() -> None:
    check_module(vi_task_custom_value)


@pytest.mark.parametrize("check_mode", [True, False])
@pytest.mark.parametrize(
    ("values", "after"),
    [
        ({"owner": "joe"}, {"owner": "joe"}),
        ({"owner": "ann"}, {"owner": "ann"}),
        ({"8": "T-1"}, {"owner": "joe", "ticket": "T-1"}),
        ({"owner": "joe", "ticket": 5}, {"owner": "joe", "ticket": "5"}),
    ],
)
def test_values_are_set_and_returned_with_a_diff(
    values: dict[str, Any], after: dict[str, str], check_mode: bool
) -> None:
    server = ValueServer()
    result = run(server, check_mode=check_mode, **values)
    assert result["custom_values"] == after
    assert result["changed"] is (after != {"owner": "joe"})
    assert result["diff"] == {"before": {"owner": "joe"}, "after": after}
    assert server.values == ({"owner": "joe"} if check_mode else after)


def test_only_differing_values_are_sent() -> None:
    server = ValueServer()
    run(server, owner="joe", ticket="T-1")
    assert [sent.params for sent in server.named(SET)] == [{"key": "ticket", "value": "T-1"}]


def test_a_planned_task_has_no_values_yet() -> None:
    result = run(ValueServer(), "check-mode", check_mode=True, owner="joe")
    assert result["diff"] == {"before": {}, "after": {"owner": "joe"}}


def test_check_mode_reports_a_missing_privilege() -> None:
    result = run(ValueServer(granted=False), check_mode=True, owner="ann")
    assert "Global.SetCustomField on VirtualMachine:vm-7" in result["msg"]


@pytest.mark.parametrize(("task", "values"), [("task-9", {"owner": "x"}), ("task-1", {"colour": "red"})])
def test_a_missing_task_or_field_is_refused(task: str, values: dict[str, Any]) -> None:
    server = ValueServer()
    assert run(server, task, **values)["failed"]
    assert server.operations[SET] == 0


@pytest.mark.parametrize("refusal", ["NotSupported", "InvalidArgument"])
def test_a_server_without_custom_fields_gives_a_clear_error(refusal: str) -> None:
    server = ValueServer()
    server.trouble["Task.setCustomValue"] = [Fault(refusal)]
    result = run(server, owner="me")
    assert result["msg"].startswith("values: vc.example.com refused to set the custom field 'owner' of task-1")
    assert result["msg"].endswith("It may not support custom fields on tasks")
    assert result["fault"]["type"] == refusal


def test_values_set_before_a_failure_are_in_the_result() -> None:
    server = ValueServer()
    server.trouble[SET] = [None, Fault("NoPermission")]
    result = run(server, owner="ann", ticket="T-1")
    assert (result["failed"], result["changed"]) == (True, True)
    assert result["custom_values"] == server.values == {"owner": "ann"}
