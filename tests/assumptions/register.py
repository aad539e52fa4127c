# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The register of assumptions: what the collection relies on where the contract of the API leaves something open.

``make assumptions`` writes docs/assumptions.md from it, the tests in this folder run under its quirks, and
``make probe`` checks a real server against it.
"""

from __future__ import annotations

from typing import NamedTuple

SUITE = "tests/assumptions/test_quirks.py::test_each_quirk_gives_the_same_result_or_a_clear_message"
TOGETHER = "tests/assumptions/test_quirks.py::test_all_quirks_together_give_the_same_results"

KINDS = {
    "contract": "the OpenAPI contract of the API",
    "text": "the vendor's reference documentation",
    "types": "the type information in pyVmomi",
    "live": "a report from a live server",
}
"""The kinds of evidence."""

REFERENCE = "vSphere Web Services API reference"


class Evidence(NamedTuple):
    """Why an assumption is justified: a kind of ``KINDS``, and where to find it."""

    kind: str
    source: str


class Assumption(NamedTuple):
    """One assumption.

    :ivar if_false: what the user sees on a server where it is false
    :ivar quirks: options of the simulator's ``--quirk`` that make it false; the first one is enough for most tests
    :ivar tests: ``FILE::FUNCTION`` of the tests that show it
    :ivar releases: the releases of the API that it concerns
    """

    key: str
    relies_on: str
    evidence: tuple[Evidence, ...]
    if_false: str
    quirks: tuple[str, ...] = ()
    tests: tuple[str, ...] = (SUITE,)
    releases: str = "all"


def _text(source: str) -> Evidence:
    return Evidence("text", f"{REFERENCE}, {source}")


def _live(*sources: str) -> tuple[Evidence, ...]:
    return tuple(Evidence("live", source) for source in sources)


def _types(source: str) -> Evidence:
    return Evidence("types", f"pyVmomi 9.1.1.0, {source}")


def _contract(source: str) -> Evidence:
    return Evidence("contract", f"release 8.0.1.0, {source}")


SAME = "The results are the same."

_PROTOCOL = (
    Assumption(
        "contract",
        "Every response has the shape of the contract, except for fields and types of newer releases",
        (_contract("all schemas"),),
        "The module fails with a message that says what the response has instead.",
        tests=("tests/probe/test_probe.py::test_deviations_from_the_contract_are_found",),
    ),
    Assumption(
        "empty_response",
        "A method whose result has no value responds with HTTP 200 and `null`",
        (_contract("responses of nullable results"),),
        f"HTTP 204 and an empty body mean the same. {SAME}",
        ("empty_as_204", "empty_body"),
    ),
    Assumption(
        "void_response",
        "A method without a result responds with HTTP 204",
        (_contract("responses of methods without a result"),),
        f"HTTP 200 with `null` or with an empty body means the same. {SAME}",
        ("void_body=null", "void_body=empty"),
    ),
    Assumption(
        "empty_lists",
        "An empty list is `[]`",
        (_contract("lists are not nullable"),),
        f"`null` is read as an empty list. {SAME}",
        ("null_lists",),
    ),
    Assumption(
        "unset_fields",
        "An unset field is absent",
        (_contract("fields are not nullable"),),
        f"`null` is read as unset. {SAME}",
        ("null_fields",),
    ),
    Assumption(
        "boxed_values",
        "Only values that are declared as Any are boxed",
        (_contract("schema Any"),),
        f"The fields of a TaskInfo are unboxed before they are compared. {SAME}",
        ("box_everything",),
    ),
    Assumption(
        "plain_errors",
        "`TaskInfo.error` is the fault itself, without a LocalizedMethodFault around it",
        (_contract("TaskInfo.error is a MethodFault"),),
        f"The fault is unwrapped. {SAME}",
        ("wrap_errors",),
    ),
    Assumption(
        "whole_results",
        "A RetrieveResult has all objects unless the request limits their number",
        (_text("RetrieveOptions.maxObjects"),),
        f"The remaining pages are read with ContinueRetrievePropertiesEx. {SAME}",
        ("max_objects=1",),
    ),
    Assumption(
        "whole_updates",
        "An UpdateSet has all changes unless the request limits their number",
        (_text("UpdateSet.truncated"),),
        f"The remaining changes are read with the next request. {SAME}",
        ("page_updates=1",),
    ),
    Assumption(
        "clocks",
        "The clocks of the server and of the client differ by less than a minute",
        (_text("ServiceInstance.CurrentTime"),),
        f"Relative times use the server's clock. {SAME}",
        ("clock_offset=4000",),
    ),
)

_SESSIONS = (
    Assumption(
        "lasting_session_id",
        "The id of a session stays the same until it ends",
        (_contract("the response header of Login"),),
        f"The client uses the newest id that a response has. {SAME}",
        ("rotate_session=2",),
    ),
    Assumption(
        "anonymous_reads",
        "RetrievePropertiesEx without a valid session reports NotAuthenticated for each property",
        (_types("the method requires System.Anonymous"), *_live("meho 3566")),
        "If every object is missing, the client asks for the current session before it reports the objects as missing.",
        ("anonymous_read_omits",),
    ),
    Assumption(
        "hello",
        "Release negotiation responds with HTTP 200, or with 404 on 8.0.1",
        _live("Pulse 1596"),
        "With 401 or 403, the client uses release 8.0.1.0.",
        ("hello_status=401", "hello_status=403"),
    ),
    Assumption(
        "unknown_release",
        "A release in the path that the server does not know is HTTP 500",
        _live("Pulse 1596"),
        "With 404, the message also says that the server does not support the release.",
        ("release_404",),
    ),
    Assumption(
        "rest_ids",
        "From 8.0.3 on, VI JSON accepts the session ids of `/api/session`; earlier releases do not",
        _live("meho 3566"),
        "An id that the server does not accept gives the message that it does not know this session.",
        ("rest_ids=shared", "rest_ids=separate"),
    ),
)

_TASKS = (
    Assumption(
        "cancel_twice",
        "Further CancelTask requests while one is pending are part of the first one",
        (_text("Task.CancelTask: several requests are treated as one"),),
        f"InvalidState is a success if the task has the request. {SAME}",
        ("cancel_again_refused",),
    ),
    Assumption(
        "cancel_of_own_tasks",
        "A queued task of CreateTask ends when it is cancelled; a running one is ended by its owner",
        (
            _text("Task.CancelTask: asynchronous, it may return before the task is cancelled"),
            _text("TaskInfo.cancelled: whether a cancel was requested"),
        ),
        "`vi_task_cancel` reports the state that the task has; with `wait`, it waits for the end.",
        (
            "created_on_cancel=at_once",
            "created_on_cancel=later",
            "created_on_cancel=success",
            "created_on_cancel=owner",
        ),
    ),
    Assumption(
        "cancel_privilege",
        "Cancelling a task requires Global.CancelTask, also for the user's own tasks",
        (_types("Task.CancelTask lists no privilege"),),
        "In check mode, the missing privilege is a warning.",
        ("cancel_without_privilege",),
    ),
    Assumption(
        "ended_description",
        "The description of an ended task cannot be set",
        (_text("Task.SetTaskDescription"),),
        f"The description is set before the state. {SAME}",
        ("done_description",),
    ),
    Assumption(
        "task_messages",
        "The message of a description is stored as the client sends it",
        (_text("LocalizableMessage.key"),),
        "The key and the argument are compared too, so a second run changes nothing. A server whose catalog lacks the"
        " key shows the key.",
        ("messages_from_catalog",),
    ),
    Assumption(
        "fault_messages",
        "The messages of a task's error are stored as the client sends them",
        (_text("MethodFault.faultMessage"),),
        "The task ends in error either way. A server whose catalog lacks the key shows the key instead of the text.",
        ("fault_messages_from_catalog",),
    ),
    Assumption(
        "kept_fields",
        "A task keeps its `progress` and its `locked` objects after its end",
        (_text("TaskInfo.progress: undefined unless the task runs"), _text("TaskInfo.locked")),
        "Results of ended tasks lack them.",
        ("unset_after_running",),
    ),
    Assumption(
        "task_fields",
        "A task has custom values, which setCustomValue sets",
        (_text("ExtensibleManagedObject.setCustomValue"), _types("Task inherits ExtensibleManagedObject")),
        "`vi_task_custom_value` fails and says that the server does not support custom values of tasks.",
        ("no_task_fields",),
    ),
    Assumption(
        "operations",
        "The server has every operation of Task and TaskManager that the release has",
        (_contract("operations of Task and TaskManager"),),
        "The module that needs the operation fails and names it.",
        ("taken_out=Task.CancelTask", "taken_out=Task.UpdateProgress"),
    ),
)

_HISTORY = (
    Assumption(
        "prompt_history",
        "A new task is in the history at once",
        _live("yavijava 184"),
        "Before it creates a task, and after a lost response, `vi_task_create` also reads the recent tasks.",
        ("history_lag=1",),
    ),
    Assumption(
        "page_does_not_refill",
        "A larger page does not fill with older tasks",
        _live("pyvmomi-community-samples 235"),
        f"`latest_page` reads back with ReadPreviousTasks. {SAME}",
        ("page_refills",),
    ),
    Assumption(
        "page_of_1000",
        "A page of the history has up to 1000 tasks",
        (
            _text("TaskHistoryCollector.ReadNextTasks: InvalidArgument if maxCount is out of range"),
            *_live("a monitoring plugin for vSphere 8, which reads tasks in pages of 1000"),
        ),
        f"After InvalidArgument for the count, half of it is tried. {SAME}",
        ("max_page=7",),
    ),
    Assumption(
        "rewind",
        "RewindCollector moves to before the oldest task",
        (_text("HistoryCollector.RewindCollector"),),
        f"RewindCollector is not used; a new collector begins there. {SAME}",
        ("rewind_skips",),
    ),
    Assumption(
        "reset",
        "ResetCollector moves to before the latest page",
        (
            _text("HistoryCollector: ReadPreviousTasks has all items except the latest page"),
            _text("HistoryCollector.ResetCollector: to the item before the latest page"),
            _text("HistoryCollector.ResetCollector: from there, ReadPreviousTasks has all items from the newest on"),
        ),
        f"The latest page is read as a property before ReadPreviousTasks, and duplicates are dropped. {SAME}",
        ("reset_after_newest",),
    ),
    Assumption(
        "order_of_views",
        "ReadNextTasksByViewSpec returns the newest task first",
        (_text("TaskManagerViewByStartId.count: pages of older tasks, shown with the newest task first"),),
        f"The tasks are sorted by the client. {SAME}",
        ("oldest_first_views",),
        releases="9.0.0.0 and later",
    ),
    Assumption(
        "children",
        "`recursion: children` covers all descendants, and not the entity itself",
        (_text("TaskFilterSpecRecursionOption"),),
        "Tasks of deeper descendants are missing.",
        ("children_depth=1",),
    ),
    Assumption(
        "system_tasks",
        "A filter for the system user without user names has only the system's tasks",
        (_text("TaskFilterSpecByUsername.userList"),),
        f"The tasks are filtered again. {SAME}",
        ("system_user_adds",),
    ),
    Assumption(
        "user_case",
        "User names are compared without case",
        (_text("TaskFilterSpecByUsername.userList"),),
        "The form of the session's own user name is used. Another spelling finds nothing, with a warning.",
        ("users_case_sensitive",),
    ),
)

_OBJECTS = (
    Assumption(
        "expired_objects",
        "The object of a task expires minutes after the end of the task; its row in the history stays",
        _live("machine-api-operator 854", "vsphere-csi-driver 2592", "teamcity-vmware-plugin 13", "meho 3701"),
        "A task without an object is looked up in the history. It is `missing` only if it is not there either.",
        tests=(
            "tests/unit/plugins/module_utils/_history/test_expired_tasks.py::test_every_task_in_the_history_is_found",
            "tests/simulator_tests/test_tasks.py::test_a_deleted_task_no_longer_exists",
        ),
    ),
    Assumption(
        "start_id",
        "ReadNextTasksByViewSpec leaves out the task with the start id itself",
        (_types("TaskManager.ReadNextTasksByViewSpec"),),
        f"The repeated task is dropped. After a page with only this task, the next id below is the start. {SAME}",
        ("start_id_inclusive",),
        tests=(
            SUITE,
            "tests/unit/plugins/module_utils/_history/test_history_reader_releases.py::test_release_9_reads_newest_first_without_a_collector",
            "tests/unit/plugins/module_utils/_history/test_expired_tasks.py::test_tasks_are_found_if_the_server_includes_the_start",
        ),
        releases="9.0.0.0 and later",
    ),
    Assumption(
        "history_age",
        "The server keeps tasks for the days that its setting `task.maxAge` has",
        _live("VMware-Monitor 26"),
        "Older tasks are absent from the results.",
        tests=("tests/simulator_tests/test_releases.py::test_settings_tell_how_long_tasks_are_kept",),
    ),
    Assumption(
        "hidden_fields",
        "A field that is newer than the release in the path is absent, and an update without it erases it",
        (_types("ExtensionServerInfo.serverCertificate is from 8.0.2.0"),),
        "An extension with servers is updated with the newest release; if that is not possible, the module refuses.",
        tests=(
            "tests/simulator_tests/test_releases.py::test_an_update_drops_fields_that_its_release_does_not_have",
            "tests/unit/plugins/module_utils/_own_tasks/test_registering_releases.py::test_an_update_keeps_fields_of_newer_releases",
        ),
    ),
)

REGISTER = _PROTOCOL + _SESSIONS + _TASKS + _HISTORY + _OBJECTS
"""All assumptions, in the order of the page."""
