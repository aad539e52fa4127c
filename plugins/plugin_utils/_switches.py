# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The switches of the collection: variables, and environment variables with the same names in capitals."""

from __future__ import annotations

import os
from typing import Any

from ansible.module_utils.parsing.convert_bool import boolean

from ..module_utils._errors import InputError

IN_PROCESS = "vijson_tasks_in_process"
"""Whether modules may run in Ansible's own process."""

PROGRESS = "vijson_tasks_progress"
"""Whether waits show their progress."""

SHARE_SESSION = "vijson_tasks_share_session"
"""Whether the modules of a run, and the callback, share sessions."""


def is_switched_on(name: str, value: Any = None) -> bool:
    """Whether a switch is on, as it is by default.

    :param value: of the variable. If it is not set, or blank, the environment variable decides
    :raises InputError: the value is not a boolean
    """
    given = next((each for each in (value, os.environ.get(name.upper())) if not _is_blank(each)), True)
    try:
        return bool(boolean(given))
    except TypeError:
        raise InputError(f"{name} (or {name.upper()}): {given!r} is not a boolean. Use true or false") from None


def _is_blank(value: Any) -> bool:
    return value is None or (isinstance(value, str) and not value.strip())
