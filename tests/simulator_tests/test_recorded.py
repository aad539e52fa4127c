# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Exchanges that were recorded from an independent server, replayed against the simulator."""

from __future__ import annotations

import json
import time
from typing import Any
from urllib.parse import quote, unquote

import requests

from ansible_collections.vijson.tasks.tests.support.over_http import ADMIN, Client, Running
from simulator.contract import CONTRACT, operations
from simulator.http.responses import SESSION_HEADER
from simulator.http.sdk import parse_path
from simulator.validation import check_request, check_response
from simulator.wire import Ref, data

Json = Any
EXCHANGES = json.loads(CONTRACT.with_name("exchanges.json").read_text(encoding="utf-8"))
EXTENSIONS = Ref("ExtensionManager", "ExtensionManager")

# Fields that may differ: texts of faults, and values that describe or depend on the other server.
FREE = {
    "faultstring",
    "ServiceContent",
    "AboutInfo",
    "TaskDescription",
    "UserSession",
    "name",
    "entity",
    "entityName",
    "descriptionId",
    "eventChainId",
    "result",
    "key",
    "value",
    "version",
    "userName",
}
# Fields that one server sends as null, as a default or redundantly, and the other leaves out.
OPTIONAL = FREE | {"val", "faultMessage"}


def test_recorded_exchanges_keep_to_the_contract() -> None:
    for exchange in EXCHANGES:
        request, response = exchange["request"], exchange["response"]
        target = parse_path(request["path"])
        assert target is not None
        operation = operations()[request["method"], target.ref.type, target.member]
        if "body" in request:
            check_request(operation.parameters, request["body"])
        if response["status"] == 200 and operation.result is not None:
            check_response(operation.result, response["body"], nulls=True)


class Replay:
    """`ids` maps recorded ids to the simulator's ids, learned from its responses."""

    def __init__(self, server: Running) -> None:
        self._server = server
        self._http = requests.Session()
        self._http.trust_env = False
        self.ids: dict[str, str] = {"group-5": "group-d1", "user": ADMIN[0], "pass": ADMIN[1]}

    def send(self, exchange: Json) -> requests.Response:
        request = exchange["request"]
        path = "/".join(quote(self._translated(unquote(part)), safe="") for part in request["path"].split("/"))
        response = self._http.request(
            request["method"], self._server.url + path, json=self._translated(request.get("body")), timeout=10
        )
        self._http.headers.update({k: v for k, v in response.headers.items() if k.lower() == SESSION_HEADER})
        return response

    def _translated(self, value: Json) -> Json:
        if isinstance(value, dict):
            return {key: self._translated(item) for key, item in value.items()}
        if isinstance(value, list):
            return [self._translated(item) for item in value]
        return self.ids.get(value, value) if isinstance(value, str) else value

    def learn(self, recorded: Json, ours: Json) -> None:
        if isinstance(recorded, dict) and isinstance(ours, dict):
            for key, item in recorded.items():
                if key in ("value", "key", "version") and isinstance(item, str) and key in ours:
                    self.ids[item] = ours[key]
                self.learn(item, ours.get(key))
        elif isinstance(recorded, list) and isinstance(ours, list):
            for pair in zip(recorded, ours):
                self.learn(*pair)


def differences(recorded: Json, ours: Json, place: str = "") -> list[str]:
    """Where a response has other fields, types or values than the recorded one."""
    if isinstance(recorded, dict) and isinstance(ours, dict):
        if recorded.get("_typeName") in FREE and recorded["_typeName"] == ours.get("_typeName"):
            return []
        found = [f"{place}.{key}" for key in set(recorded) ^ set(ours) if key not in OPTIONAL]
        for key in set(recorded) & set(ours) - FREE:
            found += differences(recorded[key], ours[key], f"{place}.{key}")
        return found
    if isinstance(recorded, list) and isinstance(ours, list):
        return [d for n, pair in enumerate(zip(recorded, ours)) for d in differences(*pair, f"{place}[{n}]")]
    is_time = place.endswith("Time")
    return [] if recorded == ours or is_time else [f"{place}: {recorded!r}, not {ours!r}"]


def test_the_simulator_responds_like_the_recorded_server(server: Running) -> None:
    client: Client = server.client()
    tasks = [data("ExtensionTaskTypeInfo", taskID="com.vmware.govmomi.simulator.test")]
    extension = data(
        "Extension",
        key="com.vmware.govmomi.simulator",
        version="1",
        description=data("Description", label="a", summary="b"),
        lastHeartbeatTime="2026-01-01T00:00:00Z",
        taskList=tasks,
    )
    client.call(EXTENSIONS, "RegisterExtension", extension=extension)
    finished = [server.add_task(entity="group-d1", state="success", cancelable=False).value for _round in range(3)]
    server.control("POST", "quirks", {"wrap_errors": True, "created_on_cancel": "at_once"})

    replay = Replay(server)
    replay.ids.update(zip(("task-7", "task-9", "task-11"), finished))
    found = []
    for exchange in EXCHANGES:
        if exchange["name"] == "info of the cancelled task":
            time.sleep(0.3)
        response = replay.send(exchange)
        recorded = exchange["response"]
        body: Json = response.json() if response.content else None
        has_session = SESSION_HEADER in response.headers
        if response.status_code != recorded["status"] or has_session != recorded["session_header"]:
            found.append(f"{exchange['name']}: {response.status_code} {response.text}")
        if exchange["request"]["path"].endswith("/latestPage"):
            assert len(body) == len(recorded["body"])  # in no particular order
            continue
        found += [f"{exchange['name']}: {place}" for place in differences(recorded["body"], body)]
        replay.learn(recorded["body"], body)
    assert found == [], "\n".join(found)
