# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Values for property-based tests: any JSON, and JSON that looks like that of a vCenter."""

from __future__ import annotations

import json
import re
import unicodedata
from typing import Any, Callable

from hypothesis import strategies as st

from ansible_collections.vijson.tasks.plugins.module_utils._errors import InputError, ViError
from ansible_collections.vijson.tasks.tests.unit.support.files import CONTRACT

FILE = CONTRACT / "exchanges.json"
BODIES: list[Any] = [each["response"].get("body") for each in json.loads(FILE.read_text(encoding="utf-8"))]

texts = st.text(st.characters(), max_size=20)
atoms = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | texts

any_json = st.recursive(
    atoms,
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(texts, inner, max_size=5),
    max_leaves=20,
)

_NAMES = {name for body in BODIES for name in re.findall(r'"(\w+)":', json.dumps(body))} | {
    *("activationId", "alarm", "alarmName", "api_release", "availableField", "changeTag", "data", "faultCause"),
    *("faultMessage", "isGranted", "label", "locked", "message", "missingPrivileges", "missingSet", "parentTaskKey"),
    *("path", "privAvailability", "privilegeIds", "progressDetails", "taskID", "taskList", "token", "truncated"),
}
_WORDS = [
    *("ManagedObjectReference", "TaskInfo", "LocalizedMethodFault", "NoPermission", "NotAuthenticated", "InvalidState"),
    *("ArrayOfManagedObjectReference", "int", "string", "dateTime", "TaskInfoState", "TaskReasonUser"),
    *("Task", "task-1", "queued", "running", "success", "error", "info", "info.state", "info.progress", "info.error"),
    *("assign", "add", "remove", "enter", "modify", "leave", "5", "8.0.1.0"),
    *("2026-11-22T04:33:57.127620409Z", "0001-01-01T00:00:00Z", "2026-11-22T04:33:57+01:00"),
]

names = st.sampled_from(sorted(_NAMES)) | texts
words = st.sampled_from(_WORDS) | atoms

like_wire = st.recursive(
    words,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(names, inner, max_size=8),
    max_leaves=30,
)


@st.composite
def damaged(draw: st.DrawFn) -> Any:
    """A recorded response with a few places replaced or removed."""
    body = json.loads(json.dumps(draw(st.sampled_from(BODIES))))
    for _time in range(draw(st.integers(0, 3))):
        body = _damage(draw, body)
    return body


def _damage(draw: st.DrawFn, value: Any) -> Any:
    if isinstance(value, (dict, list)) and value and draw(st.integers(0, 9)):
        place = draw(st.sampled_from(sorted(value) if isinstance(value, dict) else range(len(value))))
        if draw(st.integers(0, 9)):
            value[place] = _damage(draw, value[place])
        else:
            del value[place]
        return value
    return draw(like_wire)


wire_values = any_json | like_wire | damaged()


def nested(value: Any, depth: int, *keys: str) -> Any:
    """A value nested in lists, or in objects under these keys in turn."""
    for level in range(depth):
        value = {keys[level % len(keys)]: value} if keys else [value]
    return value


def tried(action: Callable[[], Any]) -> Any:
    """The value, or the ViError, whose text is safe in a terminal. Any other exception is raised."""
    try:
        return action()
    except ViError as error:
        return _safe(error)


def _safe(error: ViError) -> ViError:
    for char in str(error):
        assert unicodedata.category(char) not in ("Cc", "Cs", "Zl", "Zp"), ascii(char)
        assert unicodedata.bidirectional(char) not in ("LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI")
    json.dumps(error.failure())
    return error


def understood(option: str, action: Callable[[], Any]) -> Any:
    """The value of an option, ``None`` if an InputError that begins with its name refuses it."""
    found = tried(action)
    assert not isinstance(found, ViError) or (isinstance(found, InputError) and str(found).startswith(f"{option}: "))
    return None if isinstance(found, InputError) else found


def built_of(parts: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.lists(parts | texts, max_size=6).map("".join)
