# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Texts of a server are shown verbatim: never rendered as templates, and never raw on a terminal."""

from __future__ import annotations

from ansible_collections.vijson.tasks.tests.e2e.both_ways import BothWays
from ansible_collections.vijson.tasks.tests.support.runs import Ansible, task
from ansible_collections.vijson.tasks.tests.support.vcenter import VCenter

TEMPLATE = "{{ 7919*7907 }}{% raw %}{% endraw %}${PATH}"
COMMAND = "{{ lookup('pipe', 'touch stolen') }}"
CONTROL = "before\x1b[2J\x1b]0;title\x07\r\nafter\u202etxt\u2028line\x9bend"
CLEAN = "before [2J ]0;title after txt line end"


def test_templates_in_server_texts_are_not_rendered(both_ways: BothWays) -> None:
    moid = both_ways.each(
        lambda vcenter: vcenter.task(
            description=TEMPLATE,
            name=COMMAND,
            user="{{ 6*6 }}",
            state="error",
            error={
                "_typeName": "GenericVmConfigFault",
                "faultMessage": [{"_typeName": "LocalizableMessage", "key": "k", "message": COMMAND}],
                "reason": "{{ 5*5 }}",
            },
        )
    )
    run = both_ways.tasks(
        [
            task("read", "vi_task_info", {"tasks": moid}, register="found"),
            task("pass on", "vi_task_wait", {"tasks": "{{ found.tasks }}"}, register="waited"),
            task("show", "ansible.builtin.debug", {"msg": "{{ found.tasks[0].description }} {{ waited.msg }}"}),
            task("use", "ansible.builtin.set_fact", {"name_of_it": "{{ found.tasks[0].name }}"}),
            task("use again", "ansible.builtin.debug", {"var": "name_of_it"}),
            task("send back", "vi_task_create", {"task_type": "{{ found.tasks[0].description }}"}),
            task(
                "loop",
                "vi_task_info",
                {"tasks": "{{ item.moid }}"},
                loop="{{ found.tasks }}",
                loop_control={"label": "{{ item.name }}"},
            ),
        ]
    )
    found = run["read"].result["tasks"][0]
    assert (found["description"], found["name"]) == (TEMPLATE, COMMAND)
    assert found["reason"]["user_name"] == "{{ 6*6 }}"
    assert (found["error"]["message"], found["error"]["reason"]) == (COMMAND, "{{ 5*5 }}")
    assert COMMAND in run["pass on"].msg
    assert run["show"].result["msg"] == f"{TEMPLATE} {run['pass on'].msg}"
    assert run["use again"].result["name_of_it"] == COMMAND
    assert repr(TEMPLATE) in run["send back"].msg
    assert str(7919 * 7907) not in run.stdout
    assert not list(both_ways.folder.rglob("stolen"))


def test_control_characters_are_removed_from_messages(ansible: Ansible, vcenter: VCenter) -> None:
    fault = {
        "_typeName": "GenericVmConfigFault",
        "faultMessage": [{"_typeName": "LocalizableMessage", "key": "k", "message": CONTROL}],
        "reason": "none",
    }
    moid = vcenter.task(name=CONTROL, state="error", error=fault, description=CONTROL)
    goes_on = vcenter.task(name=CONTROL)
    for in_process in (True, False):
        run = ansible.tasks(
            [
                task("failure", "vi_task_wait", {"tasks": moid}),
                task("progress", "vi_task_wait", {"tasks": goes_on, "wait_timeout": 0}),
                task("input", "vi_task_info", {"tasks": CONTROL}),
                task("entity", "vi_task_info", {"entity": f"/DC0/vm/{CONTROL}"}),
            ],
            in_process=in_process,
        )
        failure = f"1 of 1 tasks ended in error on {vcenter.host}: {moid} {CLEAN} of web01: {CLEAN}"
        assert run["failure"].msg == failure
        for outcome in run:
            assert outcome.status == "failed"
            assert not set(outcome.msg) & set("\x1b\x07\r\n\x9b\u202e\u2028")
        assert not set(run.stderr) & set("\x1b\x07\x9b\u202e\u2028")
        # Ansible prints whole results as JSON, which does not escape these characters
        assert not set(run.stdout) & set("\x1b\x07")


def test_keys_that_ansible_reserves_are_renamed(both_ways: BothWays) -> None:
    """Its decoder would convert, refuse or remove a mapping with such a key."""
    reserved = dict.fromkeys(("__ansible_type", "__ansible_unsafe", "__ansible_vault", "_ansible_no_log"), "x")
    fault = {"_typeName": "GenericVmConfigFault", "reason": "r", **reserved}
    moid = both_ways.each(lambda vcenter: vcenter.task(state="error", error=fault))
    run = both_ways.tasks(
        [
            task("read", "vi_task_info", {"tasks": moid}, register="found"),
            task("use", "ansible.builtin.debug", {"msg": "{{ found.tasks[0].error }}"}),
        ]
    )
    error = run["read"].result["tasks"][0]["error"]
    assert {name: error[name.lstrip("_")] for name in reserved} == reserved
    assert run["read"].result["changed"] is False
    assert run["use"].status == "ok"
