# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A folder of CA certificates. OpenSSL itself finds them only by file names that ``openssl rehash`` creates."""

from __future__ import annotations

import os
import re
from contextlib import suppress

_CERTIFICATE = re.compile(r"-----BEGIN CERTIFICATE-----\s[A-Za-z0-9+/=\s]+-----END CERTIFICATE-----")
_LARGEST = 4 << 20


def read_certificates(folder: str) -> str | None:
    """All certificates in the files of a folder, as PEM; ``None`` if there are none. Other content is ignored."""
    found: dict[str, None] = {}
    for entry in sorted(os.scandir(folder), key=lambda entry: entry.name):
        with suppress(OSError):
            if entry.is_file() and entry.stat().st_size <= _LARGEST:
                with open(entry.path, encoding="ascii", errors="replace") as file:
                    found.update(dict.fromkeys(_CERTIFICATE.findall(file.read())))
    return "\n".join(found) or None
