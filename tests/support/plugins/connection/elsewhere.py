# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A connection that Ansible treats as a connection to another machine."""

from __future__ import annotations

from ansible.plugins.connection.local import Connection as LocalConnection

DOCUMENTATION = r"""
name: elsewhere
short_description: Run on this machine as if on another
description: Run on this machine as if on another.
extends_documentation_fragment:
  - connection_pipelining
"""


class Connection(LocalConnection):
    """The local connection under another name."""

    transport = "elsewhere"
