# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Watches tasks for as long as the program runs.

Lost connections and expired sessions cause neither gaps nor duplicates.
"""

from __future__ import annotations

import logging
import threading
from contextlib import closing, suppress

from .._errors import ConnectError, FaultError, InputError, NoResponse, ViError
from .._history.task_filter import TaskFilter, format_option_time
from .._times import SECOND, Moment
from .._vijson.client import Client
from .._vijson.recovery import MAX_REFUSALS, WATCH_PAUSES, is_outage, pause_after
from .feed import PAGE, Event, News, TaskFeed
from .ledger import ChangeSelection, TaskLedger

logger = logging.getLogger("vijson.tasks")

_WAKE_EVERY = 0.5  # seconds


class TaskWatch:
    """The changes of tasks since a time, by default since now.

    After the first response, it recovers from outages of the server, however long they are.

    :param overdue_after: seconds that a task may be queued, and may run, until it is overdue
    """

    def __init__(
        self,
        client: Client,
        task_filter: TaskFilter,
        selection: ChangeSelection,
        *,
        since: Moment | None = None,
        overdue_after: float | None = None,
        page_size: int = PAGE,
    ):
        self._client = client
        self._filter = task_filter
        self._selection = selection
        self._since = since
        self._overdue_after = None if overdue_after is None else int(overdue_after * SECOND)
        self._page_size = page_size
        self._feed: TaskFeed | None = None
        self._reached = False
        self._failures = 0
        self._refusals = 0
        self._stopping = threading.Event()
        self._busy = threading.Lock()
        self._news = self._watch()

    def next(self) -> list[Event]:
        """The next events, after at most 30 seconds; empty if there are none.

        :raises ViError: the first connection failed, or a permanent failure
        """
        with self._busy:
            return next(self._news, [])

    def close(self) -> None:
        """Close the session and its objects. First end the wait of another thread in :meth:`next`."""
        self._stopping.set()
        while not self._busy.acquire(blocking=False):
            self._wake()
            if self._busy.acquire(timeout=_WAKE_EVERY):
                break
        try:
            self._news.close()
        finally:
            self._client.close()
            self._busy.release()

    def _wake(self) -> None:
        updates = self._feed.updates if self._feed else None
        if updates is not None:
            with suppress(ViError):
                updates.cancel()

    def _watch(self) -> News:
        specs = self._filter.specs(self._client)
        self._filter.require_entities(self._client)
        ledger = TaskLedger(self._begin(), self._overdue_after)
        while not self._stopping.is_set():
            self._feed = TaskFeed(
                self._client,
                specs,
                ledger,
                self._selection,
                pause=self._stopping.wait,
                page_size=self._page_size,
            )
            try:
                with closing(self._feed.news()) as news:
                    for events in news:
                        self._note_success(self._feed)
                        yield events
            except (ConnectError, NoResponse, FaultError) as error:
                if not self._stopping.is_set():
                    self._pause_after(error)

    def _begin(self) -> int:
        now = self._client.current_time()
        begin = now if self._since is None else self._since.resolve(now)
        if begin > now:
            raise InputError("since: the time is in the future by the vCenter's clock. Use a time in the past")
        format_option_time("since", begin)
        return begin

    def _note_success(self, feed: TaskFeed) -> None:
        hostname = self._client.endpoint.hostname
        if not self._reached:
            logger.info("Watching the tasks of %s", hostname)
        elif self._failures and feed.caught_up:
            logger.warning("Watching the tasks of %s again", hostname)
        self._reached = True
        if feed.caught_up:
            self._failures = self._refusals = 0

    def _pause_after(self, error: ViError) -> None:
        """Pause before the next attempt, or raise the error if no attempt can help."""
        self._refusals += not is_outage(error)
        if not self._reached or self._refusals > MAX_REFUSALS:
            raise error
        pause = pause_after(self._failures, WATCH_PAUSES)
        if not self._failures:
            logger.warning("Watching failed, retrying: %s", error)
        self._failures += 1
        self._stopping.wait(pause)
