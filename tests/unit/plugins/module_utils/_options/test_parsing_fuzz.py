# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Random input is refused with an InputError, or parsed to a value that can be parsed again."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.vijson.tasks.plugins.module_utils._options.entity_parsing import parse_entity
from ansible_collections.vijson.tasks.plugins.module_utils._options.parsing import parse_time
from ansible_collections.vijson.tasks.plugins.module_utils._options.task_parsing import parse_task, parse_tasks
from ansible_collections.vijson.tasks.plugins.module_utils._options.user_names import same_user, user_spellings
from ansible_collections.vijson.tasks.plugins.module_utils._vijson.wire import EntityName, Reference
from ansible_collections.vijson.tasks.tests.unit.support.strategies import any_json, built_of, texts, understood

TASKISH = st.sampled_from(["task-", "Task:", "vim.", "'", '"', ":", "com.vmware.", "42", "-", "5d5b", " ", "٣"])
ENTITYISH = st.sampled_from(["vm-7", "group-", "VirtualMachine", ":", "/", "%2f", "'", "DC0", "vim.", " ", "\x00"])
TIMEISH = st.sampled_from(
    ["2026-11-22", "T", "04:00:00", "23:59:60", ".5", ".123456789", "Z", "+02:00", "90", "s", "d", "m"]
)


@given(value=any_json | built_of(TASKISH))
def test_random_tasks_are_refused_or_parsed_to_an_id(value: Any) -> None:
    moid = understood("tasks", lambda: parse_task(value, "tasks"))
    if moid is not None:
        assert moid.startswith("task-")
        assert moid[len("task-") :].isdecimal()
        assert moid.isascii()
        assert parse_task(moid) == moid


@given(values=st.lists(st.integers(0, 9), max_size=20))
def test_lists_of_tasks_are_flattened_without_duplicates(values: list[int]) -> None:
    moids = [f"task-{value}" for value in values]
    assert parse_tasks(moids) == list(dict.fromkeys(moids))
    assert parse_tasks([moids, *moids]) == list(dict.fromkeys(moids))


@given(
    number=st.integers(0, 10**18), form=st.sampled_from(["{}", "Task:{}", "vim.Task:{}", "'vim.Task:{}'", "{}:5d5b"])
)
def test_a_task_is_parsed_in_every_form(number: int, form: str) -> None:
    assert parse_task(form.format(f"task-{number}")) == f"task-{number}"


@given(value=any_json | built_of(ENTITYISH))
def test_random_entities_are_refused_or_parsed(value: Any) -> None:
    entity = understood("entity", lambda: parse_entity(value, "entity"))
    if isinstance(entity, Reference):
        assert entity.type.isalpha()
        assert parse_entity(entity.as_result()) == entity
    elif isinstance(entity, EntityName):
        assert entity.name.strip().isprintable()
        assert parse_entity({"name": entity.name, "type": entity.type}) == entity
    elif entity is not None:
        assert entity == entity.strip("/") != ""


@given(text=built_of(TIMEISH))
def test_random_times_are_refused_or_parsed(text: str) -> None:
    moment = understood("begin_time", lambda: parse_time(text, "begin_time"))
    if moment is not None:
        assert (moment.at is None) != (moment.ago is None)


@given(user=texts)
def test_random_users_match_their_own_spellings(user: str) -> None:
    spellings = user_spellings(user)
    assert spellings[0] == user
    assert all(same_user(user, spelling) for spelling in spellings)
