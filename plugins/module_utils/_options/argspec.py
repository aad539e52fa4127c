# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options of modules, as Ansible takes them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ansible.module_utils.basic import env_fallback

from .connection_spec import CONNECTION_SPEC

CONNECTION_ARGUMENTS: dict[str, dict[str, Any]] = {
    name: {
        **{key: value for key, value in option.items() if key != "env"},
        **({"fallback": (env_fallback, [option["env"]])} if "env" in option else {}),
    }
    for name, option in CONNECTION_SPEC.items()
}


def argument_spec(**options: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """The connection and a module's own options."""
    return {**CONNECTION_ARGUMENTS, **options}


def wrap_single_values(params: dict[str, Any], spec: dict[str, dict[str, Any]]) -> None:
    """Where a list is expected, one mapping (such as a task that a module answered) is a list of one."""
    for name, option in spec.items():
        if option.get("type") == "list":
            for key in (name, *option.get("aliases", ())):
                if isinstance(params.get(key), dict):
                    params[key] = [params[key]]


def escaped_secrets(secrets: Iterable[str]) -> set[str]:
    """Secrets as messages that quote them have them: with a backslash before what needs one."""
    return {repr(secret)[1:-1] for secret in secrets}
