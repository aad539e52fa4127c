# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Certificates: the simulator's own authority, and a server certificate that it issues."""

from __future__ import annotations

import ssl
from collections.abc import Iterable
from pathlib import Path

import trustme

NAMES = ("localhost", "127.0.0.1", "::1")


def make_certificates(folder: Path, more_names: Iterable[str] = ()) -> ssl.SSLContext:
    """The context to serve with, from `ca.pem` (the authority) and `server.pem` (key and chain) in the folder.

    Missing files are created. A restarted server keeps its certificate.
    """
    if not (folder / "server.pem").exists():
        _issue(folder, [*NAMES, *more_names])
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(folder / "server.pem")
    return context


def _issue(folder: Path, names: list[str]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    authority = trustme.CA(organization_name="vijson simulator")
    server = authority.issue_cert(*names)
    authority.cert_pem.write_to_path(folder / "ca.pem")
    (folder / "server.pem").touch(mode=0o600)
    server.private_key_and_cert_chain_pem.write_to_path(folder / "server.pem")
