# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Pauses garbage collection while a module in a process of its own starts, and when it ends.

At its start, the process mostly imports modules. Each collection goes through what has been imported so far, where
almost nothing is garbage, and Python collects again at the end, just before the system takes back all memory at once.
While the module works, garbage is collected as usual.
"""

from __future__ import annotations

import atexit
import gc


def pause_collections(name: str) -> None:
    """Collect no garbage until :func:`resume_collections`, and none at the end of the process.

    Modules call this before all other imports. Where a module is only imported, as in Ansible's own process, it changes
    nothing.

    :param name: ``__name__`` of the module
    """
    if name == "__main__":
        gc.disable()
        atexit.register(gc.freeze)


def resume_collections() -> None:
    """After a pause, collect garbage again, but never look at what exists now. Without a pause it changes nothing."""
    if not gc.isenabled():
        gc.freeze()
        gc.enable()
