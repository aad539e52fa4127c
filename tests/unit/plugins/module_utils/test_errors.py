# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Errors as failed results, and which of them mean that a request may have run."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.vijson.tasks.plugins.module_utils._errors import (
    BadResponse,
    ConnectError,
    FaultError,
    Interrupted,
    LostResponse,
    NoResponse,
    ViError,
    ignore,
    one_line,
)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain", "plain"),
        ("  spaces around  ", "spaces around"),
        ("two\r\n\tlines", "two lines"),
        ("\x1b[31mred", "[31mred"),
        ("a\u202eb\u2066c\u2028d", "a b c d"),
        ("half\ud83d", "half"),
        ("\x9bCSI", "CSI"),
        ("Zürich \U0001f511", "Zürich \U0001f511"),
    ],
)
def test_a_message_is_one_line_that_is_safe_in_a_terminal(text: str, shown: str) -> None:
    assert one_line(text) == shown
    assert str(ViError(text)) == shown


@pytest.mark.parametrize(
    ("error", "failure"),
    [
        (ViError("No."), {"msg": "No."}),
        (ViError("No.", fault={"type": "X"}), {"msg": "No.", "fault": {"type": "X"}}),
        (ViError("No.", result={"tasks": []}), {"msg": "No.", "tasks": []}),
        (ViError("No.", result={"msg": "Yes."}), {"msg": "No."}),
    ],
)
def test_a_failed_result_has_the_keys_of_its_error(error: ViError, failure: dict[str, Any]) -> None:
    assert error.failure() == failure


@pytest.mark.parametrize(
    ("error", "may_have_run"),
    [
        (LostResponse("broken"), True),
        (BadResponse("not JSON"), True),
        (ConnectError("refused"), False),
        (FaultError("op", "no", fault={"type": "X"}, raw={}), False),
    ],
)
def test_errors_tell_whether_the_request_may_have_run(error: ViError, may_have_run: bool) -> None:
    assert isinstance(error, NoResponse) is may_have_run


@pytest.mark.parametrize(
    ("fault_type", "raw", "named"),
    [
        ("ManagedObjectNotFound", {"obj": {"value": "task-7"}}, True),
        ("ManagedObjectNotFound", {"obj": {"value": "task-8"}}, False),
        ("ManagedObjectNotFound", {"obj": "task-7"}, False),
        ("ManagedObjectNotFound", {}, False),
        ("InvalidArgument", {"obj": {"value": "task-7"}}, False),
    ],
)
def test_a_fault_names_the_missing_object(fault_type: str, raw: dict[str, Any], named: bool) -> None:
    assert FaultError("op", "no", fault={"type": fault_type}, raw=raw).names("task-7") is named


def test_an_interrupt_is_not_caught_as_an_exception() -> None:
    assert not issubclass(Interrupted, Exception)


def test_the_default_callback_accepts_any_arguments() -> None:
    ignore()
    ignore("a line", 5)
