# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Creating a task only once, even if responses are lost."""

from __future__ import annotations

from itertools import count
from typing import Any

import pytest

from ansible_collections.vijson.tasks.plugins.module_utils._errors import ConnectError, FaultError, InputError, ViError
from ansible_collections.vijson.tasks.plugins.module_utils._own_tasks import creating
from ansible_collections.vijson.tasks.plugins.module_utils._own_tasks.creating import (
    CreatedTask,
    NewTask,
    activation_id_doubts,
    create_or_find_task,
    new_task_entity,
    parse_activation_id,
)
from ansible_collections.vijson.tasks.plugins.module_utils._task_info.task_result import TASK_KEYS, planned_task
from ansible_collections.vijson.tasks.plugins.module_utils._vijson.wire import Reference
from ansible_collections.vijson.tasks.tests.unit.support.fake_history import HistoryServer
from ansible_collections.vijson.tasks.tests.unit.support.fakes import Fault, Lost, ref

CREATE = "TaskManager.CreateTask"
READ = "PropertyCollector.RetrievePropertiesEx"
COLLECT = "TaskManager.CreateCollectorForTasks"
ROOT = Reference("Folder", "group-d1")
EXTENSIONS = [
    {"key": "com.example", "taskList": [{"taskID": "com.example.b"}, {"taskID": "com.example.a"}]},
    {"key": "com.other", "taskList": None},
    {"key": "com.third"},
]


class CreatingServer(HistoryServer):
    """Creates tasks, which the history may have later than ``recentTask``, or the other way round.

    :ivar recent: the tasks in ``recentTask``
    :ivar shown_after: how many searches later the history, and ``recentTask``, have a new task
    """

    def __init__(self) -> None:
        super().__init__(3)
        self.recent: list[dict[str, Any]] = []
        self.shown_after = (0, 0)
        self._numbers = count(3)
        self.answers.update(
            {
                CREATE: self._create,
                READ: self._retrieve,
                "ExtensionManager.extensionList": lambda _moid, _params: EXTENSIONS,
                "ServiceInstance.content": lambda _moid, _params: {"rootFolder": ref("Folder", "group-d1")},
                "AuthorizationManager.HasPrivilegeOnEntities": lambda _moid, _params: [],
            }
        )

    def _create(self, _moid: str, params: Any) -> Any:
        fields = {"activationId": params.get("activationId"), "descriptionId": params["taskTypeId"]}
        new = {**self.task(next(self._numbers), **fields), "state": "queued"}
        in_history, in_recent = self.shown_after
        self._show_after(in_history, COLLECT, self.tasks, new)
        self._show_after(in_recent, READ, self.recent, new)
        return new

    def _show_after(self, searches: int, operation: str, where: list[Any], new: Any) -> None:
        """The search number ``searches`` from now on, beginning with 0, is the first that finds the task."""
        if not searches:
            where.append(new)
            return
        handler, passed = self.answers[operation], count(1)

        def later(moid: str, params: Any) -> Any:
            if next(passed) == searches:
                where.append(new)
            return handler(moid, params)

        self.answers[operation] = later

    def _retrieve(self, _moid: str, params: Any) -> Any:
        root = params["specSet"][0]["objectSet"][0]["obj"]
        if root["type"] == "Task":
            return None
        if root["type"] != "TaskManager":
            name = {"name": "name", "val": {"_typeName": "string", "_value": "All"}}
            return {"objects": [{"obj": root, "propSet": [name]}]}
        tasks = [{"obj": task["task"], "propSet": [{"name": "info", "val": task}]} for task in self.recent]
        return {"objects": [{"obj": root}, *tasks]}


@pytest.fixture
def server() -> CreatingServer:
    return CreatingServer()


@pytest.fixture(autouse=True)
def slept(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The pauses between searches."""
    pauses: list[float] = []
    monkeypatch.setattr(creating, "sleep", pauses.append)
    return pauses


def create(
    server: CreatingServer, activation_id: str | None = None, *, check_mode: bool = False, retry_failed: bool = False
) -> CreatedTask:
    new = NewTask(ROOT, "com.example.a", cancelable=True, activation_id=activation_id)
    with server.client() as client:
        return create_or_find_task(client, new, check_mode=check_mode, retry_failed=retry_failed)


def test_the_entity_is_the_root_folder_by_default(server: CreatingServer) -> None:
    host = Reference("HostSystem", "host-1")
    with server.client() as client:
        assert (new_task_entity(client, None), new_task_entity(client, host)) == (ROOT, host)


def test_an_activation_id_is_not_empty() -> None:
    assert (parse_activation_id(None), parse_activation_id("a-1")) == (None, "a-1")
    with pytest.raises(InputError, match="activation_id: the string is empty"):
        parse_activation_id("")


def test_all_options_are_sent_in_one_request(server: CreatingServer) -> None:
    new = NewTask(ROOT, "com.example.a", True, "joe", "task-1", "a-1")
    with server.client() as client:
        create_or_find_task(client, new, check_mode=False)
    (sent,) = server.named(CREATE)
    assert sent.params == {
        "obj": ref("Folder", "group-d1"),
        "taskTypeId": "com.example.a",
        "cancelable": True,
        "initiatedBy": "joe",
        "parentTaskKey": "task-1",
        "activationId": "a-1",
    }
    assert not sent.repeatable


def test_each_call_without_an_activation_id_creates_a_task(server: CreatingServer) -> None:
    assert [create(server).task["moid"] for _time in range(2)] == ["task-3", "task-4"]
    assert server.operations[COLLECT] == 0
    assert "activationId" not in server.named(CREATE)[0].params
    assert NewTask(ROOT, "com.example.a").params()["cancelable"] is False


def test_an_activation_id_creates_one_task(server: CreatingServer) -> None:
    first, second = create(server, "a-1"), create(server, "a-1")
    assert (first.changed, second.changed) == (True, False)
    assert first.task["moid"] == second.task["moid"] == "task-3"
    assert server.operations[CREATE] == 1


@pytest.mark.parametrize("state", ["queued", "running", "success", "error"])
def test_a_task_with_the_activation_id_is_found_in_any_state(server: CreatingServer, state: str) -> None:
    server.tasks.append({**server.task(7, activationId="a-1"), "state": state})
    assert (create(server, "a-1").task["moid"], server.operations[CREATE]) == ("task-7", 0)


@pytest.mark.parametrize(("state", "retried"), [("queued", 0), ("running", 0), ("success", 0), ("error", 1)])
def test_a_failed_task_is_retried_on_request(server: CreatingServer, state: str, retried: int) -> None:
    server.tasks = [{**server.task(0, activationId="a-1"), "state": state}]
    created = create(server, "a-1", retry_failed=True)
    assert (created.changed, server.operations[CREATE]) == (bool(retried), retried)
    assert create(server, "a-1", retry_failed=True).task["moid"] == created.task["moid"]


@pytest.mark.parametrize("ran", [True, False])
def test_a_lost_response_of_a_retry_does_not_return_the_failed_task(server: CreatingServer, ran: bool) -> None:
    server.tasks = [{**server.task(0, activationId="a-1"), "state": "error"}]
    server.trouble[CREATE] = [Lost(ran=ran)]
    created = create(server, "a-1", retry_failed=True)
    assert (created.task["state"], created.changed) == ("queued", True)
    assert len(server.tasks) == 2


def test_the_newest_of_several_tasks_is_returned(server: CreatingServer) -> None:
    server.tasks = [server.task(number, activationId="a-1") for number in (4, 9, 6)]
    assert create(server, "a-1").task["moid"] == "task-9"


def test_the_activation_id_is_compared_if_the_server_does_not_filter(server: CreatingServer) -> None:
    server.tasks.append(server.task(7, activationId="a-1"))
    everything = server.answers[COLLECT]
    server.answers[COLLECT] = lambda moid, _params: everything(moid, {"filter": {}})
    assert create(server, "a-1").task["moid"] == "task-7"
    assert create(server, "a-2").changed


def test_the_collector_filters_by_the_activation_id(server: CreatingServer) -> None:
    create(server, "a-1")
    assert server.named(COLLECT)[0].params["filter"]["activationId"] == ["a-1"]
    assert server.owned == {}


@pytest.mark.parametrize("ran", [True, False])
def test_a_lost_response_without_an_activation_id_is_an_error(server: CreatingServer, ran: bool) -> None:
    server.trouble[CREATE] = [Lost(ran=ran)]
    with pytest.raises(ViError, match=r"not known.*Look for the task before you try again\. With activation_id"):
        create(server)
    assert server.operations[CREATE] == 1


def test_a_task_is_found_after_a_lost_response(server: CreatingServer) -> None:
    server.trouble[CREATE] = [Lost(ran=True)]
    created = create(server, "a-1")
    assert (created.task["moid"], created.changed, server.operations[CREATE]) == ("task-3", True, 1)


def test_a_task_is_found_in_recent_tasks_before_the_history_has_it(server: CreatingServer) -> None:
    server.shown_after = (10, 0)
    first, second = create(server, "a-1"), create(server, "a-1")
    assert (first.task["moid"], second.task["moid"], second.changed) == ("task-3", "task-3", False)
    assert server.operations[CREATE] == 1


def test_a_task_is_found_in_the_history_if_it_is_not_recent(server: CreatingServer) -> None:
    server.shown_after = (0, 10)
    assert [create(server, "a-1").changed for _time in range(2)] == [True, False]


def test_a_recent_task_is_found_without_a_collector(server: CreatingServer) -> None:
    create(server, "a-1")
    before = server.operations[COLLECT]
    create(server, "a-1")
    assert server.operations[COLLECT] == before


@pytest.mark.parametrize("shown_after", [(1, 99), (99, 1), (3, 99), (99, 3), (4, 4)])
def test_a_task_is_found_seconds_after_a_lost_response(
    server: CreatingServer, slept: list[float], shown_after: tuple[int, int]
) -> None:
    server.shown_after = shown_after
    server.trouble[CREATE] = [Lost(ran=True)]
    created = create(server, "a-1")
    assert (created.task["moid"], server.operations[CREATE]) == ("task-3", 1)
    assert slept == [0.5, 1.5, 3.0][: min(shown_after) - 1]


def test_a_lost_request_is_sent_again_after_a_search(server: CreatingServer) -> None:
    server.trouble[CREATE] = [Lost(ran=False)]
    created = create(server, "a-1")
    assert (created.task["moid"], created.changed) == ("task-3", True)
    assert [sent.operation for sent in server.sent].count(CREATE) == 2
    first, second = [number for number, sent in enumerate(server.sent) if sent.operation == CREATE]
    assert COLLECT in [sent.operation for sent in server.sent[first:second]]


@pytest.mark.parametrize("second", [True, False])
def test_two_lost_responses_are_an_error(server: CreatingServer, second: bool) -> None:
    server.trouble[CREATE] = [Lost(ran=False), Lost(ran=second)]
    with pytest.raises(ViError, match=r"not known.*Try again with the same activation_id"):
        create(server, "a-1")
    assert server.operations[CREATE] == 2
    assert len(server.tasks) == 3 + second


@pytest.mark.parametrize(
    "trouble", [Lost(ran=False), Lost(ran=False, error=ConnectError("refused")), Fault("SystemError")]
)
def test_a_lost_response_is_an_error_if_the_search_fails(server: CreatingServer, trouble: Any) -> None:
    server.shown_after = (99, 99)
    server.trouble[COLLECT] = [None] + [trouble] * 10
    server.trouble[CREATE] = [Lost(ran=True)]
    with pytest.raises(ViError, match="not known"):
        create(server, "a-1")
    assert server.operations[CREATE] == 1


@pytest.mark.parametrize("response", [None, [], "task-3", {}, {"key": 5}])
def test_an_invalid_response_is_an_error_and_not_retried(server: CreatingServer, response: Any) -> None:
    server.answers[CREATE] = lambda _moid, _params: response
    with pytest.raises(ViError, match="not known"):
        create(server)
    assert server.operations[CREATE] == 1


@pytest.mark.parametrize("lost", [True, False])
def test_an_unknown_type_is_refused_with_the_registered_ones(server: CreatingServer, lost: bool) -> None:
    refusal = Fault("InvalidArgument", invalidProperty="taskType")
    server.trouble[CREATE] = [Lost(ran=False), refusal] if lost else [refusal]
    with pytest.raises(ViError, match=r"com\.example\.a.*Registered: com\.example\.a, com\.example\.b") as failed:
        create(server, "a-1")
    assert failed.value.fault is not None


def test_a_parent_that_does_not_exist_is_named_by_its_option(server: CreatingServer) -> None:
    server.trouble[CREATE] = [Fault("InvalidArgument", invalidProperty="parentTaskKey")]
    new = NewTask(ROOT, "com.example.a", parent_task_key="task-9")
    with server.client() as client, pytest.raises(ViError, match="parent_task_key: task-9 does not exist") as failed:
        create_or_find_task(client, new, check_mode=False)
    assert failed.value.fault is not None


@pytest.mark.parametrize(
    "fault", [Fault("NoPermission", privilegeId="Task.Create"), Fault("InvalidArgument", invalidProperty="initiatedBy")]
)
def test_another_fault_is_reported_as_it_is(server: CreatingServer, fault: Fault) -> None:
    server.trouble[CREATE] = [fault]
    with pytest.raises(FaultError, match=str(fault)):
        create(server)


def test_check_mode_creates_nothing(server: CreatingServer) -> None:
    created = create(server, "a-1", check_mode=True)
    assert (created.changed, created.task["moid"], created.task["key"]) == (True, "check-mode", "check-mode")
    assert created.task["entity"] == {"type": "Folder", "moid": "group-d1", "name": "All"}
    assert (created.task["cancelable"], created.task["cancelled"]) == (True, False)
    assert server.operations[CREATE] == 0


def test_check_mode_finds_an_existing_task(server: CreatingServer) -> None:
    create(server, "a-1")
    created = create(server, "a-1", check_mode=True)
    assert (created.changed, created.task["moid"]) == (False, "task-3")


def test_check_mode_refuses_an_unknown_task_type(server: CreatingServer) -> None:
    new = NewTask(ROOT, "com.example.z")
    with server.client() as client, pytest.raises(ViError, match=r"com\.example\.z.*Registered") as failed:
        create_or_find_task(client, new, check_mode=True)
    planned = failed.value.result["task"]
    assert (planned["moid"], planned["description_id"]) == ("check-mode", "com.example.z")


@pytest.mark.parametrize("parent", ["task-1", "check-mode"])
def test_check_mode_accepts_a_parent_that_exists_or_will_exist(server: CreatingServer, parent: str) -> None:
    with server.client() as client:
        created = create_or_find_task(client, NewTask(ROOT, "com.example.a", parent_task_key=parent), check_mode=True)
    assert created.task["parent_task_key"] == parent


def test_check_mode_reports_a_missing_parent(server: CreatingServer) -> None:
    new = NewTask(ROOT, "com.example.a", parent_task_key="task-9")
    with server.client() as client, pytest.raises(ViError, match="parent_task_key: task-9 does not exist"):
        create_or_find_task(client, new, check_mode=True)


def test_a_name_that_is_not_a_string_is_left_out(server: CreatingServer) -> None:
    found = {"obj": ref(*ROOT), "propSet": [{"name": "name", "val": 5}]}
    server.answers[READ] = lambda _moid, _params: {"objects": [found]}
    assert create(server, check_mode=True).task["entity"]["name"] is None


def test_check_mode_reports_a_missing_privilege(server: CreatingServer) -> None:
    denied = [
        {"entity": ref("Folder", "group-d1"), "privAvailability": [{"privId": "Task.Create", "isGranted": False}]}
    ]
    server.answers["AuthorizationManager.HasPrivilegeOnEntities"] = lambda _moid, _params: denied
    with pytest.raises(ViError, match=r"Task\.Create on Folder:group-d1"):
        create(server, check_mode=True)
    (sent,) = server.named("AuthorizationManager.HasPrivilegeOnEntities")
    assert sent.params["privId"] == ["Task.Create"]
    assert sent.params["sessionId"].startswith("key-of-")


def test_check_mode_reports_a_missing_entity(server: CreatingServer) -> None:
    server.trouble[READ] = [Fault("ManagedObjectNotFound", obj=ref(*ROOT))]
    with pytest.raises(ViError, match="entity: Folder:group-d1 does not exist"):
        create(server, check_mode=True)


@pytest.mark.parametrize("trouble", [Fault("InvalidProperty", name="name"), Fault("NoPermission")])
def test_check_mode_works_without_the_name_of_the_entity(server: CreatingServer, trouble: Fault) -> None:
    server.trouble[READ] = [trouble]
    assert create(server, check_mode=True).task["entity"]["name"] is None


@pytest.mark.parametrize("trouble", [Fault("NotSupported"), Fault("NoPermission")])
def test_check_mode_assumes_privileges_that_it_cannot_query(server: CreatingServer, trouble: Fault) -> None:
    server.trouble["AuthorizationManager.HasPrivilegeOnEntities"] = [trouble]
    assert create(server, check_mode=True).changed


def test_the_created_task_has_all_keys(server: CreatingServer) -> None:
    assert tuple(create(server).task) == TASK_KEYS


def test_a_lost_login_does_not_say_that_the_task_may_exist() -> None:
    """CreateTask was not sent, so the message must not say that the task may exist."""
    server = CreatingServer()
    server.trouble["SessionManager.Login"] = [Lost(ran=False), Lost(ran=False)]
    with server.client() as client, pytest.raises(ViError) as failed:
        create_or_find_task(client, NewTask(ROOT, "com.example.a"), check_mode=False)
    assert "not known whether" not in str(failed.value)
    assert isinstance(failed.value, ConnectError)


@pytest.mark.parametrize(
    ("fields", "changed", "doubts"),
    [
        ({}, False, []),
        ({"activation_id": None}, True, ["vc.example.com did not store the activation_id of task-7, so another run"]),
        ({"description_id": "x", "entity": None}, True, []),
        ({"description_id": "x"}, False, ["task-7 has this activation_id, but its type is x, not com.example.a"]),
        (
            {"description_id": "x", "entity": None},
            False,
            ["task-7 has this activation_id, but its type is x, not com.example.a and its entity is None"],
        ),
    ],
)
def test_a_task_that_differs_from_what_was_asked_for_is_doubtful(
    server: CreatingServer, fields: dict[str, Any], changed: bool, doubts: list[str]
) -> None:
    same = {"activation_id": "a-1", "description_id": "com.example.a", "entity": ROOT.as_result()}
    created = CreatedTask(planned_task(moid="task-7", **{**same, **fields}), changed, {})
    found = list(activation_id_doubts(server.client(), created, NewTask(ROOT, "com.example.a", activation_id="a-1")))
    assert len(found) == len(doubts)
    assert all(text.startswith(doubt) for text, doubt in zip(found, doubts))
