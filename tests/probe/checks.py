# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The checks by the keys of the register, in the order in which they run."""

from __future__ import annotations

from collections.abc import Callable

from ansible_collections.vijson.tasks.tests.probe import (
    history_checks,
    response_checks,
    session_checks,
    task_checks,
)
from ansible_collections.vijson.tasks.tests.probe.findings import Observation
from ansible_collections.vijson.tasks.tests.probe.own_tasks import OwnTasks
from ansible_collections.vijson.tasks.tests.probe.server import Server

Check = Callable[[Server], Observation]

READING: dict[str, Check] = {
    "clocks": session_checks.check_clock,
    "hello": session_checks.check_hello,
    "unknown_release": session_checks.check_unknown_release,
    "anonymous_reads": session_checks.check_anonymous_read,
    "rest_ids": session_checks.check_rest_id,
    "empty_response": response_checks.check_empty_response,
    "whole_results": response_checks.check_whole_results,
    "whole_updates": response_checks.check_whole_updates,
    "page_does_not_refill": history_checks.check_page_refill,
    "page_of_1000": history_checks.check_page_limit,
    "rewind": history_checks.check_rewind,
    "reset": history_checks.check_reset,
    "children": history_checks.check_children,
    "system_tasks": history_checks.check_system_tasks,
    "user_case": history_checks.check_user_case,
    "order_of_views": history_checks.check_view_order,
    "start_id": history_checks.check_start_id,
    "expired_objects": history_checks.check_expired_objects,
    "history_age": history_checks.check_history_age,
}
"""Checks that only read."""

WRITING: dict[str, Callable[[Server, OwnTasks], Observation]] = {
    "prompt_history": task_checks.check_prompt_history,
    "cancel_of_own_tasks": task_checks.check_cancel,
    "cancel_twice": task_checks.check_cancel_again,
    "cancel_privilege": task_checks.check_cancel_privilege,
    "ended_description": task_checks.check_ended_description,
    "task_messages": task_checks.check_message,
    "fault_messages": task_checks.check_fault_message,
    "kept_fields": task_checks.check_kept_fields,
    "task_fields": task_checks.check_custom_values,
}
"""Checks that need tasks of their own."""

CLOSING: dict[str, Check] = {
    "lasting_session_id": session_checks.check_session_id,
    "void_response": response_checks.check_void_response,
    "empty_lists": response_checks.check_empty_lists,
    "unset_fields": response_checks.check_nulls,
    "boxed_values": response_checks.check_boxes,
    "plain_errors": response_checks.check_errors,
    "operations": response_checks.check_operations,
    "contract": response_checks.check_contract,
}
"""Checks of what the others received."""
