# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Finding an entity by reference or by inventory path."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.vijson.tasks.plugins.module_utils._errors import BadResponse, InputError
from ansible_collections.vijson.tasks.plugins.module_utils._vijson.inventory import find_entity
from ansible_collections.vijson.tasks.plugins.module_utils._vijson.wire import Reference
from ansible_collections.vijson.tasks.tests.unit.support.fakes import FakeVcenter, ref

FIND = "SearchIndex.FindByInventoryPath"


def server_with(found: Any) -> FakeVcenter:
    """A vCenter that finds this at any inventory path."""
    server = FakeVcenter()
    server.answers[FIND] = lambda _moid, _params: found
    return server


def test_an_inventory_path() -> None:
    server = server_with(ref("VirtualMachine", "vm-7"))
    assert find_entity(server.client("S0"), "DC0/vm/a%2fb") == Reference("VirtualMachine", "vm-7")
    assert [sent.params for sent in server.sent] == [{"inventoryPath": "DC0/vm/a%2fb"}]


@pytest.mark.parametrize("option", ["entity", "task_report_entity"])
def test_an_inventory_path_where_nothing_is(option: str) -> None:
    with pytest.raises(InputError, match=rf"^{option}: .*/DC0/vm/nope"):
        find_entity(server_with(None).client("S0"), "DC0/vm/nope", option)


def test_a_reference_needs_no_look() -> None:
    server = server_with(None)
    assert find_entity(server.client(), Reference("Folder", "group-d1")) == Reference("Folder", "group-d1")
    assert server.sent == []


@pytest.mark.parametrize("found", ["vm-7", [], {"type": "VirtualMachine"}])
def test_a_response_that_names_no_object(found: Any) -> None:
    with pytest.raises(BadResponse, match="FindByInventoryPath"):
        find_entity(server_with(found).client("S0"), "DC0/vm/web01")
