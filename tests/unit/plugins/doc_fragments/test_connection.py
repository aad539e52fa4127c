# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The documentation fragment and the options of the connection agree."""

from __future__ import annotations

from ansible_collections.vijson.tasks.plugins.module_utils._options.connection_spec import CONNECTION_SPEC
from ansible_collections.vijson.tasks.tests.unit.support.documentation import (
    environment_variables,
    named_variables,
    read_fragment,
    stated_options,
)


def test_the_fragment_documents_the_options_of_the_connection() -> None:
    options = read_fragment("connection")["options"]
    assert stated_options(options) == stated_options({**CONNECTION_SPEC, "hostname": {"type": "str"}})
    assert named_variables(options) == environment_variables(CONNECTION_SPEC)


def test_the_part_for_the_callback_has_the_same_options_without_aliases() -> None:
    options = read_fragment("connection", "callback")["options"]
    expected = stated_options(CONNECTION_SPEC)
    for option in expected.values():
        option.pop("aliases", None)
    assert stated_options(options) == expected
    assert named_variables(options) == {}, "Ansible names the variable of a plugin's option itself"
