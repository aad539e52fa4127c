# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The simulator over HTTP, in a thread of the test's own process."""

from __future__ import annotations

import asyncio
import logging
import secrets
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

import requests

from simulator.authorization import User
from simulator.build import build_world
from simulator.http.responses import SESSION_HEADER
from simulator.http.server import Server
from simulator.http.tls import make_certificates
from simulator.wire import Ref, data, moref
from simulator.world import World

Json = Any

ADMIN = ("administrator@vsphere.local", "admin-Pw1")
READER = ("reader@vsphere.local", "reader-Pw1")
MAKER = ("maker@vsphere.local", "maker-Pw1")
PROBER = ("prober@vsphere.local", "prober-Pw1")
USERS = (
    f"{ADMIN[0]}:{ADMIN[1]}",
    f"{READER[0]}:{READER[1]}:readonly",
    f"{MAKER[0]}:{MAKER[1]}:Task.Create+Task.Update",
    f"{PROBER[0]}:{PROBER[1]}:Task.Create+Task.Update+Extension.Register+Extension.Unregister",
)

SERVICE = Ref("ServiceInstance", "ServiceInstance")
SESSIONS = Ref("SessionManager", "SessionManager")
TASKS = Ref("TaskManager", "TaskManager")
ROOT = Ref("Folder", "group-d1")
VM = Ref("VirtualMachine", "vm-21")
JOB = "com.vijson.simulator.job"


class FaultResponse(Exception):
    """A response with HTTP 500 and a fault."""

    def __init__(self, fault: Json) -> None:
        super().__init__(fault)
        self.fault = fault
        self.type = fault["_typeName"]


class Client:
    """A client of the API, by default logged in as an administrator."""

    def __init__(self, running: Running, login: tuple[str, str] | None = ADMIN, release: str = "8.0.1.0") -> None:
        self.base = f"{running.url}/sdk/vim25/{release}"
        self.http = requests.Session()
        self.http.trust_env = False
        if login:
            self.login(*login)

    def login(self, user: str, password: str) -> Json:
        response = self.send("POST", SESSIONS, "Login", {"userName": user, "password": password})
        self.http.headers[SESSION_HEADER] = response.headers.get(SESSION_HEADER, "")
        return self.value(response)

    def send(self, verb: str, ref: Ref, member: str, body: Json = None, *, stream: bool = False) -> requests.Response:
        url = f"{self.base}/{ref.type}/{quote(ref.value, safe='')}/{member}"
        return self.http.request(verb, url, json=body, timeout=10, stream=stream)

    @staticmethod
    def value(response: requests.Response) -> Json:
        if response.status_code == 500:
            raise FaultResponse(response.json())
        response.raise_for_status()
        return response.json() if response.content else None

    def read(self, ref: Ref, name: str) -> Json:
        return self.value(self.send("GET", ref, name))

    def call(self, ref: Ref, method: str, **parameters: Json) -> Json:
        return self.value(self.send("POST", ref, method, parameters))

    def fault(self, ref: Ref, method: str, **parameters: Json) -> Json:
        """The fault that a call has to return."""
        response = self.send("POST", ref, method, parameters)
        assert response.status_code == 500, response.text
        return response.json()

    def create_task(self, **more: Json) -> Ref:
        parameters = {"obj": moref(VM), "taskTypeId": JOB, "cancelable": True, **more}
        return Ref("Task", self.call(TASKS, "CreateTask", **parameters)["key"])

    def collector(self, **conditions: Json) -> Ref:
        made = self.call(TASKS, "CreateCollectorForTasks", filter=data("TaskFilterSpec", **conditions))
        return Ref(made["type"], made["value"])


class Running:
    def __init__(self, url: str, world: World, token: str = "") -> None:
        self.url = url
        self.world = world
        self.authorization: dict[str, str | bytes] = {"Authorization": f"Bearer {token}"}

    def client(self, login: tuple[str, str] | None = ADMIN, release: str = "8.0.1.0") -> Client:
        return Client(self, login, release)

    def send(self, verb: str, path: str, body: Json = None) -> requests.Response:
        """A request to the control interface."""
        url = f"{self.url}/control/{path}"
        return requests.request(verb, url, json=body, headers=self.authorization, timeout=10, verify=False)

    def control(self, verb: str, path: str, body: Json = None) -> Json:
        response = self.send(verb, path, body)
        assert response.status_code == 200, response.text
        return response.json()

    def state(self) -> Json:
        return self.control("GET", "state")

    def add_task(self, **spec: Json) -> Ref:
        (key,) = self.control("POST", "tasks", spec)["tasks"]
        return Ref("Task", key)

    def inject(self, operation: str, fault: str, **more: Json) -> None:
        self.control("POST", "faults", {"operation": operation, "fault": fault, **more})


class _Crashes(logging.Handler):
    """Collects the errors that the server or its event loop logs."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.texts: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.texts.append(logging.Formatter().format(record))

    @contextmanager
    def collected(self) -> Iterator[None]:
        loggers = [logging.getLogger(name) for name in ("aiohttp.server", "asyncio")]
        for logger in loggers:
            logger.addHandler(self)
        try:
            yield
        finally:
            for logger in loggers:
                logger.removeHandler(self)


@contextmanager
def running(
    *,
    history: int = 0,
    release: str = "9.1.0.0",
    api_type: str = "VirtualCenter",
    max_sessions: int = 50,
    session_idle: float = 1800.0,
    task_lifetime: float = 600.0,
    history_days: int = 30,
    tls_folder: Path | None = None,
) -> Iterator[Running]:
    """A server that checks every response against the contract. A violation or a crash fails the test."""
    world = build_world(
        users=[User.parse(text) for text in USERS],
        release=release,
        api_type=api_type,
        history=history,
        seed=1,
        max_sessions=max_sessions,
        session_idle=session_idle,
        task_lifetime=task_lifetime,
        history_days=history_days,
    )
    tls = make_certificates(tls_folder) if tls_folder else None
    token = secrets.token_urlsafe()
    server = Server(world, release, tls=tls, token=token, check=True)
    crashes = _Crashes()
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    try:
        url = asyncio.run_coroutine_threadsafe(server.start(), loop).result(10)
        with crashes.collected():
            yield Running(url, world, token)
        problems = server.violations + crashes.texts
        assert not problems, problems
    finally:
        asyncio.run_coroutine_threadsafe(server.stop(), loop).result(10)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
        loop.close()
