# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The simulator without HTTP: sessions in this process, with requests and responses checked against the contract."""

from __future__ import annotations

import asyncio
import functools
import json
from collections.abc import Awaitable, Callable, Iterable
from typing import Any, ParamSpec

from simulator.authorization import User
from simulator.build import build_world
from simulator.contract import operations
from simulator.managed_entity import ManagedEntity
from simulator.managed_object import ManagedObject
from simulator.sessions import Session
from simulator.task import Task
from simulator.validation import check_request, check_response
from simulator.wire import Fault, JsonText, Ref, data, moref, ref_of
from simulator.world import World

Json = dict[str, Any]
Parameters = ParamSpec("Parameters")

COLLECTOR = Ref("PropertyCollector", "propertyCollector")
VIEWS = Ref("ViewManager", "ViewManager")
TASKS = Ref("TaskManager", "TaskManager")
ROOT = Ref("Folder", "group-d1")
VM = Ref("VirtualMachine", "vm-21")
RUNNING = {"_typeName": "TaskInfoState", "_value": "running"}
USERS = ("administrator@vsphere.local:x", "reader@vsphere.local:x:readonly")


def scenario(test: Callable[Parameters, Awaitable[None]]) -> Callable[Parameters, None]:
    """Run a test in an event loop."""

    @functools.wraps(test)
    def run(*args: Parameters.args, **kwargs: Parameters.kwargs) -> None:
        async def in_loop() -> None:
            await asyncio.wait_for(test(*args, **kwargs), 20)

        asyncio.run(in_loop())

    return run


def new_world() -> World:
    return build_world(
        users=[User.parse(text) for text in USERS],
        release="9.1.0.0",
        api_type="VirtualCenter",
        history=0,
        seed=1,
        max_sessions=10,
        session_idle=1800,
    )


def all_classes() -> list[type[ManagedObject]]:
    """Every class of managed objects of the simulator."""
    new_world()
    found: list[type[ManagedObject]] = [ManagedObject]
    for kind in found:
        found += kind.__subclasses__()
    return found


class Client:
    """One session. `call` and `read` raise Fault where the server sends one."""

    def __init__(self, world: World, user: str = "administrator@vsphere.local") -> None:
        self.world = world
        self.session: Session | None = world.sessions.login(user, "x", "127.0.0.1", "tests")

    async def call(self, ref: Ref, method: str, **parameters: Any) -> Any:
        operation = operations()["POST", ref.type, method]
        checked = check_request(operation.parameters, parameters)
        value = await self.world.find(ref, self.session).invoke(method, self.session, checked)
        if operation.result is not None:
            quirks = self.world.quirks
            plain = json.loads(value) if isinstance(value, JsonText) else value
            check_response(operation.result, plain, nulls=quirks.null_fields or quirks.null_lists)
        return value

    async def make(self, ref: Ref, method: str, **parameters: Any) -> Ref:
        """Call a method that returns a reference."""
        return ref_of(await self.call(ref, method, **parameters))

    def read(self, ref: Ref, name: str) -> Any:
        return self.world.find(ref, self.session).get(name, self.session)

    def task(self, state: str = "queued") -> Task:
        """A new task of a virtual machine."""
        number = self.world.tasks.next_number()
        reason = data("TaskReasonUser", userName="somebody")
        task = Task(self.world, number, "VirtualMachine.clone", VM, reason, self.world.now_ns(), cancelable=True)
        self.world.tasks.add(task)
        if state != "queued":
            task.start()
        if state in ("success", "error"):
            task.finish(state)
        return task

    def entity(self, moid: str) -> ManagedEntity:
        found = self.world.objects[moid]
        assert isinstance(found, ManagedEntity)
        return found

    async def list_view(self, *refs: Ref) -> Ref:
        return await self.make(VIEWS, "CreateListView", obj=[moref(ref) for ref in refs])

    async def watch(self, spec: Json, collector: Ref = COLLECTOR, partial: bool = False) -> Ref:
        """Create a filter."""
        return await self.make(collector, "CreateFilter", spec=spec, partialUpdates=partial)

    async def watch_tasks(self, *tasks: Task, paths: tuple[str, ...] = ("info.state",)) -> Ref:
        """Create a filter on the tasks of a new view; returns the view."""
        view = await self.list_view(*(task.ref for task in tasks))
        await self.watch(over_view(view, *paths))
        return view

    async def retrieve(self, *specs: Json, **options: Any) -> Any:
        """The RetrieveResult of RetrievePropertiesEx, None if there is none."""
        return await self.call(
            COLLECTOR, "RetrievePropertiesEx", specSet=list(specs), options=data("RetrieveOptions", **options)
        )

    async def wait(self, collector: Ref, version: str = "", **options: Any) -> Any:
        """The UpdateSet of WaitForUpdatesEx, None if there is none. Does not wait unless `maxWaitSeconds` is given."""
        options.setdefault("maxWaitSeconds", 0)
        return await self.call(collector, "WaitForUpdatesEx", version=version, options=data("WaitOptions", **options))


def properties(type_name: str, *paths: str, **more: Any) -> Json:
    return data("PropertySpec", type=type_name, pathSet=list(paths), **more)


def starting(ref: Ref, *selections: Json, skip: bool | None = None) -> Json:
    return data("ObjectSpec", obj=moref(ref), skip=skip, selectSet=list(selections) or None)


def through(type_name: str, path: str, *selections: Json, **more: Any) -> Json:
    return data("TraversalSpec", type=type_name, path=path, selectSet=list(selections) or None, **more)


def named(name: str) -> Json:
    return data("SelectionSpec", name=name)


def filter_spec(wanted: Json | Iterable[Json], objects: Json | Iterable[Json], **more: Any) -> Json:
    return data("PropertyFilterSpec", propSet=_list(wanted), objectSet=_list(objects), **more)


def over_view(view: Ref, *paths: str) -> Json:
    """The tasks of a view, as the collection watches them."""
    return filter_spec(properties("Task", *paths), starting(view, through(view.type, "view"), skip=True))


def _list(items: Json | Iterable[Json]) -> list[Json]:
    return [items] if isinstance(items, dict) else list(items)


def ids(contents: Json | None) -> list[str]:
    """The ids of the objects in a RetrieveResult."""
    return [content["obj"]["value"] for content in contents["objects"]] if contents else []


def values(content: Json) -> Json:
    """Property name -> value of an ObjectContent or ObjectUpdate."""
    return {item["name"]: item.get("val") for item in content.get("propSet") or content.get("changeSet") or ()}


def updates(update_set: Json | None) -> list[tuple[str, str, Json]]:
    """(kind, id, changed values) of every ObjectUpdate."""
    return [
        (update["kind"], update["obj"]["value"], values(update))
        for of_filter in (update_set or {}).get("filterSet", ())
        for update in of_filter.get("objectSet", ())
    ]


def changes(update_set: Json) -> list[Json]:
    """The PropertyChanges of a set with one ObjectUpdate."""
    ((update,),) = (of_filter["objectSet"] for of_filter in update_set["filterSet"])
    return update["changeSet"]


async def fault_of(call: Awaitable[Any]) -> Fault:
    try:
        await call
    except Fault as fault:
        return fault
    raise AssertionError("no fault")
