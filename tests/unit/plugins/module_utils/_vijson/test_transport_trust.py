# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which certificates a connection trusts, and which environment settings it ignores."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from ansible_collections.vijson.tasks.plugins.module_utils._errors import BadResponse, ViError
from ansible_collections.vijson.tasks.plugins.module_utils._vijson.transport import Endpoint, Transport
from ansible_collections.vijson.tasks.tests.unit.support.wire import HOST, Call, Wire, answers, html


@pytest.fixture
def files(tmp_path: Path) -> dict[str, str]:
    """A bundle, a file and a folder with certificates to trust."""
    (tmp_path / "folder").mkdir()
    for name in ("bundle.pem", "mine.pem"):
        (tmp_path / name).touch()
    return {name: str(tmp_path / name) for name in ("bundle.pem", "mine.pem", "folder")}


def sent_with(wire: Wire, endpoint: Endpoint) -> Any:
    wire.expect(Call("GET", f"{HOST}/x", answers({})))
    Transport(endpoint).send("GET", "/x")
    return wire.sent[-1]


@pytest.mark.parametrize(
    ("option", "environment", "trusted"),
    [
        (False, None, False),
        (False, "bundle.pem", False),
        ("mine.pem", None, "mine.pem"),
        ("mine.pem", "bundle.pem", "mine.pem"),
        ("folder", "bundle.pem", "folder"),
        (None, "bundle.pem", "bundle.pem"),
        (None, "folder", "folder"),
        (None, "", True),
        (None, None, True),
    ],
)
def test_ca_path_overrides_the_bundle_of_the_environment(
    wire: Wire,
    files: dict[str, str],
    monkeypatch: pytest.MonkeyPatch,
    option: Any,
    environment: str | None,
    trusted: Any,
) -> None:
    if environment is not None:
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", files.get(environment, environment))
    verify = files.get(option, option) if isinstance(option, str) else option
    sent = sent_with(wire, Endpoint("vc.example.com", verify=verify))
    assert sent.verify == (files[trusted] if isinstance(trusted, str) else trusted)


def test_a_missing_ca_path_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ViError, match=r"ca_path .*gone\.pem' does not exist"):
        Transport(Endpoint("vc.example.com", verify=str(tmp_path / "gone.pem")))


def test_a_missing_bundle_of_the_environment_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", "/no/such/bundle.pem")
    with pytest.raises(ViError, match=r"REQUESTS_CA_BUNDLE\): '/no/such/bundle\.pem'"):
        Transport(Endpoint("vc.example.com"))
    Transport(Endpoint("vc.example.com", verify=False))


def test_netrc_is_ignored(wire: Wire, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine vc.example.com login somebody password something\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    assert "Authorization" not in sent_with(wire, Endpoint("vc.example.com")).headers


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize(
    "target", ["https://evil.example.com/x", "http://vc.example.com/x", "/elsewhere", "/?to=\xdcbersicht", "https://["]
)
def test_a_redirect_is_not_followed(wire: Wire, status: int, target: str) -> None:
    wire.expect(Call("GET", f"{HOST}/x", html(status, Location=target)))
    response = Transport(Endpoint("vc.example.com")).send("GET", "/x", headers={"vmware-api-session-id": "S1"})
    assert response.status == status
    assert [sent.url for sent in wire.sent] == [f"{HOST}/x"]


def test_the_body_of_a_redirect_is_bounded(wire: Wire) -> None:
    wire.expect([Call("GET", f"{HOST}/x", html(302, bytes(2000), Location="/elsewhere"))])
    with pytest.raises(BadResponse, match="max_response_size"):
        Transport(Endpoint("vc.example.com", max_response_size=1000)).send("GET", "/x")


def test_urllib3_does_not_warn_if_verification_is_off(wire: Wire, recwarn: pytest.WarningsRecorder) -> None:
    sent_with(wire, Endpoint("vc.example.com", verify=False))
    assert not recwarn.list


@pytest.mark.parametrize(
    ("how", "timeout"),
    [
        ({}, (7.0, 7.0)),
        ({"hold": 30.0}, (7.0, 37.0)),
        ({"hold": 30.0, "within": 20.0}, (7.0, 20.0)),
        ({"within": 2.0}, (2.0, 2.0)),
    ],
)
def test_the_timeout_is_added_to_the_duration_of_a_poll(
    wire: Wire, how: dict[str, Any], timeout: tuple[float, float]
) -> None:
    wire.expect(Call("GET", f"{HOST}/x", answers({})))
    Transport(Endpoint("vc.example.com", request_timeout=7.0)).send("GET", "/x", **how)
    assert wire.sent[0].timeout == pytest.approx(timeout, abs=0.1)
