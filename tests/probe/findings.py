# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the probe finds about one assumption. No text here may have a name, an id or an address of the server."""

from __future__ import annotations

from typing import NamedTuple, NoReturn

from ansible_collections.vijson.tasks.plugins.module_utils._errors import (
    BadResponse,
    ConnectError,
    FaultError,
    LostResponse,
    ViError,
)
from simulator import contract

AS_ASSUMED = "as assumed"
DIFFERS = "differs"
NOT_OBSERVED = "not observed"


class NotObserved(Exception):
    """A check could not find out. The text is the reason."""


class Observation(NamedTuple):
    """Whether an assumption holds, and what the server did."""

    holds: bool
    text: str


class Finding(NamedTuple):
    """One row of the table."""

    key: str
    expected: str
    observed: str
    verdict: str


def fault_name(error: ViError) -> str:
    """The type of the fault behind an error, if it is a type of the API."""
    name = str((error.fault or {}).get("type"))
    known = contract.schema_name(name) is not None or name in contract.MORE_FAULTS
    return name if known or name in ("MethodNotFound", "NotImplemented") else "a fault of an unknown type"


def reason_of(error: Exception) -> str:
    """Why a check failed, without the text of the error, which may have names."""
    if isinstance(error, FaultError) or (isinstance(error, ViError) and error.fault):
        return fault_name(error)
    if isinstance(error, NotObserved):
        return str(error)
    kinds = {
        LostResponse: "no response",
        BadResponse: "not a valid response",
        ConnectError: "no connection",
        ViError: "the client refused the response",
    }
    found = next((text for kind, text in kinds.items() if isinstance(error, kind)), None)
    return found or f"a response of an unexpected shape ({type(error).__name__})"


def too_few(what: str) -> NoReturn:
    """Stop a check that needs more of something."""
    raise NotObserved(f"too few {what}")
