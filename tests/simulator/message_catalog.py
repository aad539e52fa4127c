# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The message catalog: texts that extensions register for the keys of LocalizableMessages."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

Json = dict[str, Any]

_PLACEHOLDER = re.compile(r"\{([^{}]+)\}")


def rebuild_message(message: Json, extensions: Iterable[Json], locale: str) -> Json:
    """The LocalizableMessage with the catalog's text, in which `{NAME}` is the argument NAME.

    If NAME is a number, the argument is itself the key of a text. A key without a text becomes the message itself.
    """
    texts = _texts(extensions, locale)
    arguments = {arg["key"]: _shown(arg["value"]) for arg in message.get("arg") or ()}

    def argument(found: re.Match[str]) -> str:
        value = arguments.get(found[1], found[0])
        return texts.get(value, value) if found[1].isdecimal() else value

    text: str = texts.get(message["key"]) or message["key"]
    return {**message, "message": _PLACEHOLDER.sub(argument, text)}


def _texts(extensions: Iterable[Json], locale: str) -> dict[str, str]:
    """The texts of module `task`. Those of the locale take precedence, then English ones."""
    resources = [r for extension in extensions for r in extension.get("resourceList") or () if r["module"] == "task"]
    language = locale[:2]
    resources.sort(key=lambda resource: (resource["locale"][:2] == language, resource["locale"].startswith("en")))
    return {pair["key"]: pair["value"] for resource in resources for pair in resource["data"]}


def _shown(value: Any) -> str:
    plain = value.get("_value", "") if isinstance(value, dict) else value
    return str(plain)
