# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options of modules as Ansible argument specifications."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ansible.module_utils.basic import AnsibleFallbackNotFound, env_fallback

from .connection_spec import CONNECTION_SPEC


def nonempty_env_fallback(name: str) -> str:
    """The value of an environment variable. An empty one is not set, as in a shell script that exports a blank."""
    value = str(env_fallback(name))
    if not value:
        raise AnsibleFallbackNotFound
    return value


CONNECTION_ARGUMENTS: dict[str, dict[str, Any]] = {
    name: {
        # Ansible's message for a missing option does not name the environment variable, so parse_endpoint requires it.
        **{key: value for key, value in option.items() if key not in ("env", "required")},
        **({"fallback": (nonempty_env_fallback, [option["env"]])} if "env" in option else {}),
    }
    for name, option in CONNECTION_SPEC.items()
}


def argument_spec(**options: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """The argument specification of a module: the connection options and the module's own."""
    return {**CONNECTION_ARGUMENTS, **options}


def wrap_single_values(params: dict[str, Any], spec: dict[str, dict[str, Any]]) -> None:
    """Convert values that are shorter than their option's type.

    Where an option is a list, a single mapping (such as a task that a module returned) becomes a list of one. Where it
    is a list of mappings with one required key, such as ``id``, a text becomes a mapping with that key.
    """
    for name, option in spec.items():
        if option.get("type") == "list":
            for key in (name, *option.get("aliases", ())):
                if isinstance(params.get(key), dict):
                    params[key] = [params[key]]
                required = [part for part, each in option.get("options", {}).items() if each.get("required")]
                if len(required) == 1 and key in params:
                    params[key] = _mappings(params[key], required[0])


def _mappings(value: Any, key: str) -> Any:
    if _is_bare(value):
        value = [item.strip() for item in value.split(",")]
    if not isinstance(value, list):
        return value
    return [{key: item} if _is_bare(item) else item for item in value]


def _is_bare(value: Any) -> bool:
    """Whether a value is a text that Ansible does not take for a mapping or a list."""
    return isinstance(value, str) and not set("={[") & set(value)


def escaped_secrets(secrets: Iterable[str]) -> set[str]:
    """Secrets as they appear in messages that quote them with ``repr()``: special characters are escaped."""
    return {repr(secret)[1:-1] for secret in secrets}
