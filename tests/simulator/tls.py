# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Certificates: an authority of the simulator's own, and a server certificate by it."""

from __future__ import annotations

import ssl
from pathlib import Path

import trustme

NAMES = ("localhost", "127.0.0.1", "::1")


def make_certificates(folder: Path) -> ssl.SSLContext:
    """Write `ca.pem` (the authority) and `server.pem` (key and chain) and give the context to serve with."""
    folder.mkdir(parents=True, exist_ok=True)
    authority = trustme.CA(organization_name="vijson simulator")
    server = authority.issue_cert(*NAMES)
    authority.cert_pem.write_to_path(folder / "ca.pem")
    server.private_key_and_cert_chain_pem.write_to_path(folder / "server.pem")
    (folder / "server.pem").chmod(0o600)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    server.configure_cert(context)
    return context
