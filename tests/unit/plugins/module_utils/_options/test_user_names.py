# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Forms in which users name users."""

from __future__ import annotations

import pytest

from ansible_collections.vijson.tasks.plugins.module_utils._options.user_names import same_user, user_spellings


@pytest.mark.parametrize(
    ("user", "spellings"),
    [
        ("administrator@vsphere.local", ["administrator@vsphere.local", "VSPHERE.LOCAL\\administrator"]),
        ("VSPHERE.LOCAL\\Administrator", ["VSPHERE.LOCAL\\Administrator"]),
        ("root", ["root"]),
        ("@vsphere.local", ["@vsphere.local"]),
        ("root@", ["root@"]),
        ("root@a\\b", ["root@a\\b"]),
    ],
)
def test_a_user_has_these_spellings(user: str, spellings: list[str]) -> None:
    assert user_spellings(user) == spellings


@pytest.mark.parametrize(
    ("wanted", "actual", "same"),
    [
        ("administrator@vsphere.local", "VSPHERE.LOCAL\\Administrator", True),
        ("VSPHERE.LOCAL\\Administrator", "VSPHERE.LOCAL\\Administrator", True),
        ("administrator", "VSPHERE.LOCAL\\Administrator", True),
        ("Administrator@vsphere.local", "administrator", True),
        ("administrator@other.local", "VSPHERE.LOCAL\\Administrator", False),
        ("admin", "VSPHERE.LOCAL\\Administrator", False),
        ("root", "", False),
    ],
)
def test_different_spellings_are_the_same_user(wanted: str, actual: str, same: bool) -> None:
    assert same_user(wanted, actual) is same
