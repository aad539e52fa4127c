# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""``ca_path`` as a folder of plain PEM files, against a server with TLS."""

from __future__ import annotations

from pathlib import Path

import pytest
import trustme

from ansible_collections.vijson.tasks.plugins.module_utils._errors import ConnectError, ViError
from ansible_collections.vijson.tasks.plugins.module_utils._vijson.transport import Endpoint, Transport
from ansible_collections.vijson.tasks.plugins.module_utils._vijson.trust_folder import read_certificates
from ansible_collections.vijson.tasks.tests.support.raw_servers import HOST, certificate_of, raw_server, says


def test_every_certificate_of_a_folder_is_trusted(tmp_path: Path) -> None:
    """Whatever the names of the files, and whatever else is in the folder."""
    own, other = trustme.CA(), trustme.CA()
    folder = tmp_path / "ca"
    (folder / "inner").mkdir(parents=True)
    (folder / "a-readme.txt").write_bytes(b"-----BEGIN CERTIFICATE-----\nnot\xff one\n-----END CERTIFICATE-----\n")
    (folder / "gone.pem").symlink_to(tmp_path / "nothing")
    (folder / "root.crt").write_bytes(b"Issuer: us\r\n" + own.cert_pem.bytes())
    (folder / "again.pem").write_bytes(own.cert_pem.bytes() + own.private_key_pem.bytes())
    with raw_server(says({}), certificate_of(own)) as port, raw_server(says({}), certificate_of(other)) as other_port:
        transport = Transport(Endpoint(HOST, port, verify=str(folder)))
        assert transport.send("GET", "/x").status == 200
        transport.close()
        with pytest.raises(ConnectError, match=r"certificate .* is not trusted"):
            Transport(Endpoint(HOST, other_port, verify=str(folder))).send("GET", "/x")
        (folder / "other.pem").write_bytes(other.cert_pem.bytes())
        assert Transport(Endpoint(HOST, other_port, verify=str(folder))).send("GET", "/x").status == 200


@pytest.mark.parametrize(("size", "is_read"), [(4 << 20, True), ((4 << 20) + 1, False)])
def test_a_file_of_more_than_four_mebibytes_is_not_read(tmp_path: Path, size: int, is_read: bool) -> None:
    pem = trustme.CA().cert_pem.bytes()
    (tmp_path / "large.pem").write_bytes(pem + bytes(size - len(pem)))
    assert read_certificates(str(tmp_path)) == (pem.decode().strip() if is_read else None)


def test_a_folder_without_certificates_is_refused(tmp_path: Path) -> None:
    (tmp_path / "x.pem").write_text("nothing")
    assert read_certificates(str(tmp_path)) is None
    with raw_server(says({}), certificate_of(trustme.CA())) as port:
        transport = Transport(Endpoint(HOST, port, verify=str(tmp_path)))
        with pytest.raises(ViError) as refused:
            transport.send("GET", "/x")
    assert str(refused.value) == (
        f"ca_path (or VMWARE_CA_PATH or REQUESTS_CA_BUNDLE): there is no certificate in '{tmp_path}'."
        " Use a PEM file or a folder of CA certificates"
    )
