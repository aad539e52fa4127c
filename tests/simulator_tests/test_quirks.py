# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Quirks: the unconfirmed differences between servers, one by one."""

from __future__ import annotations

import time
from typing import Any

import pytest
import requests

from ansible_collections.vijson.tasks.tests.support.over_http import (
    ADMIN,
    MAKER,
    SERVICE,
    SESSIONS,
    TASKS,
    VM,
    FaultResponse,
    Running,
    running,
)
from simulator.http.responses import SESSION_HEADER
from simulator.quirks import Quirks, parse_quirk
from simulator.wire import Ref, box, data, moref

COLLECTOR = Ref("PropertyCollector", "propertyCollector")
EXTENSIONS = Ref("ExtensionManager", "ExtensionManager")


def keys(server: Running, **conditions: Any) -> set[str]:
    client = server.client()
    return {info["key"] for info in client.call(client.collector(**conditions), "ReadNextTasks", maxCount=1000)}


def by_user(system_user: bool, *names: str) -> Any:
    return data("TaskFilterSpecByUsername", systemUser=system_user, userList=list(names) or None)


def switch(server: Running, **quirks: Any) -> None:
    server.control("POST", "quirks", quirks)


def retrieve(server: Running, tasks: list[Ref], login: tuple[str, str] | None = ADMIN) -> Any:
    properties = data("PropertySpec", type="Task", pathSet=["info"])
    objects = [data("ObjectSpec", obj=moref(task)) for task in tasks]
    spec = data("PropertyFilterSpec", propSet=[properties], objectSet=objects)
    options = data("RetrieveOptions")
    return server.client(login).call(COLLECTOR, "RetrievePropertiesEx", specSet=[spec], options=options)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("wrap_errors", {"wrap_errors": True}),
        ("wrap_errors=true", {"wrap_errors": True}),
        ("wrap_errors=false", {"wrap_errors": False}),
        ("history_lag=2.5", {"history_lag": 2.5}),
        ("max_page=50", {"max_page": 50}),
        ("rest_ids=separate", {"rest_ids": "separate"}),
    ],
)
def test_quirks_are_parsed_from_options(text: str, expected: Any) -> None:
    assert parse_quirk(text) == expected


@pytest.mark.parametrize(
    "text", ["nonsense", "wrap_errors=1", "wrap_errors=", "max_page", "max_page=many", "rest_ids=both"]
)
def test_invalid_quirks_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"quirk|true or false|invalid literal|not a valid"):
        parse_quirk(text)


def test_no_quirk_is_on_by_default() -> None:
    assert {name: value for name, value in vars(Quirks()).items() if value} == {}


def test_every_quirk_is_described() -> None:
    described = Quirks.__doc__ or ""
    assert [name for name in vars(Quirks()) if f"{name}:" not in described] == []


def test_history_lag_delays_new_tasks_in_the_history(server: Running) -> None:
    old = server.add_task(queued_ago=60).value
    switch(server, history_lag=0.6)
    client = server.client()
    collector = client.collector()
    new = client.create_task().value
    assert {info["key"] for info in client.read(collector, "latestPage")} == {old}
    assert keys(server) == {old}
    assert moref(Ref("Task", new)) in client.read(TASKS, "recentTask")
    time.sleep(0.7)
    assert keys(server) == {old, new}
    assert {info["key"] for info in client.read(collector, "latestPage")} == {old, new}


def test_page_refills_fills_a_larger_page_with_older_tasks(server: Running) -> None:
    tasks = {server.add_task(state="success", queued_ago=20 - n).value for n in range(15)}
    switch(server, page_refills=True)
    client = server.client()
    collector = client.collector()
    client.call(collector, "SetCollectorPageSize", maxCount=20)
    assert {info["key"] for info in client.read(collector, "latestPage")} == tasks


def test_reset_after_newest_moves_the_cursor_after_the_newest_task(server: Running) -> None:
    tasks = [server.add_task(state="success", queued_ago=20 - n).value for n in range(15)]
    switch(server, reset_after_newest=True)
    client = server.client()
    collector = client.collector()
    client.call(collector, "ResetCollector")
    assert client.call(collector, "ReadNextTasks", maxCount=20) == []
    found = client.call(collector, "ReadPreviousTasks", maxCount=20)
    assert [info["key"] for info in found] == tasks[::-1]


@pytest.mark.parametrize("method", ["ReadNextTasks", "ReadPreviousTasks", "SetCollectorPageSize"])
def test_max_page_limits_the_size_of_a_page(server: Running, method: str) -> None:
    switch(server, max_page=62)
    client = server.client()
    collector = client.collector()
    client.call(collector, method, maxCount=62)
    fault = client.fault(collector, method, maxCount=63)
    assert (fault["_typeName"], fault["invalidProperty"]) == ("InvalidArgument", "maxCount")


def test_children_depth_limits_the_depth_of_children(server: Running) -> None:
    levels = [server.add_task(entity=moid).value for moid in ("group-v3", "group-v9", "vm-24")]
    spec = data("TaskFilterSpecByEntity", entity=moref(Ref("Datacenter", "datacenter-2")), recursion="children")
    assert keys(server, entity=spec) == set(levels)
    for depth in (1, 2, 3):
        switch(server, children_depth=depth)
        assert keys(server, entity=spec) == set(levels[:depth])


def test_system_user_adds_adds_system_tasks(server: Running) -> None:
    anna, system = server.add_task(user="E\\anna").value, server.add_task(system=True).value
    assert keys(server, userName=by_user(True)) == {system}
    switch(server, system_user_adds=True)
    assert keys(server, userName=by_user(True)) == {anna, system}
    assert keys(server, userName=by_user(False)) == {anna}


def test_users_case_sensitive_compares_users_with_case(server: Running) -> None:
    anna = server.add_task(user="E\\anna").value
    assert keys(server, userName=by_user(False, "e\\ANNA")) == {anna}
    switch(server, users_case_sensitive=True)
    assert keys(server, userName=by_user(False, "e\\ANNA")) == set()
    assert keys(server, userName=by_user(False, "E\\anna")) == {anna}


def register_texts(server: Running) -> None:
    """Register texts in two languages for the keys `jobs.phase` and `copy`."""
    texts = {
        "en": {"jobs.phase": "Phase {n}: {text}", "jobs.step": "{1}, {text}, {other}", "copy": "Copying"},
        "de_AT": {"jobs.phase": "Abschnitt {n}: {text}"},
    }
    resources = [
        data(
            "ExtensionResourceInfo",
            locale=locale,
            module="task",
            data=[data("KeyValue", key=key, value=text) for key, text in pairs.items()],
        )
        for locale, pairs in texts.items()
    ]
    extension = data(
        "Extension",
        key="com.example.jobs",
        description=data("Description", label="Jobs", summary="Jobs"),
        version="1",
        resourceList=resources,
        lastHeartbeatTime="2026-01-01T00:00:00Z",
    )
    server.client().call(EXTENSIONS, "RegisterExtension", extension=extension)


def message(key: str, text: str) -> Any:
    arguments = [
        data("KeyAnyValue", key="n", value=box("int", 2)),
        data("KeyAnyValue", key="1", value=box("string", text)),
        data("KeyAnyValue", key="text", value=box("string", text)),
    ]
    return data("LocalizableMessage", key=key, arg=arguments, message=text)


@pytest.mark.parametrize(
    ("locale", "key", "expected"),
    [
        ("en_US", "jobs.phase", "Phase 2: copy"),
        ("de_DE", "jobs.phase", "Abschnitt 2: copy"),
        ("fr_FR", "jobs.phase", "Phase 2: copy"),
        ("en_US", "jobs.step", "Copying, copy, {other}"),
        ("en_US", "unknown", "unknown"),
    ],
)
def test_messages_from_catalog_replaces_messages(server: Running, locale: str, key: str, expected: str) -> None:
    register_texts(server)
    client = server.client(None)
    body = {"userName": ADMIN[0], "password": ADMIN[1], "locale": locale}
    client.http.headers[SESSION_HEADER] = client.send("POST", SESSIONS, "Login", body).headers[SESSION_HEADER]
    task = client.create_task()
    client.call(task, "SetTaskDescription", description=message(key, "copy"))
    assert client.read(task, "info")["description"] == message(key, "copy")
    switch(server, messages_from_catalog=True)
    client.call(task, "SetTaskDescription", description=message(key, "copy"))
    assert client.read(task, "info")["description"] == {**message(key, "copy"), "message": expected}


def test_fault_messages_from_catalog_replaces_fault_messages(server: Running) -> None:
    register_texts(server)
    switch(server, fault_messages_from_catalog=True)
    client = server.client()
    task = client.create_task()
    fault = data("ExtendedFault", faultTypeId="jobs.broken", data=[], faultMessage=[message("jobs.phase", "copy")])
    client.call(task, "SetTaskState", state="error", fault=fault)
    (shown,) = client.read(task, "info")["error"]["faultMessage"]
    assert shown["message"] == "Phase 2: copy"


def test_no_task_fields_refuses_custom_values(server: Running) -> None:
    client = server.client()
    task = client.create_task()
    client.call(task, "setCustomValue", key="Owner", value="anna")
    switch(server, no_task_fields=True)
    assert client.fault(task, "setCustomValue", key="Owner", value="bob")["_typeName"] == "NotSupported"
    assert [value["value"] for value in client.read(task, "value")] == ["anna"]


def test_anonymous_read_omits_objects_without_a_session(server: Running) -> None:
    tasks = [server.add_task(), server.add_task()]
    assert [entry["missingSet"][0]["fault"]["_typeName"] for entry in retrieve(server, tasks, None)["objects"]] == [
        "NotAuthenticated",
        "NotAuthenticated",
    ]
    switch(server, anonymous_read_omits=True)
    assert retrieve(server, tasks, None) is None
    assert len(retrieve(server, tasks)["objects"]) == 2


def test_cancel_without_privilege_allows_the_cancel_of_own_tasks(server: Running) -> None:
    client = server.client(MAKER)
    own, other = client.create_task(), server.add_task()
    assert client.fault(own, "CancelTask")["_typeName"] == "NoPermission"
    switch(server, cancel_without_privilege=True)
    client.call(own, "CancelTask")
    assert client.fault(other, "CancelTask")["_typeName"] == "NoPermission"


def test_release_404_returns_404_for_an_unknown_release(server: Running) -> None:
    unknown = server.client(None, release="9.9.0.0")
    assert unknown.fault(SERVICE, "RetrieveServiceContent")["_typeName"] == "InvalidRequest"
    switch(server, release_404=True)
    assert unknown.send("GET", SERVICE, "content").status_code == 404
    assert server.client(None).send("GET", SERVICE, "content").status_code == 200


@pytest.mark.parametrize(("status", "error"), [(401, "UNAUTHENTICATED"), (403, "UNAUTHORIZED")])
def test_hello_status_refuses_hello(server: Running, status: int, error: str) -> None:
    switch(server, hello_status=status)
    url = f"{server.url}/api/vcenter/system?action=hello"
    response = requests.post(url, json={"api_releases": ["8.0.1.0"]}, timeout=5)
    assert (response.status_code, response.json()["error_type"]) == (status, error)


@pytest.mark.parametrize(
    ("release", "forced", "accepted"),
    [
        ("8.0.2.0", "", False),
        ("8.0.3.0", "", True),
        ("8.0.2.0", "shared", True),
        ("8.0.3.0", "separate", False),
    ],
)
def test_rest_ids_decides_which_session_ids_are_accepted(release: str, forced: str, accepted: bool) -> None:
    with running(release=release) as server:
        switch(server, rest_ids=forced)
        client = server.client(None)
        client.http.headers[SESSION_HEADER] = requests.post(f"{server.url}/api/session", auth=ADMIN, timeout=5).json()
        if accepted:
            assert client.read(TASKS, "maxCollector") == 32
            return
        with pytest.raises(FaultResponse) as refused:
            client.read(TASKS, "maxCollector")
        assert refused.value.type == "NotAuthenticated"


def test_box_everything_boxes_the_values_of_a_nested_info(server: Running) -> None:
    task = server.add_task(entity=VM.value, locked=[moref(VM)], result=box("int", 5), state="success")
    plain = server.client().read(task, "info")
    switch(server, box_everything=True)
    (content,) = retrieve(server, [task])["objects"]
    info = content["propSet"][0]["val"]
    assert info["state"] == box("TaskInfoState", "success")
    assert (info["key"], info["cancelled"]) == (box("string", task.value), box("boolean", False))
    assert info["queueTime"] == box("dateTime", plain["queueTime"])
    assert info["locked"] == box("ArrayOfManagedObjectReference", [moref(VM)])
    assert (info["entity"], info["result"]) == (moref(VM), box("int", 5))
    assert server.client().read(task, "info") == plain


def test_unset_after_running_unsets_progress_and_locks_of_ended_tasks(server: Running) -> None:
    def fields() -> set[str]:
        return set(server.client().read(task, "info")) & {"progress", "locked"}

    task = server.add_task(progress=40, locked=[moref(VM)])
    switch(server, unset_after_running=True)
    assert fields() == {"progress", "locked"}
    server.control("PATCH", f"tasks/{task.value}", {"state": "success"})
    assert fields() == set()
    switch(server, unset_after_running=False)
    assert fields() == {"progress", "locked"}
