# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the modules support, as Ansible's attributes."""

from __future__ import annotations


class ModuleDocFragment:
    DOCUMENTATION = r"""
options: {}
attributes:
  action_group:
    description: Use C(group/vijson.tasks.vi) in C(module_defaults) to set the connection for all modules at once.
    support: full
    membership:
      - vijson.tasks.vi
  check_mode:
    description: Can run in check mode and report what would change without changing it.
    support: full
  platform:
    description: Operating systems on which the module can run.
    platforms: posix
    support: full
"""

    # For modules that change values of an object.
    DIFF = r"""
options: {}
attributes:
  diff_mode:
    description: Reports what changed, or would change, in diff mode.
    support: full
"""

    NO_DIFF = r"""
options: {}
attributes:
  diff_mode:
    description: Reports what changed, or would change, in diff mode.
    support: none
"""

    INFO = r"""
options: {}
attributes:
  diff_mode:
    description: Reports what changed, or would change, in diff mode.
    support: N/A
    details: This module changes nothing.
  idempotent:
    description: When run twice in a row with the same arguments, the second run changes nothing.
    support: N/A
    details: This module changes nothing.
"""

    IDEMPOTENT = r"""
options: {}
attributes:
  idempotent:
    description: When run twice in a row with the same arguments, the second run changes nothing.
    support: full
"""
