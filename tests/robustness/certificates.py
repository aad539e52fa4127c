# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Valid and invalid certificates, and simulators that present them."""

from __future__ import annotations

import datetime
import ipaddress
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import trustme
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from ansible_collections.vijson.tasks.tests.support.over_http import ADMIN, Running, running
from ansible_collections.vijson.tasks.tests.support.vcenter import VCenter

HOST = "127.0.0.1"
NOW = datetime.datetime.now(datetime.timezone.utc)


def days(number: int) -> datetime.datetime:
    """The time ``number`` days from now."""
    return NOW + datetime.timedelta(days=number)


class Authorities:
    """The authority that signed the servers' certificates, and another one."""

    def __init__(self, folder: Path):
        self._own, other = trustme.CA(), trustme.CA()
        self.own, self.other = folder / "own.pem", folder / "other.pem"
        self._own.cert_pem.write_to_path(self.own)
        other.cert_pem.write_to_path(self.other)

    def certificates(self) -> dict[str, bytes]:
        """Key and chain of each certificate, as PEM."""
        issue = self._own.issue_cert
        leaves = {
            "good": issue(HOST),
            "other host": issue("vcenter.example.com"),
            "expired": issue(HOST, not_before=days(-9), not_after=days(-2)),
            "not yet valid": issue(HOST, not_before=days(2), not_after=days(9)),
        }
        made = {name: leaf.private_key_and_cert_chain_pem.bytes() for name, leaf in leaves.items()}
        return {
            **made,
            "with its authority": made["good"] + self._own.cert_pem.bytes(),
            "self-signed": self_signed(),
        }


def self_signed() -> bytes:
    """Key and self-signed certificate, as PEM."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, HOST)])
    names = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address(HOST))])
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number(), days(-1), days(9))
        .add_extension(names, critical=False)
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    encoded = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    return encoded + certificate.public_bytes(pem)


class Shown:
    """A simulator that presents one of the certificates."""

    def __init__(self, simulator: Running, authority: Path):
        self._simulator = simulator
        port = simulator.url.rpartition(":")[2]
        self.vcenter = VCenter(
            {
                "VMWARE_HOST": HOST,
                "VMWARE_PORT": port,
                "VMWARE_USER": ADMIN[0],
                "VMWARE_PASSWORD": ADMIN[1],
                "VMWARE_CA_PATH": str(authority),
            }
        )

    @property
    def requests(self) -> int:
        """How many requests it received."""
        return int(self._simulator.state()["total"])


@contextmanager
def servers(folder: Path, authorities: Authorities) -> Iterator[dict[str, Shown]]:
    """A simulator for each certificate."""
    with ExitStack() as stack:
        shown = {}
        for name, pem in authorities.certificates().items():
            tls = folder / name.replace(" ", "-")
            tls.mkdir()
            (tls / "server.pem").write_bytes(pem)
            shown[name] = Shown(stack.enter_context(running(tls_folder=tls)), authorities.own)
        yield shown
