# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reading and waiting over the network: connections that end, sessions that expire."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests

from ansible_collections.vijson.tasks.tests.support.over_http import Client, Json, Running
from simulator.http.responses import SESSION_HEADER
from simulator.wire import Ref, data, moref
from simulator_tests.in_process import COLLECTOR, filter_spec, properties, starting, updates, values

PATIENT = data("WaitOptions", maxWaitSeconds=8)
AT_ONCE = data("WaitOptions", maxWaitSeconds=0)


def watch(client: Client, task: Ref) -> str:
    """Watch a task on the default collector; returns the version at which there is no further update."""
    spec = filter_spec(properties("Task", "info.state"), starting(task))
    client.call(COLLECTOR, "CreateFilter", spec=spec, partialUpdates=False)
    version: str = wait(client, "", AT_ONCE)["version"]
    return version


def wait(client: Client, version: str, options: Json = PATIENT) -> Json:
    return client.call(COLLECTOR, "WaitForUpdatesEx", version=version, options=options)


def test_a_change_ends_the_wait_of_another_connection(server: Running) -> None:
    client = server.client()
    task = client.create_task()
    version = watch(client, task)
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(wait, client, version)
        time.sleep(0.2)
        server.client().call(task, "SetTaskState", state="running")
        (told,) = updates(waiting.result())
    assert told == ("modify", task.value, {"info.state": data("TaskInfoState", _value="running")})


def test_a_closed_connection_gives_up_its_turn(server: Running) -> None:
    client = server.client()
    version = watch(client, client.create_task())
    url = f"{client.base}/PropertyCollector/{COLLECTOR.value}/WaitForUpdatesEx"
    with pytest.raises(requests.Timeout):
        client.http.post(url, json={"version": version, "options": PATIENT}, timeout=0.3)
    began = time.monotonic()
    assert wait(client, version, AT_ONCE) is None
    assert time.monotonic() - began < 2


def test_an_unknown_session_reads_only_the_service_content(server: Running) -> None:
    client = server.client()
    task = client.create_task()
    client.http.headers[SESSION_HEADER] = "0123456789abcdef"
    spec = filter_spec(
        [properties("Task", "info"), properties("ServiceInstance", "content")],
        [starting(task), starting(Ref("ServiceInstance", "ServiceInstance"))],
    )
    response = client.call(COLLECTOR, "RetrievePropertiesEx", specSet=[spec], options=data("RetrieveOptions"))
    refused, service = response["objects"]
    assert [missing["fault"]["_typeName"] for missing in refused["missingSet"]] == ["NotAuthenticated"]
    assert values(service)["content"]["taskManager"] == moref(Ref("TaskManager", "TaskManager"))
    fault = client.fault(COLLECTOR, "WaitForUpdatesEx", version="", options=AT_ONCE)
    assert fault["_typeName"] == "NotAuthenticated"
