# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Objects that a client creates in its session, such as collectors and views, and that it destroys again."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import partial
from typing import Any, Callable, NamedTuple

from .._errors import BadResponse, FaultError, SessionEnded, ViError
from .._interrupts import opening
from .client_session import ClientSession
from .recovery import UNREACHABLE
from .singletons import Target
from .wire import Reference, expect_reference


class OwnedObject(NamedTuple):
    """An object, and the method that destroys it."""

    ref: Reference
    destroy: str


class OwnedObjects:
    """The objects that are open in a session.

    :param call: :meth:`Client.call`
    :param finish: runs an action that closes something
    """

    def __init__(self, call: Callable[..., Any], session: ClientSession, finish: Callable[[Callable[[], None]], None]):
        self._call = call
        self._session = session
        self._finish = finish
        self._open: list[OwnedObject] = []
        self._undestroyed: list[OwnedObject] = []

    @contextmanager
    def create(self, target: Target, method: str, params: dict[str, Any] | None, destroy: str) -> Iterator[Reference]:
        """Like :meth:`Client.owned`."""
        self.destroy_pending()
        owned, reachable = None, True
        try:
            with opening():
                owned = OwnedObject(self._make(target, method, params), destroy)
                self._open.append(owned)
            yield owned.ref
        except UNREACHABLE:
            reachable = False
            raise
        finally:
            # The client may have left its session meanwhile, and destroyed what was open in it.
            if owned in self._open:
                self._open.remove(owned)
                if reachable:
                    self._finish(partial(self._destroy, owned))
                else:
                    self._undestroyed.append(owned)

    def destroy_pending(self) -> None:
        """Destroy the objects that could not be destroyed because the vCenter was unreachable.

        :raises ConnectError, LostResponse: it is still unreachable
        """
        while self._undestroyed and self._session.is_open:
            with suppress(FaultError, BadResponse, SessionEnded):
                self._call(*self._undestroyed[-1], bound=True)
            self._undestroyed.pop()
        self._undestroyed.clear()

    def _make(self, target: Target, method: str, params: dict[str, Any] | None) -> Reference:
        try:
            made = self._call(target, method, params, repeatable=self._session.ends_orphans)
        except FaultError as error:
            if error.type != "InvalidState" or not self._session.leave():
                raise
            while self._open:
                self._destroy(self._open.pop())
            self._session.forget()
            made = self._call(target, method, params)
        return expect_reference(made, method)

    def _destroy(self, owned: OwnedObject) -> None:
        # If this fails, the object has ended with its session, or will.
        if self._session.is_open:
            with suppress(ViError):
                self._call(*owned, bound=True)
