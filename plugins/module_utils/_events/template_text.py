# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Changes text of the server so that no template engine runs it.

ansible-rulebook passes events to playbooks as extra variables, and Ansible renders templates in these. Otherwise, any
user who can name a virtual machine could run commands on the controller.
"""

from __future__ import annotations

import re
import warnings
from ast import literal_eval
from typing import Any

from .._vijson.wire import unreserved_name

# A brace at the end matches too, because the text after it may start with one. "#jinja2:" declares other delimiters.
_DELIMITER = re.compile(r"\{(?=[{%#]|\Z)|#(?=jinja2:)")

_TYPOGRAPHIC_QUOTES = str.maketrans({"'": "\u2019", '"': "\u201d"})


def defuse_templates(value: Any) -> Any:
    """A copy in which no text and no key, at any depth, acts as a template or as one of Ansible's own types."""
    if isinstance(value, str):
        return _defuse_text(value)
    if isinstance(value, dict):
        return {_defuse_key(key): defuse_templates(inner) for key, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [defuse_templates(inner) for inner in value]
    return value


def _defuse_key(key: Any) -> Any:
    return unreserved_name(_defuse_text(key)) if isinstance(key, str) else key


def _defuse_text(text: str) -> str:
    spaced = _DELIMITER.sub(r"\g<0> ", text)
    return spaced.translate(_TYPOGRAPHIC_QUOTES) if _is_quoted_literal(spaced) else spaced


def _is_quoted_literal(text: str) -> bool:
    """Whether native Jinja, which rulebooks use, unquotes the text: ``"{" "{ … }}"`` becomes a template."""
    if "'" not in text and '"' not in text:
        return False
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            literal_eval(text)
    except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
        return False
    return True
