# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""vi_task_collector: the file that ``dest`` names."""

from __future__ import annotations

import base64
import csv
import json
from pathlib import Path
from typing import Any

from ansible_collections.vijson.tasks.tests.e2e.reports import fault
from ansible_collections.vijson.tasks.tests.support.runs import Ansible, task
from ansible_collections.vijson.tasks.tests.support.vcenter import VCenter

MODULE = "vi_task_collector"
OLD = "what was there\n"


def lines(path: Path) -> list[dict[str, Any]]:
    """The tasks in a file of JSON Lines."""
    text = path.read_text(encoding="utf-8")
    assert text.endswith("\n")
    return [json.loads(line) for line in text[:-1].split("\n")]


def mode(path: Path) -> int:
    """The mode of a file."""
    return path.stat().st_mode & 0o7777


def test_dest_supports_check_mode_and_is_idempotent(ansible: Ansible, vcenter: VCenter, tmp_path: Path) -> None:
    folder = tmp_path / "reports"
    folder.mkdir()
    dest = folder / "tasks.jsonl"
    odd = "odd: \u2028 \u00e9 {{ 1 + 1 }}\nsecond line"
    vcenter.tasks(9, tag="dest", state="error", description=odd, error=fault("=1+1"))
    wanted = {"tags": ["dest"], "dest": str(dest), "page_size": 4}
    run = ansible.tasks(
        [
            task("returned", MODULE, {"tags": ["dest"]}),
            task("check", MODULE, wanted, check_mode=True, diff=True),
            task("not there", "ansible.builtin.stat", {"path": str(dest)}),
            task("do", MODULE, wanted),
            task("again", MODULE, wanted),
            task("check again", MODULE, wanted, check_mode=True),
            task("check mode's mode", MODULE, {**wanted, "mode": "0600"}, check_mode=True),
            task("mode", MODULE, {**wanted, "mode": "0600"}),
            task("mode again", MODULE, {**wanted, "mode": "0600"}),
            task("less", MODULE, {**wanted, "limit": 2, "fields": ["key"]}),
            task("table", MODULE, {**wanted, "format": "csv", "fields": ["state", "error"], "count_by": ["who"]}),
            task("table again", MODULE, {**wanted, "format": "csv", "fields": ["state", "error"]}),
            task("keep the table", "ansible.builtin.slurp", {"src": str(dest)}),
            task("none", MODULE, {**wanted, "tags": []}),
        ]
    )
    assert run["not there"].result["stat"]["exists"] is False
    changed = {"check", "do", "check mode's mode", "mode", "less", "table", "none"}
    for outcome in run:
        if outcome.task not in ("returned", "not there", "keep the table"):
            assert outcome.result["changed"] is (outcome.task in changed), outcome
            assert "tasks" not in outcome.result
            assert outcome.result["dest"] == str(dest)
            assert outcome.left == {}
    assert run["do"].result["count"] == 9
    assert run["less"].result["count"] == 2
    assert run["less"].result["truncated"] is True
    table = base64.b64decode(run["keep the table"].result["content"]).decode()
    assert list(csv.reader(table.splitlines())) == [["state", "error"], *[["error", "'=1+1"]] * 9]
    (counted,) = run["table"].result["counts"]
    assert (counted["count"], counted["errors"]) == (9, 9)
    assert run["none"].result["count"] == 0
    assert run["none"].requests == {}
    assert dest.read_text() == ""
    assert mode(dest) == 0o600
    assert list(folder.iterdir()) == [dest]


def test_the_file_has_the_tasks_of_the_result(ansible: Ansible, vcenter: VCenter, tmp_path: Path) -> None:
    dest, link = tmp_path / "tasks.jsonl", tmp_path / "link.jsonl"
    link.symlink_to(dest)
    # A symbolic link is replaced, as ansible.builtin.copy does.
    dest.write_text(OLD)
    dest.chmod(0o604)
    vcenter.tasks(3, tag="dest", state="error", description="odd: \u2028 \u00e9\nsecond line")
    run = ansible.tasks(
        [
            task("returned", MODULE, {"tags": ["dest"]}),
            task("linked", MODULE, {"tags": ["dest"], "dest": str(link)}),
            task("written", MODULE, {"tags": ["dest"], "dest": str(dest)}),
            task("unquoted", MODULE, {"tags": ["dest"], "dest": str(dest), "mode": 644}),
            task("without file", MODULE, {"tags": ["dest"], "mode": "0640"}),
        ]
    )
    assert run["linked"].result["changed"] is True
    assert run["written"].result["changed"] is True
    assert run["unquoted"].msg.startswith("mode: 644 without quotes is the decimal number 644")
    assert run["without file"].msg == "mode: it is the mode of a file. Set dest to the file to write"
    assert not link.is_symlink()
    assert lines(link) == lines(dest)
    assert lines(dest) == run["returned"].result["tasks"]
    assert "\u00e9" in dest.read_text(encoding="utf-8")
    assert mode(dest) == 0o604


def test_a_failure_keeps_the_old_file(ansible: Ansible, vcenter: VCenter, tmp_path: Path) -> None:
    folder = tmp_path / "reports"
    folder.mkdir()
    dest = folder / "tasks.jsonl"
    dest.write_text(OLD)
    vcenter.tasks(20, tag="dest")
    fault = {"operation": "TaskHistoryCollector.ReadNextTasks", "fault": "http_502", "nth": 2, "times": 99}
    run = ansible.tasks(
        [
            task("break it", "control", {"path": "faults", "body": fault}),
            task("broken", MODULE, {"tags": ["dest"], "dest": str(dest), "page_size": 7}),
        ]
    )
    assert "returned HTTP 502" in run["broken"].msg
    assert dest.read_text() == OLD
    assert list(folder.iterdir()) == [dest]
    assert run["broken"].left == {}


def test_dest_is_relative_to_the_playbook_both_ways(ansible: Ansible, vcenter: VCenter) -> None:
    vcenter.task(tag="dest")
    for in_process in (True, False):
        run = ansible.tasks([task("write", MODULE, {"tags": ["dest"], "dest": "here.jsonl"})], in_process=in_process)
        assert run["write"].result["dest"] == "here.jsonl"
        assert run.processes == (0 if in_process else 1)
    written = list(ansible.folder.rglob("here.jsonl"))
    assert [len(lines(path)) for path in written] == [1, 1]
    assert all((path.parent / "play.yml").exists() for path in written)
