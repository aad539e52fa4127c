# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reading and setting custom values by the names of their fields."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.vijson.tasks.plugins.module_utils._errors import BadResponse, InputError, TaskError, ViError
from ansible_collections.vijson.tasks.plugins.module_utils._tasks.custom_fields import (
    CustomValues,
    available_fields,
    choose_fields,
    differing_values,
    no_custom_values_yet,
    read_custom_values,
    require_field_privileges,
    set_custom_values,
    values_by_name,
)
from ansible_collections.vijson.tasks.plugins.module_utils._vijson.wire import Reference
from ansible_collections.vijson.tasks.tests.unit.support.fakes import FakeVcenter, ref

OWNER = {"_typeName": "CustomFieldDef", "key": 7, "name": "owner", "type": "string", "managedObjectType": "Task"}
TICKET = {"_typeName": "CustomFieldDef", "key": 8, "name": "ticket", "type": "string"}


def test_available_fields_are_converted_for_results() -> None:
    assert available_fields([OWNER, TICKET]) == [
        {"key": 7, "name": "owner", "type": "string", "managed_object_type": "Task"},
        {"key": 8, "name": "ticket", "type": "string", "managed_object_type": None},
    ]
    assert available_fields(None) == []


def test_values_are_returned_by_field_name() -> None:
    fields = available_fields([OWNER, TICKET])
    value = {"_typeName": "ArrayOfCustomFieldValue", "_value": [{"key": 8, "value": "T-1"}, {"key": 9, "value": "x"}]}
    assert values_by_name(value, fields) == {"ticket": "T-1", "9": "x"}
    assert values_by_name(None, fields) == {}


@pytest.mark.parametrize("field", [{}, {"key": []}, {"key": {}, "name": 5}])
@pytest.mark.parametrize("entry", [{}, {"key": []}, {"key": {}, "value": {"_value": 1}}])
def test_incomplete_fields_and_values_are_accepted(field: Any, entry: Any) -> None:
    assert len(values_by_name([entry], available_fields([field]))) == 1


@pytest.mark.parametrize("wrong", [5, "x", [5]])
def test_invalid_fields_are_an_error(wrong: Any) -> None:
    with pytest.raises(BadResponse):
        available_fields(wrong)
    with pytest.raises(BadResponse):
        values_by_name(wrong, [])


@pytest.mark.parametrize("wanted", [{"owner": "joe"}, {"7": "joe"}])
def test_a_field_is_chosen_by_name_or_key(wanted: dict[str, Any]) -> None:
    assert choose_fields(wanted, [OWNER, TICKET]) == {"owner": "joe"}


def test_a_name_is_preferred_to_the_key_of_another_field() -> None:
    assert choose_fields({"8": "x"}, [{**OWNER, "name": "8"}, TICKET]) == {"8": "x"}


@pytest.mark.parametrize(
    ("wanted", "words"),
    [
        ({"color": "red"}, r"color.*owner.*ticket"),
        ({"owner": "a", "7": "b"}, r"owner.*twice"),
        ({"owner": ["a"]}, r"owner.*string"),
        ({"owner": None}, r"owner.*string"),
    ],
)
def test_invalid_values_are_refused(wanted: dict[str, Any], words: str) -> None:
    with pytest.raises(InputError, match=words):
        choose_fields(wanted, [OWNER, TICKET])


@pytest.mark.parametrize(
    ("chosen", "left"),
    [
        ({"owner": "joe"}, {}),
        ({"owner": "ann"}, {"owner": "ann"}),
        ({"ticket": ""}, {}),
        ({"owner": ""}, {"owner": ""}),
        ({"ticket": "T-1", "owner": "joe"}, {"ticket": "T-1"}),
    ],
)
def test_only_differing_values_are_set(chosen: dict[str, str], left: dict[str, str]) -> None:
    assert differing_values(CustomValues({"owner": "joe"}, [OWNER, TICKET]), chosen) == left


READ = "PropertyCollector.RetrievePropertiesEx"
HAS = "AuthorizationManager.HasPrivilegeOnEntities"
VM = ref("VirtualMachine", "vm-7")


def server_with(**values: Any) -> FakeVcenter:
    """A vCenter whose task-1 has these properties."""
    server = FakeVcenter()
    found = {"obj": ref("Task", "task-1"), "propSet": [{"name": name, "val": value} for name, value in values.items()]}
    server.answers[READ] = lambda _moid, _params: {"objects": [found]} if values else None
    return server


def test_custom_values_of_a_task_take_one_request() -> None:
    server = server_with(
        **{"value": [{"key": 7, "value": "joe"}], "availableField": [OWNER, TICKET], "info.entity": VM}
    )
    with server.client("S0") as client:
        found = read_custom_values(client, "task-1")
    assert found == CustomValues({"owner": "joe"}, [OWNER, TICKET], Reference("VirtualMachine", "vm-7"))
    assert len(server.sent) == 1


def test_a_task_may_have_no_values_and_no_entity() -> None:
    with server_with(availableField=[]).client("S0") as client:
        assert read_custom_values(client, "task-1") == CustomValues({}, [], None)


def test_custom_values_of_a_missing_task_are_an_error() -> None:
    with server_with().client("S0") as client, pytest.raises(TaskError, match="task-1"):
        read_custom_values(client, "task-1")


def test_a_planned_task_has_the_fields_of_tasks_and_of_any_object() -> None:
    server = FakeVcenter()
    other = {**OWNER, "key": 9, "managedObjectType": "VirtualMachine"}
    server.answers["CustomFieldsManager.field"] = lambda _moid, _params: [OWNER, TICKET, other]
    with server.client("S0") as client:
        assert no_custom_values_yet(client) == CustomValues({}, [OWNER, TICKET])


def test_values_are_set_by_field_name() -> None:
    server = FakeVcenter()
    server.answers["Task.setCustomValue"] = lambda _moid, _params: None
    with server.client("S0") as client:
        done: list[str] = []
        set_custom_values(client, "task-1", {"owner": "joe", "ticket": ""}, done.append)
    assert done == ["owner", "ticket"]
    assert [(sent.moid, sent.params) for sent in server.sent] == [
        ("task-1", {"key": "owner", "value": "joe"}),
        ("task-1", {"key": "ticket", "value": ""}),
    ]


@pytest.mark.parametrize(
    ("policy", "texts", "privilege"),
    [
        (None, {"owner": "joe"}, "Global.SetCustomField"),
        ({"updatePrivilege": "My.Own"}, {"owner": "joe"}, "My.Own"),
        ({"updatePrivilege": ""}, {"owner": "joe"}, "Global.SetCustomField"),
        (None, {"ticket": "T-1"}, "Global.SetCustomField"),
    ],
)
def test_the_privilege_of_a_field_is_needed_on_the_entity(policy: Any, texts: dict[str, str], privilege: str) -> None:
    server = FakeVcenter()
    server.answers[HAS] = lambda _moid, params: [
        {"entity": VM, "privAvailability": [{"privId": params["privId"][0], "isGranted": False}]}
    ]
    fields = [{**OWNER, "fieldInstancePrivileges": policy}, TICKET]
    with server.client() as client:
        with pytest.raises(ViError, match=f"{privilege} on VirtualMachine:vm-7"):
            require_field_privileges(client, CustomValues({}, fields, Reference("VirtualMachine", "vm-7")), texts)
        require_field_privileges(client, CustomValues({}, fields, None), texts)
        require_field_privileges(client, CustomValues({}, fields, Reference("VirtualMachine", "vm-7")), {"other": "x"})
    assert [sent.params["entity"] for sent in server.named(HAS)] == [[VM]]


def test_a_field_with_a_name_that_ansible_reserves_loses_its_underscores() -> None:
    fields = available_fields([{**OWNER, "name": "__ansible_type"}])
    values = values_by_name([{"key": 7, "value": "x"}], fields)
    assert values == {"ansible_type": "x"}
    assert differing_values(CustomValues(values, fields), {"__ansible_type": "x"}) == {}
