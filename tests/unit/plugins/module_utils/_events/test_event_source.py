# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options and the events of the event source."""

from __future__ import annotations

import ast
from typing import Any

import pytest
import yaml

from ansible_collections.vijson.tasks.plugins.module_utils._errors import InputError
from ansible_collections.vijson.tasks.plugins.module_utils._events import event_source
from ansible_collections.vijson.tasks.plugins.module_utils._events.event_source import EVENT_SOURCE_SPEC, TaskEvents
from ansible_collections.vijson.tasks.tests.unit.support.documentation import (
    environment_variables,
    named_variables,
    stated_options,
)
from ansible_collections.vijson.tasks.tests.unit.support.fake_events import EventServer
from ansible_collections.vijson.tasks.tests.unit.support.files import COLLECTION

SOURCE = COLLECTION / "extensions/eda/plugins/event_source/vi_tasks.py"
HOST = {"hostname": "vc.example.com", "username": "u", "password": "p"}


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"entity": []}, "entity: the list is empty, so no task matches. Leave the option out for all tasks"),
        ({"states": []}, "states: the list is empty, so no task matches"),
        ({"users": []}, "users: the list is empty"),
        ({"users": "joe,"}, "users: a name in the list is empty. Check for an extra comma"),
        ({"description_ids": ["a.b", " "]}, "description_ids: a name in the list is empty. Check for an extra comma"),
        ({"since": "yesterday"}, "since: 'yesterday' is not a valid time. Use RFC 3339"),
        ({"overdue_after": "soon"}, "overdue_after: 'soon' is not a valid duration"),
        (
            {"overdue_after": 0},
            "overdue_after: 0 is not a valid duration, because every active task would be overdue. Use",
        ),
        ({"overdue_after": "0m"}, "overdue_after: 0m is not a valid duration"),
        ({"entity": "what: this"}, "entity: 'what: this' is not an object id, name or path"),
        ({"hostname": "https://vc"}, "hostname: 'https://vc' is not a valid host"),
        ({"password": None}, "password: missing. Set username and password"),
        ({"states": "error,done"}, "states: 'done' is not a valid value"),
    ],
)
def test_invalid_options_are_refused_before_a_request_is_sent(
    options: dict[str, Any], message: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("VMWARE_PASSWORD", raising=False)
    with pytest.raises(InputError) as refused:
        TaskEvents({**HOST, **options})
    assert message in str(refused.value)


def test_the_event_source_documents_its_options() -> None:
    texts = {
        name: ast.literal_eval(node.value)
        for node in ast.parse(SOURCE.read_text(encoding="utf-8")).body
        if isinstance(node, ast.Assign) and (name := ast.unparse(node.targets[0])) in ("DOCUMENTATION", "EXAMPLES")
    }
    options = yaml.safe_load(texts["DOCUMENTATION"])["options"]
    assert stated_options(options) == stated_options(EVENT_SOURCE_SPEC)
    assert named_variables(options) == environment_variables(EVENT_SOURCE_SPEC)
    for example in yaml.safe_load(texts["EXAMPLES"]):
        assert set(example["vijson.tasks.vi_tasks"] or {}) <= set(EVENT_SOURCE_SPEC)


@pytest.mark.parametrize(
    ("options", "changes"),
    [
        ({}, ["task-1 created", "task-1 done", "task-2 created", "task-2 failed"]),
        ({"states": "error"}, ["task-2 failed"]),
        ({"states": "queued"}, ["task-1 created", "task-2 created"]),
        ({"description_ids": "a.b,a.c"}, ["task-1 created", "task-1 done"]),
    ],
)
def test_events_have_the_expected_changes_and_keys(
    options: dict[str, Any], changes: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    server = EventServer()
    monkeypatch.setattr(event_source, "connect_client", lambda *_options: server.client())
    for moid, state, description_id in (("task-1", "success", "a.b"), ("task-2", "error", "a.d")):
        times = {"queueTime": "2026-11-22T03:59:00Z", "completeTime": "2026-11-22T03:59:30Z"}
        server.put(moid, state, descriptionId=description_id, **times)
    source = TaskEvents({**HOST, **options, "since": "1h"})
    events: list[dict[str, Any]] = []
    while server.clock.time < 10:
        events += source.next()
    source.close()
    assert [f"{event['task']['moid']} {event['change']}" for event in events] == changes
    assert {tuple(event) for event in events} == {("change", "task", "vcenter")}
    assert {event["vcenter"] for event in events} == {"vc.example.com"}
    ended = {"task-1": "success", "task-2": "error"}
    assert all(event["task"]["state"] == ended[event["task"]["moid"]] for event in events)
    assert (server.owned, server.sessions) == ({}, set())


def test_an_overdue_task_is_reported_once(monkeypatch: pytest.MonkeyPatch) -> None:
    server = EventServer()
    monkeypatch.setattr(event_source, "connect_client", lambda *_options: server.client())
    server.put("task-1", queueTime="2026-11-22T03:00:00Z", startTime="2026-11-22T03:58:00Z")
    server.put("task-2", queueTime="2026-11-22T03:00:00Z", startTime="2026-11-22T03:59:00Z")
    source = TaskEvents({**HOST, "overdue_after": "90s", "states": "error"})
    events: list[dict[str, Any]] = []
    while server.clock.time < 10:
        events += source.next()
    source.close()
    assert [(event["task"]["moid"], event["change"], event["vcenter"]) for event in events] == [
        ("task-1", "overdue", "vc.example.com")
    ]


@pytest.mark.parametrize(
    ("entity", "moids"),
    [
        ("vm-7,host-8", ["vm-7", "host-8"]),
        ({"type": "HostSystem", "moid": "host-8"}, ["host-8"]),
        (["vm-7", {"type": "HostSystem", "moid": "host-8"}], ["vm-7", "host-8"]),
    ],
)
def test_each_object_has_a_collector(entity: Any, moids: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    server = EventServer()
    monkeypatch.setattr(event_source, "connect_client", lambda *_options: server.client())
    source = TaskEvents({**HOST, "entity": entity})
    source.next()
    source.close()
    sent = server.named("TaskManager.CreateCollectorForTasks")[: len(moids)]
    assert [each.params["filter"]["entity"]["entity"]["value"] for each in sent] == moids


def test_users_and_entity_filter_the_history(monkeypatch: pytest.MonkeyPatch) -> None:
    server = EventServer()
    monkeypatch.setattr(event_source, "connect_client", lambda *_options: server.client())
    source = TaskEvents({**HOST, "users": "joe@corp", "entity": "vm-7", "recursion": "self"})
    source.next()
    source.close()
    sent = server.named("TaskManager.CreateCollectorForTasks")[0]
    assert sent.params["filter"]["userName"]["userList"] == ["joe@corp", "CORP\\joe"]
    entity = sent.params["filter"]["entity"]
    assert (entity["entity"]["value"], entity["recursion"]) == ("vm-7", "self")
