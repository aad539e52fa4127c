# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which API release the client uses."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from ansible_collections.vijson.tasks.plugins.module_utils._errors import ViError
from ansible_collections.vijson.tasks.plugins.module_utils._vijson.client import Client
from ansible_collections.vijson.tasks.plugins.module_utils._vijson.release import is_release
from ansible_collections.vijson.tasks.plugins.module_utils._vijson.wire import Reference
from ansible_collections.vijson.tasks.tests.unit.support.wire import (
    HOST,
    Call,
    Outcome,
    Reply,
    Wire,
    answers,
    html,
)

Make = Callable[..., Client]
TASK = Reference("Task", "task-7")
HELLO = f"{HOST}/api/vcenter/system?action=hello"
OFFERED = ["9.1.1.0", "9.1.0.0", "9.0.0.0", "8.0.3.1", "8.0.3.0", "8.0.2.0", "8.0.1.0"]


def info(release: str) -> Call:
    return Call("GET", f"{HOST}/sdk/vim25/{release}/Task/task-7/info", answers(release))


def test_the_default_release_is_the_first_with_vi_json(client: Make, wire: Wire) -> None:
    wire.expect(info("8.0.1.0"))
    assert client("S0").get(TASK, "info") == "8.0.1.0"


def test_a_given_release_is_used_unchanged(client: Make, wire: Wire) -> None:
    wire.expect(info("7.0.3.2"))
    client("S0", api_release="7.0.3.2").get(TASK, "info")


@pytest.mark.parametrize("release", ["9.0.0.0", "8.0.1.0"])
def test_auto_negotiates_once_and_offers_the_newest_first(client: Make, wire: Wire, release: str) -> None:
    wire.expect(
        Call("POST", HELLO, answers({"api_release": release}), {"api_releases": OFFERED}), info(release), info(release)
    )
    made = client("S0", api_release="auto")
    made.get(TASK, "info")
    made.get(TASK, "info")


@pytest.mark.parametrize("status", [401, 403, 404])
def test_auto_uses_the_first_release_without_hello(client: Make, wire: Wire, status: int) -> None:
    wire.expect(Call("POST", HELLO, html(status)), info("8.0.1.0"))
    client("S0", api_release="auto").get(TASK, "info")


@pytest.mark.parametrize(
    "outcome",
    [
        answers({"api_release": ""}),
        answers({"api_release": "99.0.0.0"}),
        answers({"api_release": None}),
        answers({"api_release": ["8.0.1.0"]}),
        answers({}),
        answers(None),
        answers([]),
        html(200),
        html(500),
        Reply(204),
    ],
)
def test_auto_without_a_common_release_is_an_error(client: Make, wire: Wire, outcome: Outcome) -> None:
    wire.expect(Call("POST", HELLO, outcome))
    with pytest.raises(ViError, match=r"8\.0\.1|hello"):
        client("S0", api_release="auto").get(TASK, "info")


def test_a_failed_negotiation_does_not_suggest_auto(client: Make, wire: Wire) -> None:
    wire.expect(Call("POST", HELLO, html(500)))
    with pytest.raises(ViError, match=r"cannot negotiate a release\. Set api_release, such as to 8\.0\.1\.0$"):
        client("S0", api_release="auto").get(TASK, "info")


def test_auto_retries_the_negotiation(client: Make, wire: Wire, pauses: list[float]) -> None:
    wire.expect(
        Call("POST", HELLO, html(503)), Call("POST", HELLO, answers({"api_release": "9.0.0.0"})), info("9.0.0.0")
    )
    client("S0", api_release="auto").get(TASK, "info")
    assert pauses == [0.5]


def content(release: str, version: object) -> Call:
    about = {"_typeName": "AboutInfo", "apiVersion": version}
    return Call("GET", f"{HOST}/sdk/vim25/{release}/ServiceInstance/ServiceInstance/content", answers({"about": about}))


@pytest.mark.parametrize(
    ("negotiated", "version", "is_newest"),
    [
        ("9.0.0.0", "9.0.0.0", True),
        ("8.0.3.1", "8.0.3.0", True),
        ("9.1.1.0", "10.0.0.0", False),
        ("9.1.1.0", "9.1.1.1", False),
        ("9.1.1.0", None, False),
        ("9.1.1.0", "new", False),
    ],
)
def test_the_newest_release_is_negotiated(
    client: Make, wire: Wire, negotiated: str, version: object, is_newest: bool
) -> None:
    wire.expect(Call("POST", HELLO, answers({"api_release": negotiated})), content(negotiated, version))
    made = client("S0", api_release="8.0.1.0")
    assert made.use_newest_release() is is_newest
    assert made.release == negotiated


@pytest.mark.parametrize(("version", "is_newest"), [("8.0.1.0", True), ("9.0.0.0", False)])
def test_without_hello_the_first_release_is_compared_with_the_version(
    client: Make, wire: Wire, version: str, is_newest: bool
) -> None:
    wire.expect(Call("POST", HELLO, html(403)), content("8.0.1.0", version))
    assert client("S0").use_newest_release() is is_newest


@pytest.mark.parametrize(
    ("release", "first", "has"),
    [("9.0.0.0", "9.0.0.0", True), ("8.0.3.1", "9.0.0.0", False), ("10.0.0.0", "9.0.0.0", True)],
)
def test_a_release_supports_what_earlier_ones_added(client: Make, release: str, first: str, has: bool) -> None:
    assert client("S0", api_release=release).supports(first) is has


@pytest.mark.parametrize(
    ("text", "valid"), [("8.0.1.0", True), ("10.0.0.0", True), ("8.0.1", False), (f"{'9' * 5000}.0.0.0", False)]
)
def test_a_release_has_four_numbers(text: str, valid: bool) -> None:
    assert is_release(text) is valid
