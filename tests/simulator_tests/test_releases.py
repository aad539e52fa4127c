# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The release in the path: fields and operations that came later do not exist for the client."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.vijson.tasks.tests.support.over_http import READER, SERVICE, TASKS, Running, running
from simulator.wire import Ref, data, moref

Json = Any
COLLECTOR = Ref("PropertyCollector", "propertyCollector")
EXTENSIONS = Ref("ExtensionManager", "ExtensionManager")
CERTIFICATE = "-----BEGIN CERTIFICATE-----"


def extension(**server: Json) -> Json:
    description = data("Description", label="Jobs", summary="Jobs")
    shown = data(
        "ExtensionServerInfo",
        url="https://jobs.example.com",
        description=description,
        company="Example",
        type="HTTPS",
        adminEmail=["jobs@example.com"],
        **server,
    )
    return data(
        "Extension",
        key="com.example.jobs",
        description=description,
        company="Example",
        type="jobs",
        subjectName="CN=jobs",
        version="1",
        server=[shown],
        lastHeartbeatTime="2026-01-01T00:00:00Z",
    )


def certificate(server: Running) -> str | None:
    found = server.client(release="9.1.0.0").call(EXTENSIONS, "FindExtension", extensionKey="com.example.jobs")
    text: str | None = found["server"][0].get("serverCertificate")
    return text


@pytest.mark.parametrize(("release", "kept"), [("8.0.1.0", False), ("8.0.2.0", True), ("9.0.0.0", True)])
def test_an_update_drops_fields_that_its_release_does_not_have(server: Running, release: str, kept: bool) -> None:
    newest = server.client(release="9.1.0.0")
    newest.call(EXTENSIONS, "RegisterExtension", extension=extension(serverCertificate=CERTIFICATE))
    client = server.client(release=release)
    found = client.call(EXTENSIONS, "FindExtension", extensionKey="com.example.jobs")
    listed = next(item for item in client.read(EXTENSIONS, "extensionList") if item["key"] == "com.example.jobs")
    assert found == listed
    assert ("serverCertificate" in found["server"][0]) is kept
    assert certificate(server) == CERTIFICATE
    client.call(EXTENSIONS, "UpdateExtension", extension=found)
    assert certificate(server) == (CERTIFICATE if kept else None)


def test_a_field_of_a_later_release_is_refused(server: Running) -> None:
    client = server.client(release="8.0.1.0")
    spec = extension(serverCertificate=CERTIFICATE)
    fault = client.fault(EXTENSIONS, "RegisterExtension", extension=spec)
    assert fault["_typeName"] == "InvalidRequest"
    assert "serverCertificate" in fault["faultstring"]
    server.client(release="8.0.2.0").call(EXTENSIONS, "RegisterExtension", extension=spec)


@pytest.mark.parametrize(("release", "shown"), [("8.0.0.2", False), ("8.0.1.0", True), ("8.0.3.0", True)])
def test_progress_details_came_with_8_0_1_0(server: Running, release: str, shown: bool) -> None:
    task = server.add_task(state="success")
    found = server.world.tasks.row(task.value)
    assert found is not None
    found.progress_details = [data("KeyAnyValue", key="file", value={"_typeName": "string", "_value": "a"})]
    client = server.client(release=release)
    (row,) = client.call(client.collector(), "ReadNextTasks", maxCount=1)
    for info in (client.read(task, "info"), row):
        assert ("progressDetails" in info) is shown
        assert info["key"] == task.value
    properties = data("PropertySpec", type="Task", pathSet=["info.progressDetails"])
    spec = data("PropertyFilterSpec", propSet=[properties], objectSet=[data("ObjectSpec", obj=moref(task))])
    parameters = {"specSet": [spec], "options": data("RetrieveOptions")}
    response = client.send("POST", COLLECTOR, "RetrievePropertiesEx", parameters)
    assert response.json()["_typeName"] == ("RetrieveResult" if shown else "InvalidProperty")


def test_faults_hide_fields_of_later_releases(server: Running) -> None:
    def refused(release: str) -> Json:
        return server.client(READER, release).fault(EXTENSIONS, "UnregisterExtension", extensionKey="x")

    assert refused("7.0.3.2")["missingPrivileges"]
    assert "missingPrivileges" not in refused("7.0.3.1")
    assert refused("7.0.3.1")["privilegeId"] == "Extension.Unregister"


@pytest.mark.parametrize(
    ("method", "since"),
    [("CreateCollectorWithInfoFilterForTasks", "8.0.3.0"), ("ReadNextTasksByViewSpec", "9.0.0.0")],
)
def test_operations_exist_from_their_release_on(server: Running, method: str, since: str) -> None:
    body = {
        "filter": data("TaskFilterSpec"),
        "filterSpec": data("TaskFilterSpec"),
        "viewSpec": data("TaskManagerViewByStartId", count=1, startId=""),
    }
    wanted = {name: body[name] for name in (["filter"] if method.startswith("Create") else ["filterSpec", "viewSpec"])}
    for release in ("8.0.1.0", "8.0.2.0", "8.0.3.0", "8.0.3.1", "9.0.0.0", "9.1.0.0"):
        status = server.client(release=release).send("POST", TASKS, method, wanted).status_code
        assert status == (200 if release >= since else 404), release


def test_an_older_server_does_not_have_newer_operations() -> None:
    with running(release="8.0.2.0") as server:
        body = {"filter": data("TaskFilterSpec")}
        client = server.client(None, "8.0.3.0")
        response = client.send("POST", TASKS, "CreateCollectorWithInfoFilterForTasks", body)
        assert (response.status_code, response.json()["_typeName"]) == (500, "InvalidRequest")


def test_singletons_exist_from_their_release_on(server: Running) -> None:
    def names(release: str) -> set[str]:
        return set(server.client(None, release).read(SERVICE, "content"))

    assert names("9.0.0.0") - names("8.0.3.1") == {"directPathProfileManager"}
    assert names("8.0.1.0") == names("8.0.3.1")


@pytest.mark.parametrize(("days", "enabled"), [(30, True), (1, True), (0, False)])
def test_settings_tell_how_long_tasks_are_kept(days: int, enabled: bool) -> None:
    with running(history_days=days) as server:
        client = server.client(READER)
        setting = client.read(SERVICE, "content")["setting"]
        manager = Ref(setting["type"], setting["value"])

        def options(**name: str) -> Json:
            return {option["key"]: option["value"] for option in client.call(manager, "QueryOptions", **name)}

        age = {"_typeName": "int", "_value": days or 30}
        assert options(name="task.maxAge") == {"task.maxAge": age}
        assert options(name="task.") == {
            "task.maxAge": age,
            "task.maxAgeEnabled": {"_typeName": "boolean", "_value": enabled},
        }
        assert set(options()) == {option["key"] for option in client.read(manager, "setting")}
        assert len(options()) == 4
        for unknown in ("task", "task.maxAge.", "nonsense"):
            fault = client.fault(manager, "QueryOptions", name=unknown)
            assert (fault["_typeName"], fault["name"]) == ("InvalidName", unknown)
