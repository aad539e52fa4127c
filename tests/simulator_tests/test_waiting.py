# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How WaitForUpdatesEx waits: its timeout, one call at a time, cancels, and the end of a collector."""

from __future__ import annotations

import asyncio
import gc
import time
import weakref
from collections.abc import Awaitable
from typing import Any

import pytest

from simulator.wire import Ref, moref
from simulator_tests.in_process import (
    COLLECTOR,
    Client,
    fault_of,
    filter_spec,
    over_view,
    properties,
    scenario,
    starting,
    updates,
)


class Watch:
    """A filter on one task, and the version at which there is no further update."""

    def __init__(self, client: Client, collector: Ref) -> None:
        self.client = client
        self.collector = collector
        self.task = client.task()
        self.version = ""

    async def start(self) -> Watch:
        spec = filter_spec(properties("Task", "info.state"), starting(self.task.ref))
        await self.client.watch(spec, self.collector)
        self.version = (await self.client.wait(self.collector))["version"]
        return self

    def wait(self, **options: Any) -> asyncio.Task[Any]:
        return asyncio.create_task(self.client.wait(self.collector, self.version, **{"maxWaitSeconds": 10, **options}))


async def settled() -> None:
    """Let every callback run that is ready."""
    for _number in range(10):
        await asyncio.sleep(0)


async def fault_type(call: Awaitable[Any]) -> str:
    return (await fault_of(call)).type_name


@scenario
async def test_a_wait_ends_at_the_first_change(client: Client) -> None:
    watch = await Watch(client, COLLECTOR).start()
    waiting = watch.wait()
    await settled()
    client.task("running")
    await settled()
    assert not waiting.done()
    began = time.monotonic()
    watch.task.start()
    assert [update[0] for update in updates(await waiting)] == ["modify"]
    assert time.monotonic() - began < 0.5


@pytest.mark.parametrize(("seconds", "least", "most"), [(0, 0, 0.5), (1, 0.9, 2)])
@scenario
async def test_a_wait_without_updates_returns_none(client: Client, seconds: int, least: float, most: float) -> None:
    watch = await Watch(client, COLLECTOR).start()
    began = time.monotonic()
    assert await watch.wait(maxWaitSeconds=seconds) is None
    assert least <= time.monotonic() - began < most


@pytest.mark.parametrize("form", ["absent", "null", "no options", "null options", "WaitForUpdates"])
@scenario
async def test_a_wait_without_a_timeout_lasts_until_a_change(client: Client, form: str) -> None:
    watch = await Watch(client, COLLECTOR).start()
    method = "WaitForUpdates" if form == "WaitForUpdates" else "WaitForUpdatesEx"
    forms: dict[str, Any] = {
        "absent": {"options": {"_typeName": "WaitOptions"}},
        "null": {"options": {"_typeName": "WaitOptions", "maxWaitSeconds": None, "maxObjectUpdates": None}},
        "null options": {"options": None},
    }
    call = client.call(COLLECTOR, method, version=watch.version, **forms.get(form, {}))
    waiting = asyncio.create_task(call)
    await asyncio.sleep(0.1)
    assert not waiting.done()
    watch.task.start()
    assert len(updates(await waiting)) == 1


@scenario
async def test_a_wait_reports_a_filter_created_meanwhile(client: Client) -> None:
    waiting = asyncio.create_task(client.wait(COLLECTOR, maxWaitSeconds=10))
    await settled()
    task = client.task()
    spec = filter_spec(properties("Task", "info.state"), starting(task.ref))
    await client.watch(spec, COLLECTOR)
    assert [update[:2] for update in updates(await waiting)] == [("enter", task.key)]


@scenario
async def test_a_wait_over_an_empty_view_ends_when_it_is_filled(client: Client) -> None:
    view = await client.list_view()
    await client.watch(over_view(view, "info.state"), COLLECTOR)
    assert await client.wait(COLLECTOR) is None
    waiting = asyncio.create_task(client.wait(COLLECTOR, maxWaitSeconds=10))
    await settled()
    task = client.task()
    await client.call(view, "ModifyListView", add=[moref(task.ref)])
    assert [update[:2] for update in updates(await waiting)] == [("enter", task.key)]


@scenario
async def test_calls_on_one_collector_take_turns(client: Client) -> None:
    watch = await Watch(client, COLLECTOR).start()
    first, second = watch.wait(), watch.wait(maxWaitSeconds=0)
    await settled()
    assert not second.done()
    watch.task.start()
    assert updates(await first) == updates(await second)


@scenario
async def test_collectors_and_sessions_do_not_wait_for_each_other(client: Client) -> None:
    watch = await Watch(client, COLLECTOR).start()
    own = await Watch(client, await client.make(COLLECTOR, "CreatePropertyCollector")).start()
    other = await Watch(Client(client.world), COLLECTOR).start()
    waiting = watch.wait()
    await settled()
    for free in (own, other):
        assert await free.wait(maxWaitSeconds=0) is None
        free.task.start()
        assert [update[1] for update in updates(await free.wait())] == [free.task.key]
    assert not waiting.done()
    await client.call(COLLECTOR, "CancelWaitForUpdates")
    assert await fault_type(waiting) == "RequestCanceled"


@scenario
async def test_cancel_ends_all_waits_of_the_collector(client: Client) -> None:
    watch = await Watch(client, COLLECTOR).start()
    own = await Watch(client, await client.make(COLLECTOR, "CreatePropertyCollector")).start()
    waits, unharmed = [watch.wait(), watch.wait()], own.wait()
    await settled()
    await client.call(COLLECTOR, "CancelWaitForUpdates")
    for waiting in waits:
        fault = await fault_of(waiting)
        assert (fault.type_name, fault.message) == ("RequestCanceled", "The task was canceled by a user")
    assert not unharmed.done()
    await client.call(own.collector, "CancelWaitForUpdates")
    assert await fault_type(unharmed) == "RequestCanceled"
    watch.task.start()
    assert len(updates(await watch.wait())) == 1


@scenario
async def test_a_cancelled_wait_gives_up_its_turn(client: Client) -> None:
    watch = await Watch(client, COLLECTOR).start()
    gone, waiting = watch.wait(), watch.wait(maxWaitSeconds=0)
    await settled()
    gone.cancel()
    await settled()
    assert gone.cancelled()
    assert waiting.done()
    assert waiting.result() is None


@scenario
async def test_destroying_a_collector_ends_its_waits_and_filters(client: Client) -> None:
    own = await client.make(COLLECTOR, "CreatePropertyCollector")
    watch = await Watch(client, own).start()
    (filter_of_own,) = client.read(own, "filter")
    waiting = watch.wait()
    await settled()
    await client.call(own, "DestroyPropertyCollector")
    assert await fault_type(waiting) == "RequestCanceled"
    assert await fault_type(client.wait(own)) == "ManagedObjectNotFound"
    destroyed = Ref(filter_of_own["type"], filter_of_own["value"])
    assert await fault_type(client.call(destroyed, "DestroyPropertyFilter")) == "ManagedObjectNotFound"
    assert client.session is not None
    assert client.session.owned == {}


@scenario
async def test_the_default_collector_cannot_be_destroyed(client: Client) -> None:
    assert await fault_type(client.call(COLLECTOR, "DestroyPropertyCollector")) == "NotSupported"
    assert await client.wait(COLLECTOR) is None


@pytest.mark.parametrize("own", [False, True])
@pytest.mark.parametrize("filters", [0, 1])
@scenario
async def test_the_end_of_the_session_ends_its_waits(client: Client, own: bool, filters: int) -> None:
    collector = await client.make(COLLECTOR, "CreatePropertyCollector") if own else COLLECTOR
    watch = Watch(client, collector)
    if filters:
        await watch.start()
    waiting = watch.wait()
    await settled()
    assert client.session is not None
    client.world.sessions.end(client.session)
    assert await fault_type(waiting) == "RequestCanceled"


@scenario
async def test_filters_belong_to_one_session(client: Client) -> None:
    await Watch(client, COLLECTOR).start()
    other = Client(client.world)
    assert other.read(COLLECTOR, "filter") == []
    (filter_of_client,) = client.read(COLLECTOR, "filter")
    destroyed = other.call(Ref(filter_of_client["type"], filter_of_client["value"]), "DestroyPropertyFilter")
    assert await fault_type(destroyed) == "ManagedObjectNotFound"
    own = await client.make(COLLECTOR, "CreatePropertyCollector")
    assert await fault_type(other.wait(own)) == "ManagedObjectNotFound"


@scenario
async def test_ids_contain_the_key_of_their_session(client: Client) -> None:
    own = await client.make(COLLECTOR, "CreatePropertyCollector")
    assert client.session is not None
    assert own.value.startswith(f"session[{client.session.key}]")


@scenario
async def test_an_ended_session_is_not_kept_in_memory(client: Client) -> None:
    view = await client.list_view(*(client.task().ref for _number in range(3)))
    for collector in (COLLECTOR, await client.make(COLLECTOR, "CreatePropertyCollector")):
        await client.watch(over_view(view, "info"), collector)
        assert (await client.wait(collector, maxObjectUpdates=1))["truncated"]
    assert "token" in await client.retrieve(over_view(view, "info"), maxObjects=1)
    assert client.session is not None
    kept = weakref.ref(client.session)
    client.world.sessions.end(client.session)
    client.session = None
    gc.collect()
    assert kept() is None


@scenario
async def test_changes_among_thousands_of_tasks_stay_cheap(client: Client) -> None:
    tasks = [client.task("running") for _number in range(5000)]
    view = await client.list_view(*(task.ref for task in tasks))
    collector = await client.make(COLLECTOR, "CreatePropertyCollector")
    await client.watch(over_view(view, "info"), collector)
    version = (await client.wait(collector))["version"]
    began = time.process_time()
    for task in tasks[:500]:
        task.set_progress(50)
        response = await client.wait(collector, version)
        version = response["version"]
        assert len(updates(response)) == 1
    # 0.1 s on a desktop; comparing every task on every change would take 30 s
    assert time.process_time() - began < 5
