# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Write docs/assumptions.md: ``python -m assumptions FILE.md``."""

from __future__ import annotations

import sys
from pathlib import Path

from ansible_collections.vijson.tasks.tests.assumptions.page import assumptions_page

if __name__ == "__main__":
    Path(sys.argv[1]).write_text(assumptions_page(), encoding="utf-8")
