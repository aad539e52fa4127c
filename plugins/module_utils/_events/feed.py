# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Watches, within one session, for tasks that are created, change state, end or are overdue.

The latest page of a history collector changes only in these cases, so the session waits for updates of it. The filter
of a collector has one object, so each object needs its own. The page has a fixed size. Active tasks that do not fit are
watched through a ListView. If more tasks arrive at once than the page holds, the feed reads them from the history. In
the same way it reads the changes from before the session.
"""

from __future__ import annotations

import logging
import math
from collections.abc import Generator, Iterable
from contextlib import ExitStack, closing
from itertools import product
from typing import Any, Callable, NamedTuple

from .._errors import BadResponse
from .._history.history_reader import matches_filter, read_history, server_filter
from .._history.start_id_view import request_page
from .._task_info.task_info import TaskInfo, expect_task_info, task_age, task_reference
from .._task_info.task_result import Task, task_from_info
from .._tasks.task_reader import read_task_infos
from .._times import SECOND, clamped_time, format_rfc3339
from .._vijson.client import Client
from .._vijson.property_reader import object_spec_through, property_filter_spec
from .._vijson.updates import PACE, POLL, Change, Updates, change_list_view
from .._vijson.wire import Reference, data_object, expect_objects
from .latest_page import LatestPage
from .ledger import ChangeSelection, TaskLedger

_logger = logging.getLogger("vijson.tasks")

PAGE = 100
"""Tasks on the latest page. The server sends the whole page whenever one of them changes state."""


class Event(NamedTuple):
    """A change (``created``, ``state``, ``done``, ``failed`` or ``overdue``), and the task after it, as in results."""

    change: str
    task: Task


News = Generator[list[Event], None, None]
"""Lists of events, oldest first."""

Enter = Callable[[TaskInfo], "list[str]"]
"""Records a TaskInfo in the ledger and returns its new changes."""


class TaskFeed:
    """Finds changes of tasks on the server that the ledger, which has the known states, does not have yet.

    :param specs: a TaskFilterSpec for each object, or one for all tasks
    :param pause: sleeps for a number of seconds and returns whether to stop
    :ivar updates: the updates that it waits for; ``None`` before :meth:`news` starts
    :ivar caught_up: whether it has reported the changes from before it started
    """

    def __init__(
        self,
        client: Client,
        specs: list[dict[str, Any]],
        ledger: TaskLedger,
        selection: ChangeSelection,
        *,
        pause: Callable[[float], bool],
        page_size: int = PAGE,
    ):
        self.updates: Updates | None = None
        self.caught_up = False
        self._client = client
        self._specs = specs
        self._ledger = ledger
        self._selection = selection
        self._pause = pause
        self._page_size = page_size
        self._pages: dict[Reference, LatestPage] = {}
        self._watched: set[str] = set()
        self._poll = POLL

    def news(self) -> News:
        """Lists of new events: one at the start, then at least one every 30 seconds. A list may be empty.

        Uses CreateCollectorForTasks, CreatePropertyCollector, CreateListView and WaitForUpdatesEx. Ends when ``pause``
        returns that it should stop.

        :raises ViError: the session or the server fails; a new feed over the same ledger continues
        """
        client = self._client
        with (
            ExitStack() as histories,
            client.owned("propertyCollector", "CreatePropertyCollector", None, "DestroyPropertyCollector") as collector,
            client.owned("viewManager", "CreateListView", {}, "DestroyView") as view,
        ):
            self._pages = dict(self._open_page(histories, spec) for spec in self._specs)
            self.updates = updates = Updates(client, collector)
            latest = [data_object("ObjectSpec", obj=history.wire()) for history in self._pages]
            updates.watch(property_filter_spec("TaskHistoryCollector", ["latestPage"], latest))
            updates.watch(property_filter_spec("Task", ["info.state"], [object_spec_through(view, "view")]))
            changes = updates.next(0)
            yield []
            yield from self._catch_up(self._specs)
            self.caught_up = True
            while True:
                yield from self._process(changes or [])
                yield from self._check_overdue()
                self._watch_other_active(view)
                self._ledger.move_on(self._client.now())
                if not (changes and updates.truncated) and self._pause(PACE):
                    return
                changes = updates.next(self._poll)

    def _process(self, changes: list[Change]) -> News:
        by_id = []
        for change in changes:
            if change.ref.type == "Task":
                by_id.append(change.ref.moid)
            elif change.gone:
                raise BadResponse(f"{change.ref} no longer exists")
            elif "latestPage" in change.values:
                infos = expect_objects(change.values["latestPage"], "latestPage")
                yield from self._process_page(self._page_of(change.ref), infos)
        yield self._read(by_id)

    def _page_of(self, history: Reference) -> LatestPage:
        if history not in self._pages:
            raise BadResponse(f"the response has a change of {history}, which was not asked for")
        return self._pages[history]

    def _process_page(self, page: LatestPage, infos: list[TaskInfo]) -> News:
        if page.turn(infos):
            yield from self._catch_up([page.spec])
        yield self._new_events([info for info in infos if matches_filter(page.spec, info)])

    def _watch_other_active(self, view: Reference) -> None:
        """Watch the active tasks that are not on a page."""
        wanted = set(self._ledger.active).difference(*(page.moids for page in self._pages.values()))
        add, remove = wanted - self._watched, self._watched - wanted
        if add or remove:
            for moid in change_list_view(self._client, view, map(task_reference, add), map(task_reference, remove)):
                self._ledger.lose(moid)
            self._watched = wanted

    def _check_overdue(self) -> News:
        """Report the overdue tasks. The next poll ends when the next task becomes overdue."""
        self._poll = POLL
        due = self._ledger.next_due()
        if due is None:
            return
        now = self._client.current_time()
        if due <= now:
            # A task may have started or ended meanwhile.
            yield self._read(self._ledger.overdue(now), lambda info: self._ledger.enter_overdue(info, now))
            due = self._ledger.next_due()
        if due is not None:
            self._poll = max(1, min(POLL, math.ceil((due - now) / SECOND)))

    def _catch_up(self, specs: list[dict[str, Any]]) -> News:
        """Read the changes since the horizon from the history."""
        since = format_rfc3339(clamped_time(self._ledger.horizon))
        parts: list[dict[str, Any]] = [
            {"time": data_object("TaskFilterSpecByTime", timeType=kind, beginTime=since)}
            for kind in ("queuedTime", "completedTime")
        ]
        if not self._ledger.settled:
            parts.append({"state": ["queued", "running"]})
        for spec, part in product(specs, parts):
            with closing(read_history(self._client, {**spec, **part})) as pages:
                for page in pages:
                    yield self._new_events(page)
        self._ledger.settled = True
        yield self._read(self._ledger.active)

    def _open_page(self, histories: ExitStack, spec: dict[str, Any]) -> tuple[Reference, LatestPage]:
        """Create a collector until ``histories`` close, and give its latest page a size that the server accepts."""
        history = histories.enter_context(
            self._client.owned(
                "taskManager", "CreateCollectorForTasks", {"filter": server_filter(spec)}, "DestroyCollector"
            )
        )

        def set_size(count: int) -> None:
            self._client.call(history, "SetCollectorPageSize", {"maxCount": count}, bound=True)

        return history, LatestPage(spec, request_page(set_size, self._page_size)[1])

    def _read(self, moids: list[str], enter: Enter | None = None) -> list[Event]:
        if not moids:
            return []
        infos = read_task_infos(self._client, moids, expired=False)
        for moid in moids:
            if moid not in infos:
                self._ledger.lose(moid)
        return self._new_events(infos.values(), enter)

    def _new_events(self, infos: Iterable[TaskInfo], enter: Enter | None = None) -> list[Event]:
        events, enter = [], enter or self._ledger.enter
        for received in sorted(infos, key=task_age):
            try:
                info = expect_task_info(received)
                changes = [change for change in enter(info) if self._selection.takes(change, info)]
                events += [Event(change, task_from_info(info, now=self._client.now)) for change in changes]
            except BadResponse as error:
                _logger.warning("Skipped a task: %s", error)
        return events
