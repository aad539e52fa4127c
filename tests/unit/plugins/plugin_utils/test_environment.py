# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Variables of a task in the environment of a process that continues after the task."""

from __future__ import annotations

import os
from contextlib import suppress

import pytest

from ansible_collections.vijson.tasks.plugins.plugin_utils._environment import added_to_environment, may_be_added


def test_variables_are_set_in_the_block_only(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VIJSON_A", "before")
    monkeypatch.delenv("VIJSON_B", raising=False)
    before = dict(os.environ)
    with suppress(ZeroDivisionError), added_to_environment({"VIJSON_A": "a", "VIJSON_B": "b"}):
        assert (os.environ["VIJSON_A"], os.environ["VIJSON_B"]) == ("a", "b")
        del os.environ["VIJSON_B"]
        raise ZeroDivisionError
    assert dict(os.environ) == before


@pytest.mark.parametrize(
    ("name", "value", "possible"),
    [
        ("HTTPS_PROXY", "http://proxy:3128", True),
        ("_x1", "", True),
        ("PYTHONPATH", "/x", False),
        ("LD_PRELOAD", "/x", False),
        ("OPENSSL_CONF", "/x", False),
        ("A-B", "", False),
        ("1A", "", False),
        ("A=B", "", False),
        ("A", "\0", False),
    ],
)
def test_only_variables_that_a_running_process_reads_may_be_added(name: str, value: str, possible: bool) -> None:
    assert may_be_added({"VMWARE_HOST": "x", name: value}) is possible


def test_no_variables_may_be_added() -> None:
    assert may_be_added({})
