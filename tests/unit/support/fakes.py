# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A fake vCenter behind a real client, and a clock that moves only when told to."""

from __future__ import annotations

import heapq
import json
import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from itertools import count
from typing import Any, Callable, NamedTuple, Union
from urllib.parse import unquote

from ansible_collections.vijson.tasks.plugins.module_utils._errors import LostResponse
from ansible_collections.vijson.tasks.plugins.module_utils._vijson.client import Client
from ansible_collections.vijson.tasks.plugins.module_utils._vijson.client_session import Credentials
from ansible_collections.vijson.tasks.plugins.module_utils._vijson.release import FIRST_RELEASE
from ansible_collections.vijson.tasks.plugins.module_utils._vijson.response import Response
from ansible_collections.vijson.tasks.plugins.module_utils._vijson.transport import Endpoint
from ansible_collections.vijson.tasks.plugins.module_utils._waiting.wait import Clock

Params = dict[str, Any]

SERVER_DATE = "Sun, 22 Nov 2026 04:10:00 GMT"
"""What the clock of a fake server shows."""

EMPTY_UPDATES: list[dict[str, Any] | None] = [
    None,
    {"_typeName": "UpdateSet", "version": "1"},
    {"_typeName": "UpdateSet", "version": "1", "truncated": True},
]
"""Responses of WaitForUpdatesEx without a change, of a server that does not wait for one."""


class FakeClock:
    """A clock that moves when the client sleeps or the server holds a response, and runs actions at their times."""

    def __init__(self) -> None:
        self.time = 0.0
        self.slept: list[float] = []
        self._events: list[tuple[float, int, Callable[[], None]]] = []
        self._order = count()

    @property
    def clock(self) -> Clock:
        return Clock(lambda: self.time, self.sleep)

    def sleep(self, seconds: float) -> None:
        assert seconds >= 0
        self.slept.append(seconds)
        self.advance(seconds)

    def at(self, when: float, action: Callable[[], None]) -> None:
        """Run an action at this time."""
        heapq.heappush(self._events, (when, next(self._order), action))

    def next_event(self) -> float:
        return self._events[0][0] if self._events else float("inf")

    def advance(self, seconds: float) -> None:
        end = self.time + seconds
        while self.next_event() <= end:
            self.time, _order, action = heapq.heappop(self._events)
            action()
        self.time = end


class Fault(Exception):
    """A fault that the server reports."""

    def __init__(self, type_name: str, **fields: Any) -> None:
        super().__init__(type_name)
        self.body = {"_typeName": type_name, **fields}


class Sent(NamedTuple):
    """A request, such as ``Task.CancelTask`` of ``task-7``, and its limits in seconds."""

    operation: str
    moid: str
    params: Params
    repeatable: bool
    hold: float
    within: float


class Lost(NamedTuple):
    """A request whose response is lost, before or after it ran."""

    ran: bool
    error: Exception = LostResponse("The connection broke")


class Hangs(NamedTuple):
    """A request that gets no response in time."""

    request_timeout: float = 60.0


Trouble = Union[Lost, Hangs, Exception, None]
"""What goes wrong with a request; ``None`` is nothing."""


USER_SESSION = {"_typeName": "UserSession", "key": "key-of-session", "userName": "VSPHERE.LOCAL\\U"}


def ref(kind: str, moid: str) -> dict[str, str]:
    return {"_typeName": "ManagedObjectReference", "type": kind, "value": moid}


def info(moid: str, state: str = "running", **fields: Any) -> dict[str, Any]:
    """A TaskInfo."""
    return {"_typeName": "TaskInfo", "key": moid, "task": ref("Task", moid), "state": state, **fields}


def content(moid: str, *missing: str, **values: Any) -> dict[str, Any]:
    """The ObjectContent of a task, with its properties and the paths that may not be read."""
    return {
        "_typeName": "ObjectContent",
        "obj": ref("Task", moid),
        "propSet": [{"name": name, "val": value} for name, value in values.items()],
        "missingSet": [{"path": path, "fault": {"_typeName": "NoPermission"}} for path in missing] or None,
    }


Handler = Callable[[str, Params], Any]


class FakeVcenter:
    """A fake vCenter in place of the transport.

    :ivar answers: handlers by operation or property, such as ``Task.CancelTask`` or ``TaskManager.description``
    :ivar sent: the requests, in their order
    :ivar dates: whether responses have the header Date
    :ivar trouble: what goes wrong with the next requests of an operation, in their order; ``None`` is nothing
    """

    latency = 0.01
    dates = True

    def __init__(self, clock: FakeClock | None = None) -> None:
        self.clock = clock or FakeClock()
        self.sent: list[Sent] = []
        self.answers: dict[str, Handler] = self._empty_history()
        self.answers["SessionManager.currentSession"] = lambda _moid, _params: USER_SESSION
        self.answers["OptionManager.QueryOptions"] = self._no_options
        self.trouble: defaultdict[str, list[Trouble]] = defaultdict(list)
        self.sessions: set[str] = set()
        self.owned: dict[str, str] = {}
        self.warnings: list[str] = []
        self._ids = count(1)

    @staticmethod
    def _no_options(_moid: str, params: Params) -> Any:
        raise Fault("InvalidName", name=params["name"])

    def client(self, session_id: str | None = None, api_release: str = FIRST_RELEASE) -> Client:
        """A client of this server, in this session or in one of its own."""
        if session_id:
            self.sessions.add(session_id)
        credentials = Credentials(session_id=session_id) if session_id else Credentials("u", "p")
        return Client(
            Endpoint("vc.example.com"),
            credentials,
            api_release=api_release,
            warn=self.warnings.append,
            transport=self,  # type: ignore[arg-type]
        )

    @property
    def operations(self) -> Counter[str]:
        """The number of requests by operation."""
        return Counter(sent.operation for sent in self.sent)

    @property
    def date(self) -> str:
        """The header Date of a response."""
        return SERVER_DATE

    def named(self, operation: str) -> list[Sent]:
        return [sent for sent in self.sent if sent.operation == operation]

    def end_sessions(self) -> None:
        """End all sessions, and the objects in them, as a restart does."""
        self.sessions.clear()
        self.owned.clear()

    def own(self, kind: str) -> dict[str, str]:
        moid = f"session[52]{next(self._ids)}"
        self.owned[moid] = kind
        return ref(kind, moid)

    def _empty_history(self) -> dict[str, Handler]:
        """A history without tasks, where modules look for a task whose object does not exist."""
        nothing: dict[str, Handler] = dict.fromkeys(
            ["TaskHistoryCollector.SetCollectorPageSize", "TaskHistoryCollector.ResetCollector"], lambda *_: None
        )
        no_tasks: dict[str, Handler] = dict.fromkeys(
            [
                "TaskManager.ReadNextTasksByViewSpec",
                "TaskHistoryCollector.ReadNextTasks",
                "TaskHistoryCollector.ReadPreviousTasks",
                "TaskHistoryCollector.latestPage",
            ],
            lambda *_: [],
        )
        return {
            "TaskManager.CreateCollectorForTasks": lambda *_: self.own("TaskHistoryCollector"),
            "TaskHistoryCollector.DestroyCollector": self.disown,
            **nothing,
            **no_tasks,
        }

    def disown(self, moid: str, _params: Params) -> None:
        self.check_owned(moid)
        del self.owned[moid]

    def check_owned(self, moid: str) -> None:
        if moid not in self.owned:
            raise Fault("ManagedObjectNotFound", obj=ref("?", moid))

    # -- the transport's side --------------------------------------------------------------------------------------

    def send(
        self,
        method: str,
        path: str,
        *,
        body: str | None = None,
        headers: Mapping[str, str] | None = None,
        repeatable: bool = True,
        hold: float = 0.0,
        within: float = math.inf,
    ) -> Response:
        if path.startswith("/api/"):
            return Response(404, {}, b"")
        kind, moid, member = map(unquote, path.split("/")[4:])
        sent = Sent(f"{kind}.{member}", moid, json.loads(body) if body else {}, repeatable, hold, within)
        self.sent.append(sent)
        assert len(self.sent) < 5000, "this does not end"
        self.clock.advance(self.latency)
        trouble = self.trouble[sent.operation].pop(0) if self.trouble[sent.operation] else None
        if isinstance(trouble, Lost) and not trouble.ran:
            raise trouble.error
        if isinstance(trouble, Hangs):
            self.clock.advance(min(trouble.request_timeout + hold, within))
            raise LostResponse("No answer in time", late=True)
        try:
            if isinstance(trouble, Exception):
                raise self._in_earnest(trouble)
            answer = self._run(sent, dict(headers or {}))
        except Fault as fault:
            answer = Response(500, {"Content-Type": "application/json"}, json.dumps(fault.body).encode())
        if isinstance(trouble, Lost):
            raise trouble.error
        return answer

    def _in_earnest(self, trouble: Exception) -> Exception:
        if isinstance(trouble, Fault) and trouble.body["_typeName"] == "NotAuthenticated":
            self.end_sessions()
        return trouble

    def _run(self, sent: Sent, headers: Mapping[str, str]) -> Response:
        if sent.operation == "SessionManager.Login":
            session = f"S{next(self._ids)}"
            self.sessions.add(session)
            body = {**USER_SESSION, "key": f"key-of-{session}"}
            return Response(200, {**self._headers(), "vmware-api-session-id": session}, json.dumps(body).encode())
        if sent.operation != "ServiceInstance.content" and headers.get("vmware-api-session-id") not in self.sessions:
            raise Fault("NotAuthenticated")
        if sent.operation == "SessionManager.Logout":
            self.end_sessions()
            return Response(204, {}, b"")
        value = self.answers[sent.operation](sent.moid, sent.params)
        return Response(204, {}, b"") if value is None else Response(200, self._headers(), json.dumps(value).encode())

    def _headers(self) -> dict[str, str]:
        return {"Content-Type": "application/json", **({"Date": self.date} if self.dates else {})}

    def close(self) -> None:
        """Do nothing: there are no connections."""


class TaskServer(FakeVcenter):
    """A fake vCenter whose tasks can be read with RetrievePropertiesEx and watched with WaitForUpdatesEx.

    :ivar page_updates: objects in one UpdateSet
    :ivar page_objects: objects in one RetrieveResult
    :ivar lists_all: whether all tasks are recent ones
    :ivar tells_leaving: whether updates tell that a task no longer exists (those of a real server never do)
    """

    page_updates = 10**6
    page_objects = 10**6
    lists_all = False
    tells_leaving = False

    def __init__(self, *moids: str, clock: FakeClock | None = None) -> None:
        super().__init__(clock)
        self.tasks = {moid: info(moid) for moid in moids}
        self.views: dict[str, list[str]] = {}
        self.filters: dict[str, str] = {}
        self.changes: list[str] = []
        self._rest: dict[str, list[Any]] = {}
        self.answers.update(
            {
                "PropertyCollector.RetrievePropertiesEx": self._retrieve,
                "PropertyCollector.ContinueRetrievePropertiesEx": self._continue,
                "PropertyCollector.CreatePropertyCollector": lambda _moid, _params: self.own("PropertyCollector"),
                "PropertyCollector.DestroyPropertyCollector": self.disown,
                "PropertyCollector.CreateFilter": self._create_filter,
                "PropertyCollector.WaitForUpdatesEx": self._wait,
                "ViewManager.CreateListView": lambda _moid, _params: self.own("ListView"),
                "ListView.ModifyListView": self._modify_view,
                "ListView.DestroyView": self.disown,
                "TaskManager.CreateCollectorForTasks": self._no_history,
            }
        )

    def change(self, moid: str, **fields: Any) -> None:
        """Change a task; ``gone=True`` removes it."""
        if fields.pop("gone", False):
            del self.tasks[moid]
        else:
            self.tasks[moid] = {**self.tasks[moid], **fields}
        self.changes.append(moid)

    def finish(self, moid: str, state: str = "success", **fields: Any) -> None:
        self.change(moid, state=state, completeTime="2026-11-22T04:00:00Z", **fields)

    @staticmethod
    def _no_history(_moid: str, _params: Params) -> Any:
        """As on an ESXi host."""
        raise Fault("NotSupported")

    # -- reading ---------------------------------------------------------------------------------------------------

    def _retrieve(self, _moid: str, params: Params) -> Any:
        (spec,) = params["specSet"]
        assert params["options"]["_typeName"] == "RetrieveOptions"
        if self.lists_all and spec["objectSet"][0]["obj"]["type"] == "TaskManager":
            return self._page([content(moid, info=task) for moid, task in self.tasks.items()])
        others = [each["obj"] for each in spec["objectSet"] if each["obj"]["type"] != "Task"]
        if others:
            return self._page([{"_typeName": "ObjectContent", "obj": each, "propSet": []} for each in others])
        moids = [each["obj"]["value"] for each in spec["objectSet"]]
        gone = [moid for moid in moids if moid not in self.tasks]
        if gone and not spec["reportMissingObjectsInResults"]:
            raise Fault("ManagedObjectNotFound", obj=ref("Task", gone[0]))
        paths = spec["propSet"][0]["pathSet"]
        return self._page([self._content(moid, paths) for moid in moids if moid in self.tasks])

    def _continue(self, _moid: str, params: Params) -> Any:
        return self._page(self._rest.pop(params["token"]))

    def _page(self, found: list[Any]) -> Any:
        if not found:
            return None
        answer: dict[str, Any] = {"_typeName": "RetrieveResult", "objects": found[: self.page_objects]}
        if len(found) > self.page_objects:
            answer["token"] = f"token-{next(self._ids)}"
            self._rest = {answer["token"]: found[self.page_objects :]}
        return answer

    def _content(self, moid: str, paths: list[str]) -> dict[str, Any]:
        """The ObjectContent of a task: ``info``, or fields of it such as ``info.cancelled``."""
        values = {"info": self.tasks[moid], **{f"info.{name}": value for name, value in self.tasks[moid].items()}}
        props = [
            {"_typeName": "DynamicProperty", "name": path, "val": values[path]} for path in paths if path in values
        ]
        return {"_typeName": "ObjectContent", "obj": ref("Task", moid), "propSet": props}

    # -- waiting ---------------------------------------------------------------------------------------------------

    def _modify_view(self, moid: str, params: Params) -> Any:
        self.check_owned(moid)
        asked = [each["value"] for each in params["add"]]
        self.views[moid] = [*self.views.get(moid, ()), *(each for each in asked if each in self.tasks)]
        return [ref("Task", each) for each in asked if each not in self.tasks]

    def _create_filter(self, moid: str, params: Params) -> Any:
        self.check_owned(moid)
        (root,) = params["spec"]["objectSet"]
        assert root["selectSet"][0]["path"] == "view"
        self.filters[moid] = root["obj"]["value"]
        return ref("PropertyFilter", f"filter-of-{moid}")

    def _wait(self, moid: str, params: Params) -> Any:
        self.check_owned(moid)
        if params["version"] and int(params["version"]) > len(self.changes):
            raise Fault("InvalidCollectorVersion")
        end = self.clock.time + params["options"]["maxWaitSeconds"]
        while True:
            update = self._update(moid, params["version"])
            if update or self.clock.time >= end:
                return update
            self.clock.advance(min(self.clock.next_event(), end) - self.clock.time)
            if moid not in self.owned:
                raise Fault("RequestCanceled", faultstring="The task was canceled by a user")

    def _update(self, collector: str, version: str) -> Any:
        watched = self.views[self.filters[collector]]
        since = int(version or 0)
        fresh: Iterable[str] = self.changes[since:] if version else watched
        told = [moid for moid in dict.fromkeys(fresh) if moid in watched and (moid in self.tasks or self.tells_leaving)]
        if not told:
            return None
        answer: dict[str, Any] = {
            "_typeName": "UpdateSet",
            "version": str(len(self.changes)),
            "filterSet": [{"objectSet": [self.told(moid, first=not version) for moid in told[: self.page_updates]]}],
        }
        if len(told) > self.page_updates:
            self.changes += told[self.page_updates :]
            answer["truncated"] = True
        return answer

    def told(self, moid: str, *, first: bool) -> dict[str, Any]:
        """The ObjectUpdate of a task."""
        if moid not in self.tasks:
            return {"_typeName": "ObjectUpdate", "kind": "leave", "obj": ref("Task", moid)}
        change = {"_typeName": "PropertyChange", "name": "info", "op": "assign", "val": self.tasks[moid]}
        kind = "enter" if first else "modify"
        return {"_typeName": "ObjectUpdate", "kind": kind, "obj": ref("Task", moid), "changeSet": [change]}
