# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The variables of ``environment`` on a task, a block or a play, for a module that runs in Ansible's own process."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager

# Python and its libraries read these only when they start.
_READ_AT_START = ("PYTHON", "LD_", "OPENSSL_")
_NAME = re.compile(r"[A-Za-z_]\w*", re.ASCII)


def may_be_added(environment: Mapping[str, str]) -> bool:
    """Whether the variables have the same effect in a process that has started already."""
    return all(
        _NAME.fullmatch(name) and not name.startswith(_READ_AT_START) and "\0" not in value
        for name, value in environment.items()
    )


@contextmanager
def added_to_environment(environment: Mapping[str, str], *, without: Iterable[str] = ()) -> Iterator[None]:
    """Add the variables to the environment of this process, and restore it at the end.

    :param without: variables to remove first
    """
    before = {name: os.environ.get(name) for name in (*environment, *without)}
    for name in without:
        os.environ.pop(name, None)
    os.environ.update(environment)
    try:
        yield
    finally:
        for name, value in before.items():
            os.environ.pop(name, None)
            if value is not None:
                os.environ[name] = value
