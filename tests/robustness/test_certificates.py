# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A server whose certificate is not trusted gets no request, and the message gives the reason."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.vijson.tasks.tests.robustness.certificates import Authorities, Shown, servers
from ansible_collections.vijson.tasks.tests.support.module_runs import run

# the tests count requests on servers whose certificates are not trusted
pytestmark = pytest.mark.filterwarnings("ignore:Unverified HTTPS request")

ALL = ("good", "other host", "expired", "not yet valid", "with its authority", "self-signed")
UNKNOWN = "unable to get local issuer certificate"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("certificates")


@pytest.fixture(scope="module")
def authorities(folder: Path) -> Authorities:
    return Authorities(folder)


@pytest.fixture(scope="module")
def shown(folder: Path, authorities: Authorities) -> Iterator[dict[str, Shown]]:
    with servers(folder, authorities) as by_name:
        yield by_name


@pytest.fixture(autouse=True)
def no_bundle(monkeypatch: pytest.MonkeyPatch) -> None:
    """Unset the variables that select a bundle; the tests about them set them."""
    monkeypatch.delenv("REQUESTS_CA_BUNDLE", raising=False)


def ask(server: Shown, **params: Any) -> str:
    """Run a module; returns the message of its failure, or an empty text."""
    outcome = run(server.vcenter, "vi_task_manager_info", params)
    assert outcome.warnings == []
    return str(outcome.result["msg"]) if outcome.failed else ""


def refused(server: Shown, **params: Any) -> str:
    """The message of a module that sent no request."""
    before = server.requests
    msg = ask(server, **params)
    assert msg, "it was trusted"
    assert server.requests == before
    assert "\n" not in msg
    return msg


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("other host", "IP address mismatch, certificate is not valid for '127.0.0.1'"),
        ("expired", "certificate has expired"),
        ("not yet valid", "certificate is not yet valid"),
        ("self-signed", "self-signed certificate"),
    ],
)
def test_an_invalid_certificate_of_a_trusted_authority_is_refused(
    shown: dict[str, Shown], name: str, reason: str
) -> None:
    msg = refused(shown[name])
    assert msg.startswith(f"The certificate of 127.0.0.1:{shown[name].vcenter.port} is not trusted: ")
    # OpenSSL before 3 writes it in two words
    assert reason in msg.replace("self signed", "self-signed")
    assert "validate_certs: false" in msg
    assert ("Set ca_path to the CA that signed it" in msg) == (name == "self-signed")
    assert "ca_path" in msg
    assert ".." not in msg


@pytest.mark.parametrize(
    ("name", "reason"), [("good", UNKNOWN), ("with its authority", "self-signed certificate in certificate chain")]
)
@pytest.mark.parametrize("trusted", ["other", "default"])
def test_a_certificate_of_an_unknown_authority_is_refused(
    shown: dict[str, Shown], authorities: Authorities, name: str, reason: str, trusted: str
) -> None:
    """``default``: the list that ships with requests."""
    msg = refused(shown[name], ca_path={"other": str(authorities.other), "default": ""}[trusted])
    assert reason in msg.replace("self signed", "self-signed")
    assert "ca_path" in msg


def test_a_folder_without_certificates_is_refused(shown: dict[str, Shown], tmp_path: Path) -> None:
    assert f"there is no certificate in '{tmp_path}'" in refused(shown["good"], ca_path=str(tmp_path))


def test_a_name_that_is_not_in_the_certificate_is_refused(shown: dict[str, Shown]) -> None:
    msg = refused(shown["good"], hostname="localhost")
    assert "Hostname mismatch, certificate is not valid for 'localhost'" in msg


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("", "ca_path (or VMWARE_CA_PATH or REQUESTS_CA_BUNDLE): there is no certificate in '{path}'."),
        ("hello\n", "ca_path (or VMWARE_CA_PATH or REQUESTS_CA_BUNDLE): there is no certificate in '{path}'."),
        (
            "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
            "ca_path (or VMWARE_CA_PATH or REQUESTS_CA_BUNDLE): there is no certificate in '{path}'.",
        ),
    ],
    ids=["empty", "text", "broken"],
)
def test_a_file_without_certificates_is_refused(
    shown: dict[str, Shown], tmp_path: Path, content: str, reason: str
) -> None:
    path = tmp_path / "authority.pem"
    path.write_text(content)
    assert reason.format(path=path) in refused(shown["good"], ca_path=str(path))


@pytest.mark.parametrize("name", ALL)
def test_validate_certs_false_accepts_any_certificate(
    shown: dict[str, Shown], authorities: Authorities, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """``validate_certs: false`` overrides all settings of a bundle."""
    server = shown[name]
    before = server.requests
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(authorities.other))
    assert ask(server, validate_certs=False, ca_path=str(authorities.other)) == ""
    assert server.requests > before


def test_a_certificate_of_the_given_authority_is_accepted(
    shown: dict[str, Shown], authorities: Authorities, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Among others in one file. A self-signed certificate is its own authority."""
    both = tmp_path / "both.pem"
    both.write_bytes(authorities.other.read_bytes() + authorities.own.read_bytes())
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(authorities.other))
    for name in ("good", "with its authority"):
        assert ask(shown[name]) == ""
        assert ask(shown[name], ca_path=str(both)) == ""
    assert ask(shown["self-signed"], ca_path=str(folder / "self-signed" / "server.pem")) == ""


def test_requests_ca_bundle_is_used_only_without_ca_path(
    shown: dict[str, Shown], authorities: Authorities, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(authorities.own))
    assert ask(shown["good"], ca_path="") == ""
    assert UNKNOWN in refused(shown["good"], ca_path=str(authorities.other))
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(authorities.other))
    assert UNKNOWN in refused(shown["good"], ca_path="")
