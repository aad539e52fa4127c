# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Random host names and session ids are refused or safe to send."""

from __future__ import annotations

from urllib.parse import urlsplit

from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.vijson.tasks.plugins.module_utils._errors import InputError
from ansible_collections.vijson.tasks.plugins.module_utils._options.connection import parse_credentials, parse_endpoint
from ansible_collections.vijson.tasks.tests.unit.support.strategies import built_of, texts, tried, understood
from ansible_collections.vijson.tasks.tests.unit.support.wire import connection


@given(
    hostname=texts | built_of(st.sampled_from(["vc", ".", "example.com", ":", "[", "]", "2001:db8::1", "//", "@", "%"]))
)
def test_random_hostnames_are_refused_or_safe(hostname: str) -> None:
    found = understood("hostname", lambda: parse_endpoint(connection(hostname=hostname)))
    if found is not None:
        parts = urlsplit(found.url)
        assert (parts.scheme, parts.path, parts.query, parts.username) == ("https", "", "", None)


@given(secret=st.text(st.characters(), min_size=8, max_size=30))
def test_random_session_ids_are_refused_or_safe_and_never_shown(secret: str) -> None:
    found = tried(lambda: parse_credentials(connection(session_id=secret)))
    assert secret not in str(found)
    assert isinstance(found, InputError) or (found.session_id == secret and secret.isascii())
