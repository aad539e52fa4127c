# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What can go wrong, each with one line for people.

Lower layers raise these; only ``_module`` and ``_action`` turn them into a failed result.
"""

from __future__ import annotations

import re
from typing import Any

_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]+")


def one_line(text: str) -> str:
    """Text of a server made safe for a terminal: control, direction and half characters become a space."""
    return _CONTROL.sub(" ", text).strip()


class ViError(Exception):
    """Base of all. ``fault`` is the server's fault in answer form, ``result`` what else the failed task returns."""

    def __init__(self, message: str, *, fault: dict[str, Any] | None = None, result: dict[str, Any] | None = None):
        super().__init__(one_line(message))
        self.fault = fault
        self.result = result or {}

    def failure(self) -> dict[str, Any]:
        """The keys of a failed result, without ``failed`` itself."""
        failure: dict[str, Any] = {**self.result, "msg": str(self)}
        if self.fault:
            failure["fault"] = self.fault
        return failure


class InputError(ViError):
    """An option that can't be used: refused before anything is changed."""


class Interrupted(BaseException):
    """SIGINT or SIGTERM came. No ``except`` for what may go wrong with a server catches it on its way."""


def ignore(*_arguments: Any) -> None:
    """What to tell goes nowhere: the default of callbacks."""


class ConnectError(ViError):
    """No connection was made, so nothing was sent. ``transient``: another try may succeed."""

    def __init__(self, message: str, *, transient: bool = True):
        super().__init__(message)
        self.transient = transient


class NoResponse(ViError):
    """A request was sent and no usable answer came back: the server may have run it."""


class LostResponse(NoResponse):
    """The connection broke, the time passed (``late``), or a proxy answered 502, 503 or 504 (``status``)."""

    def __init__(self, message: str, *, status: int | None = None, late: bool = False):
        super().__init__(message)
        self.status = status
        self.late = late


class BadResponse(NoResponse):
    """An answer that is not VI JSON, or has another shape than the API says."""


class SessionEnded(ViError):
    """The session that was handed in is gone, and there is nothing to log in with."""


class TaskError(ViError):
    """Tasks that did not do what was asked of them; the result carries them."""


class WaitTimeout(ViError):
    """The time passed before all tasks were there; the result carries them."""


class FaultError(ViError):
    """The server answered a fault.

    :ivar type: name of the fault, such as ``InvalidState``
    :ivar raw: the fault as it came (see MethodFault in the API)
    """

    def __init__(self, message: str, *, fault: dict[str, Any], raw: dict[str, Any]):
        super().__init__(message, fault=fault)
        self.type: str = fault["type"]
        self.raw = raw

    def names(self, moid: str) -> bool:
        """Whether this is ManagedObjectNotFound about the object with this id."""
        obj = self.raw.get("obj")
        return self.type == "ManagedObjectNotFound" and isinstance(obj, dict) and obj.get("value") == moid
