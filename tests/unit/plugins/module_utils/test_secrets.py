# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Masking secrets in texts, in all forms that servers and messages give them."""

from __future__ import annotations

import gc
import html
import json
from collections.abc import Callable
from urllib.parse import quote, quote_plus

import pytest

from ansible_collections.vijson.tasks.plugins.module_utils._errors import ViError, one_line
from ansible_collections.vijson.tasks.plugins.module_utils._secrets import MASK, Secrets, mask, mask_strings

PASSWORDS = [
    "pa55word",
    'p"a\\s/s',
    "grün & <gelb>",
    "new\nline\tand  spaces",
    " around ",
    "100%+1",
    "it's",
    "it's a \\",
    'grü"n',
    "abc",
]
FORMS: list[Callable[[str], str]] = [
    str,
    repr,
    json.dumps,
    lambda text: json.dumps(text, ensure_ascii=False),
    lambda text: json.dumps(text).replace("/", "\\/"),
    lambda text: repr(json.dumps(text)),
    lambda text: quote(text, safe=""),
    lambda text: quote(text, safe="").replace("%2F", "%2f"),
    quote,
    quote_plus,
    html.escape,
    one_line,
    lambda text: " ".join(text.split()),
    str.upper,
]


def kept(*secrets: str) -> Secrets:
    """Registered secrets."""
    made = Secrets(*secrets)
    made.register()
    return made


@pytest.mark.parametrize("password", PASSWORDS)
@pytest.mark.parametrize("form", FORMS)
def test_a_secret_is_masked_in_every_form(password: str, form: Callable[[str], str]) -> None:
    secrets = kept("another", password)
    shown = form(password)
    for text in (f"[{shown}]", f"[{shown}]".replace("\n", " ").replace("\t", " ")):
        masked = mask(text)
        assert MASK in masked
        assert set(masked) <= set(f"[]{MASK}\"' ")
    assert secrets.mask("nothing here") == "nothing here"


def test_a_secret_of_two_characters_is_not_masked() -> None:
    kept("ab", "it")
    assert mask("about it") == "about it"


def test_errors_mask_secrets() -> None:
    secrets = kept("new\nline")
    assert str(ViError("It said new\nline and new line")) == f"It said {MASK} and {MASK}"
    secrets.add("S3ss10n")
    assert mask_strings({"S3ss10n": ["x S3ss10n", {"n": 5, "none": None}]}) == {
        "S3ss10n": [f"x {MASK}", {"n": 5, "none": None}]
    }


def test_secrets_are_masked_from_the_first_request_to_the_close() -> None:
    secrets = Secrets("pa55word", None, "")
    assert mask("pa55word") == "pa55word"
    secrets.register()
    assert mask("pa55word") == MASK
    secrets.forget()
    secrets.forget()
    assert mask("pa55word") == "pa55word"


def test_secrets_are_forgotten_with_their_client() -> None:
    secrets = kept("pa55word")
    assert mask("pa55word") == MASK
    del secrets
    gc.collect()
    assert mask("pa55word") == "pa55word"


def test_the_last_49_session_ids_and_the_password_are_kept() -> None:
    secrets = Secrets("pa55word")
    for number in range(1000):
        secrets.add(f"session-{number:04}")
    assert list(secrets) == ["pa55word", *(f"session-{number:04}" for number in range(951, 1000))]
    assert secrets.mask("pa55word session-0999 session-0001") == f"{MASK} {MASK} session-0001"
