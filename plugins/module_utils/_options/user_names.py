# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Names of users, which a vCenter writes in another form than users do."""

from __future__ import annotations


def user_spellings(user: str) -> list[str]:
    """The names by which the vCenter may know a user: as given, and ``DOMAIN\\name`` for ``name@domain``."""
    name, at, domain = user.partition("@")
    return [user, f"{domain.upper()}\\{name}"] if at and name and domain and "\\" not in user else [user]


def same_user(wanted: str, actual: str) -> bool:
    """Whether two spellings may name the same user. Case is ignored, and so is a domain that only one of them has."""
    wanted_domain, wanted_name = _split_user(wanted)
    actual_domain, actual_name = _split_user(actual)
    return wanted_name == actual_name and (not wanted_domain or not actual_domain or wanted_domain == actual_domain)


def _split_user(user: str) -> tuple[str, str]:
    user = user.casefold()
    if "\\" in user:
        domain, _backslash, name = user.partition("\\")
        return domain, name
    name, _at, domain = user.partition("@")
    return domain, name
