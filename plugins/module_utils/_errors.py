# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The exceptions of the collection. The text of each is one line that a user reads.

All layers raise them; only ``_run`` and ``_action`` turn them into a failed result.
"""

from __future__ import annotations

import re
from typing import Any

from ._secrets import mask

# Compiled at its first use, because most calls show no text.
_CONTROL = "[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]+"


def one_line(text: str) -> str:
    """Text that is safe for a terminal: control and direction characters and lone surrogates become a space.

    Secrets are masked before, because they may contain such characters, and after.
    """
    return mask(re.sub(_CONTROL, " ", mask(text))).strip()


class ViError(Exception):
    """Base class.

    :ivar fault: the vCenter's fault as a module returns it: ``{type, message, …}``, or ``None``
    :ivar result: other keys of the failed result
    """

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
    """An option has a value that cannot be used. Raised before anything is changed."""


class Interrupted(BaseException):
    """SIGINT or SIGTERM arrived. Not an ``Exception``, so that code which handles errors does not catch it."""


def ignore(*_arguments: Any) -> None:
    """Do nothing: the default for callbacks."""


class ConnectError(ViError):
    """The connection failed, so nothing was sent.

    :ivar transient: whether another attempt may succeed
    :ivar late: whether there was a connection, which was not usable before the timeout
    """

    def __init__(self, message: str, *, transient: bool = True, late: bool = False):
        super().__init__(message)
        self.transient = transient
        self.late = late


class NoResponse(ViError):
    """A request was sent and there is no usable response. The vCenter may have processed it."""


class LostResponse(NoResponse):
    """The connection broke, the request timed out, or a proxy responded in place of the server.

    :ivar status: the HTTP status, ``None`` without a response
    :ivar late: whether the request timed out
    """

    def __init__(self, message: str, *, status: int | None = None, late: bool = False):
        super().__init__(message)
        self.status = status
        self.late = late


class BadResponse(NoResponse):
    """A response that is not VI JSON, or does not have the shape that the API defines."""


class LoginRefused(ViError):
    """The server does not accept the user name and the password."""


class SessionEnded(ViError):
    """The session given as ``session_id`` has ended, and there are no credentials to log in again."""


class TaskError(ViError):
    """Tasks failed, or could not be cancelled or found. The result lists them."""


class WaitTimeout(ViError):
    """The deadline passed before all tasks ended. The result lists them."""


class FaultError(ViError):
    """The vCenter reported a fault.

    :ivar type: name of the fault, such as ``InvalidState``
    :ivar reason: the text of the error without the operation that failed
    :ivar raw: the fault as received, a MethodFault of the API
    """

    def __init__(self, operation: str, reason: str, *, fault: dict[str, Any], raw: dict[str, Any]):
        super().__init__(f"{operation}: {reason}", fault=fault)
        self.reason = one_line(reason)
        self.type: str = fault["type"]
        self.raw = raw

    def names(self, moid: str) -> bool:
        """Whether this is ManagedObjectNotFound for the object with this moId."""
        obj = self.raw.get("obj")
        return self.type == "ManagedObjectNotFound" and isinstance(obj, dict) and obj.get("value") == moid
