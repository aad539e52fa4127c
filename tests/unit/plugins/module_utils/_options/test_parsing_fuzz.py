# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whatever a user writes: it is understood or refused, and what is understood stays the same there and back."""

from __future__ import annotations

import json
from typing import Any, Callable
from urllib.parse import urlsplit

from hypothesis import example, given
from hypothesis import strategies as st

from ansible_collections.vijson.tasks.plugins.module_utils._errors import InputError, ViError
from ansible_collections.vijson.tasks.plugins.module_utils._options.connection import parse_credentials, parse_endpoint
from ansible_collections.vijson.tasks.plugins.module_utils._options.parsing import (
    parse_entity,
    parse_task,
    parse_tasks,
    parse_time,
    same_user,
    user_spellings,
)
from ansible_collections.vijson.tasks.plugins.module_utils._own_tasks.wanted_state import parse_wanted_state
from ansible_collections.vijson.tasks.plugins.module_utils._times import (
    SECOND,
    format_rfc3339,
    parse_moment,
    parse_rfc3339,
)
from ansible_collections.vijson.tasks.plugins.module_utils._vijson.boxing import box_value, camel_case
from ansible_collections.vijson.tasks.plugins.module_utils._vijson.wire import Reference, plain_value, snake_case
from ansible_collections.vijson.tasks.tests.unit.support.strategies import any_json, texts, tried
from ansible_collections.vijson.tasks.tests.unit.support.wire import connection

TASKISH = st.sampled_from(["task-", "Task:", "vim.", "'", '"', ":", "com.vmware.", "42", "-", "5d5b", " ", "٣"])
ENTITYISH = st.sampled_from(["vm-7", "group-", "VirtualMachine", ":", "/", "%2f", "'", "DC0", "vim.", " ", "\x00"])
TIMEISH = st.sampled_from(
    ["2026-11-22", "T", "04:00:00", "23:59:60", ".5", ".123456789", "Z", "+02:00", "90", "s", "d", "m"]
)


def understood(option: str, action: Callable[[], Any]) -> Any:
    """What comes of an option; None where it is refused, by its name."""
    found = tried(action)
    assert not isinstance(found, ViError) or (isinstance(found, InputError) and str(found).startswith(f"{option}: "))
    return None if isinstance(found, InputError) else found


def built_of(parts: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.lists(parts | texts, max_size=6).map("".join)


@given(value=any_json | built_of(TASKISH))
def test_tasks(value: Any) -> None:
    moid = understood("tasks", lambda: parse_task(value, "tasks"))
    if moid is not None:
        assert moid.startswith("task-")
        assert moid[len("task-") :].isdecimal()
        assert moid.isascii()
        assert parse_task(moid) == moid


@given(values=st.lists(st.integers(0, 9), max_size=20))
def test_lists_of_tasks(values: list[int]) -> None:
    moids = [f"task-{value}" for value in values]
    assert parse_tasks(moids) == list(dict.fromkeys(moids))
    assert parse_tasks([moids, *moids]) == list(dict.fromkeys(moids))


@given(
    number=st.integers(0, 10**18), form=st.sampled_from(["{}", "Task:{}", "vim.Task:{}", "'vim.Task:{}'", "{}:5d5b"])
)
def test_forms_of_a_task(number: int, form: str) -> None:
    assert parse_task(form.format(f"task-{number}")) == f"task-{number}"


@given(value=any_json | built_of(ENTITYISH))
def test_entities(value: Any) -> None:
    entity = understood("entity", lambda: parse_entity(value, "entity"))
    if isinstance(entity, Reference):
        assert entity.type.isalpha()
        assert parse_entity(entity.as_result()) == entity
    elif entity is not None:
        assert entity == entity.strip("/") != ""


@given(text=built_of(TIMEISH))
def test_times(text: str) -> None:
    moment = understood("begin_time", lambda: parse_time(text, "begin_time"))
    if moment is not None:
        assert (moment.at is None) != (moment.ago is None)


FIRST, LAST = parse_rfc3339("0001-01-01T00:00:00Z"), parse_rfc3339("9999-12-31T23:59:59.999999999Z")


@given(nanoseconds=st.integers(FIRST, LAST))
@example(FIRST)
@example(LAST)
@example(0)
@example(-1)
def test_times_there_and_back(nanoseconds: int) -> None:
    assert parse_rfc3339(format_rfc3339(nanoseconds)) == nanoseconds
    assert parse_moment(format_rfc3339(nanoseconds)).at == nanoseconds


@given(
    nanoseconds=st.integers(FIRST + 10**14, LAST - 10**14),
    minutes=st.integers(-23 * 60 - 59, 23 * 60 + 59),
)
def test_offsets_are_the_same_time(nanoseconds: int, minutes: int) -> None:
    local = format_rfc3339(nanoseconds + minutes * 60 * SECOND)[:-1]
    hours, rest = divmod(abs(minutes), 60)
    assert parse_rfc3339(f"{local}{'-' if minutes < 0 else '+'}{hours:02d}:{rest:02d}") == nanoseconds


@given(user=texts)
def test_users(user: str) -> None:
    spellings = user_spellings(user)
    assert spellings[0] == user
    assert all(same_user(user, spelling) for spelling in spellings)


identifiers = st.lists(st.text("abcxyz", min_size=2, max_size=5), min_size=1, max_size=4).map("_".join)
whole = st.integers(-(2**63), 2**63 - 1)
primitives = st.booleans() | whole | st.floats(allow_nan=False, allow_infinity=False) | texts
references = st.builds(lambda number: {"type": "VirtualMachine", "moid": f"vm-{number}"}, st.integers(0, 99))
boxable = st.recursive(primitives | references, lambda inner: st.lists(inner, max_size=4), max_leaves=12)


@given(value=boxable)
def test_values_there_and_back(value: Any) -> None:
    assert plain_value(json.loads(json.dumps(box_value(value))), typed=True) == value


@given(name=identifiers)
def test_names_there_and_back(name: str) -> None:
    assert snake_case(camel_case(name)) == name


@given(
    state=st.sampled_from([None, "queued", "running", "success", "error"]),
    progress=st.none() | st.integers(),
    description=any_json,
    result=any_json,
    fault=st.none() | st.dictionaries(texts | st.sampled_from(["type", "message", "data"]), any_json, max_size=4),
)
def test_wanted_states(**options: Any) -> None:
    wanted = tried(lambda: parse_wanted_state(options))
    assert isinstance(wanted, InputError) or json.dumps(wanted, allow_nan=False)


@given(
    hostname=texts | built_of(st.sampled_from(["vc", ".", "example.com", ":", "[", "]", "2001:db8::1", "//", "@", "%"]))
)
def test_hostnames(hostname: str) -> None:
    found = understood("hostname", lambda: parse_endpoint(connection(hostname=hostname)))
    if found is not None:
        parts = urlsplit(found.url)
        assert (parts.scheme, parts.path, parts.query, parts.username) == ("https", "", "", None)


@given(secret=st.text(st.characters(), min_size=8, max_size=30))
def test_session_ids(secret: str) -> None:
    found = tried(lambda: parse_credentials(connection(session_id=secret)))
    assert secret not in str(found)
    assert isinstance(found, InputError) or (found.session_id == secret and secret.isascii())
