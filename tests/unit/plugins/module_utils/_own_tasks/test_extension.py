# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Changing an extension adds what is wanted and keeps everything else."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from ansible_collections.vijson.tasks.plugins.module_utils._errors import BadResponse, InputError
from ansible_collections.vijson.tasks.plugins.module_utils._own_tasks.extension import (
    WantedExtension,
    extend_extension,
    extension_result,
    parse_extension,
    reduce_extension,
)

KEY = "com.example.jobs"
HEARTBEAT = "2026-11-22T04:00:00Z"
NOTHING: dict[str, Any] = {"task_types": None, "company": None, "description": None, "version": None}


def task_list(*ids: str) -> list[dict[str, str]]:
    return [{"_typeName": "ExtensionTaskTypeInfo", "taskID": task_id} for task_id in ids]


def resource(locale: str, module: str = "task", **texts: str) -> dict[str, Any]:
    """Texts; ``a__label`` stands for the key ``a.label``."""
    data = [{"_typeName": "KeyValue", "key": key.replace("__", "."), "value": text} for key, text in texts.items()]
    return {"_typeName": "ExtensionResourceInfo", "locale": locale, "module": module, "data": data}


def description(text: str) -> dict[str, str]:
    return {"_typeName": "Description", "label": text, "summary": text}


def extension(**fields: Any) -> dict[str, Any]:
    """An extension as a server returns it."""
    return {
        "_typeName": "Extension",
        "key": KEY,
        "description": description("Jobs"),
        "version": "3.1",
        "lastHeartbeatTime": HEARTBEAT,
        **fields,
    }


def wanted(**options: Any) -> WantedExtension:
    return parse_extension({**NOTHING, "extension": KEY, **options})


def type_of(task_id: str, label: str | None = None, summary: str | None = None) -> dict[str, Any]:
    return {"id": task_id, "label": label, "summary": summary}


MESSAGES = {"vijson.tasks.description": "{text}", "vijson.tasks.fault": "{text}"}
"""The texts for messages of tasks, which an extension with task types has."""

TEXTS, GERMAN = resource("en", **MESSAGES), resource("de", a__label="DE")
EVENT = resource("en", "event", a__label="Event")


def test_a_new_extension_has_defaults_and_its_task_types() -> None:
    new = extend_extension(None, wanted(), HEARTBEAT)
    assert new == extension(description=description(KEY), version="1.0.0")
    types = [type_of("a", "A"), type_of("b", None, "B at length"), type_of("c")]
    given = wanted(task_types=types, company="Example", description="Jobs", version="2")
    assert extend_extension(None, given, HEARTBEAT) == extension(
        company="Example",
        version="2",
        taskList=task_list("a", "b", "c"),
        resourceList=[resource("en", a__label="A", b__summary="B at length", **MESSAGES)],
    )


@pytest.mark.parametrize(
    ("before", "options", "after"),
    [
        ({}, {}, {}),
        ({"taskList": task_list("a")}, {"task_types": []}, {"taskList": task_list("a")}),
        (
            {"taskList": task_list("a")},
            {"task_types": [type_of("a")]},
            {"taskList": task_list("a"), "resourceList": [TEXTS]},
        ),
        (
            {"taskList": task_list("a")},
            {"task_types": [type_of("b")]},
            {"taskList": task_list("a", "b"), "resourceList": [TEXTS]},
        ),
        ({"company": "Example"}, {"company": "Example"}, {"company": "Example"}),
        ({}, {"version": "4", "description": "More"}, {"version": "4", "description": description("More")}),
        ({"version": "4"}, {"version": "", "description": ""}, {"version": "4"}),
        (
            {"resourceList": [resource("en", a__label="A", a__summary="S"), resource("de", a__label="DE")]},
            {"task_types": [type_of("a", "New")]},
            {
                "taskList": task_list("a"),
                "resourceList": [resource("en", a__label="New", a__summary="S", **MESSAGES), GERMAN],
            },
        ),
        (
            {"resourceList": [resource("en_US", a__label="A"), resource("en", "event", a__label="Event")]},
            {"task_types": [type_of("a", "New")]},
            {
                "taskList": task_list("a"),
                "resourceList": [resource("en_US", a__label="New", **MESSAGES), EVENT],
            },
        ),
        (
            {"resourceList": [resource("en_US", a__label="US"), resource("en", a__label="EN")]},
            {"task_types": [type_of("a", "New")]},
            {
                "taskList": task_list("a"),
                "resourceList": [resource("en_US", a__label="US"), resource("en", a__label="New", **MESSAGES)],
            },
        ),
        (
            {"resourceList": [resource("de", a__label="DE")]},
            {"task_types": [type_of("a", "A")]},
            {"taskList": task_list("a"), "resourceList": [GERMAN, resource("en", a__label="A", **MESSAGES)]},
        ),
        (
            {
                "company": "",
                "type": "",
                "client": None,
                "server": [{"url": "u", "company": "", "adminEmail": ["", "a"]}],
            },
            {},
            {"server": [{"url": "u", "adminEmail": ["a"]}]},
        ),
        ({"resourceList": [resource("fr", "x", a="", b="B")]}, {}, {"resourceList": [resource("fr", "x", b="B")]}),
        ({"shownInSolutionManager": False, "number": 0}, {}, {"shownInSolutionManager": False, "number": 0}),
    ],
)
def test_an_existing_extension_is_extended(
    before: dict[str, Any], options: dict[str, Any], after: dict[str, Any]
) -> None:
    there = extension(**before)
    untouched = copy.deepcopy(there)
    assert extend_extension(there, wanted(**options), HEARTBEAT) == extension(**after)
    assert there == untouched


def test_removed_task_types_are_taken_out_with_their_texts() -> None:
    there = extension(
        company="",
        taskList=task_list("a", "b"),
        resourceList=[
            resource("en", a__label="A", a__summary="S", b__label="B"),
            resource("de", a__label="DE"),
            resource("en", "event", a__label="Event", other="Text"),
        ],
    )
    assert reduce_extension(there, ["a", "nothing"]) == extension(
        taskList=task_list("b"),
        resourceList=[resource("en", b__label="B"), resource("en", "event", a__label="Event", other="Text")],
    )
    assert reduce_extension(extension(), ["a"]) == extension(taskList=[], resourceList=[])


def test_an_extension_in_a_result_has_its_documented_keys() -> None:
    assert extension_result(None) is None
    there = extension(
        company="",
        taskList={"_typeName": "ArrayOfExtensionTaskTypeInfo", "_value": task_list("a", "b")},
        resourceList=[resource("de", a__label="DE"), resource("en", a__label="A", b__label="")],
    )
    assert extension_result(there) == {
        "key": KEY,
        "company": None,
        "description": "Jobs",
        "version": "3.1",
        "task_types": [type_of("a", "A"), type_of("b")],
    }


@pytest.mark.parametrize(
    "broken",
    [
        {"taskList": "a"},
        {"taskList": [{}]},
        {"resourceList": [5]},
        {"resourceList": {}},
        {"resourceList": [{"module": "task", "locale": "en", "data": [{"value": "Job"}]}]},
        {"resourceList": [{"module": "task", "locale": "en", "data": [{"key": [], "value": "Job"}]}]},
        {"resourceList": [{"module": "task", "locale": "en", "data": [{"key": "a.label", "value": {"b": 1}}]}]},
        {"description": "Jobs"},
    ],
)
def test_a_damaged_extension_is_an_error(broken: dict[str, Any]) -> None:
    with pytest.raises(BadResponse):
        extension_result(extension(**broken))


def test_an_empty_list_of_types_is_not_the_same_as_none() -> None:
    assert wanted() == WantedExtension(KEY)
    assert wanted(task_types=[]).task_types == {}


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"extension": "  "}, "extension: the key is empty"),
        ({"task_types": [type_of(" ")]}, "task_types: an id is empty"),
        ({"task_types": [type_of("a"), type_of("b"), type_of("a", "A")]}, "task_types: 'a' is given twice"),
    ],
)
def test_invalid_options_are_refused(options: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=message):
        wanted(**options)


def test_a_task_type_can_be_removed_beside_damaged_ones() -> None:
    odd = [{"taskID": []}, {"taskID": {"a": 1}}]
    texts = [{"_typeName": "ExtensionResourceInfo", "module": "task", "data": [{"key": {}, "value": "x"}]}]
    after = reduce_extension(extension(taskList=[*odd, *task_list("a")], resourceList=texts), ["a"])
    assert after["taskList"] == odd
    assert after["resourceList"] == texts


@pytest.mark.parametrize("character", [*',/\\#+<>=;"', "\t", "\n", "\x7f", "\u00e9", "\u2028"])
def test_a_key_with_a_special_character_is_refused(character: str) -> None:
    with pytest.raises(
        InputError, match=r"extension: the key .* contains .*\. Use printable ASCII characters, except for , /"
    ):
        parse_extension({**NOTHING, "extension": f"com.example{character}jobs"})


@pytest.mark.parametrize("key", ["com.example.jobs", "com.example my jobs", "jobs", "A-1_(b)'!$%&*:?@[]^`{|}~"])
def test_a_key_with_allowed_characters_is_accepted(key: str) -> None:
    assert parse_extension({**NOTHING, "extension": key}).key == key


def test_the_texts_for_messages_are_removed_with_the_last_type() -> None:
    there = extend_extension(None, wanted(task_types=[type_of("a"), type_of("b")]), HEARTBEAT)
    assert reduce_extension(there, ["a"])["resourceList"] == [resource("en", **MESSAGES)]
    assert reduce_extension(there, ["a", "b"])["resourceList"] == []
