# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The examples in the guides, the pages and the plugin documentation run.

They run unchanged, except for names of vCenters, files and objects.
"""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from ansible_collections.vijson.tasks.tests.e2e.documents import ALL_BLOCKS, ROOT, Block, constant
from ansible_collections.vijson.tasks.tests.e2e.reports import fault
from ansible_collections.vijson.tasks.tests.support.runs import Ansible, Run
from ansible_collections.vijson.tasks.tests.support.simulators import simulator
from ansible_collections.vijson.tasks.tests.support.vcenter import VCenter
from ansible_collections.vijson.tasks.tests.support.watchers import SOURCE, watching

YAML = [block for block in ALL_BLOCKS if block.language == "yaml"]
LISTS = [block for block in YAML if isinstance(block.data, list)]
RULEBOOKS = [block for block in LISTS if "sources" in block.data[0]]
PLAYS = [block for block in LISTS if block not in RULEBOOKS]
DEFAULTS = [block for block in YAML if "module_defaults" in block.data]
INVENTORIES = [block for block in YAML if "all" in block.data]
(VCENTERS,) = (block for block in INVENTORIES if "vcenters" in block.data["all"].get("children", ()))
EVENTS = [block for block in YAML if "change" in block.data]
RULES = [block for block in YAML if "rules" in block.data]
MODULES = sorted([*ROOT.glob("plugins/filter/*.py"), *ROOT.glob("plugins/modules/vi_*.py")])
COMMANDS = [
    line.removeprefix("$ ")
    for block in ALL_BLOCKS
    if block.language == "console"
    for line in block.text.replace("\\\n", "").splitlines()
    if line.removeprefix("$ ").startswith(("ansible localhost ", "ansible-playbook vijson.", "curl "))
]


@pytest.fixture(scope="module")
def shared_vcenter() -> Iterator[VCenter]:
    """A simulator for this file alone, because examples leave tasks and task types on it."""
    with simulator(["--history", "0", "--check"]) as variables:
        yield VCenter(variables)


@pytest.fixture
def busy(vcenter: VCenter) -> VCenter:
    """A vCenter with running tasks of the user and of carol, and with one that failed a while ago."""
    vcenter.task(type="VirtualMachine.clone", duration=3, outcome="success", cancelable=True)
    vcenter.task(user="EXAMPLE.COM\\carol", duration=3, outcome="success", cancelable=True)
    vcenter.task(
        type="VirtualMachine.clone", state="error", queued_ago=7300, completed_ago=7200, error=fault("It is full")
    )
    return vcenter


def adapted(text: str, vcenter: VCenter, folder: Path) -> str:
    """The text with the simulator as the vCenter and with files in the test's own folder."""
    text = re.sub(r"\b(vcenter|vc\d+)\.example\.com", vcenter.host, text)
    text = text.replace("/DC0/vm/production", "/DC0/vm/apps")
    text = re.sub(r"/(tmp|srv/reports|var/lib/reports)/", f"{folder}/", text)
    return text.replace("/etc/pki/vcenter-ca.pem", vcenter.variables["VMWARE_CA_PATH"])


def run(ansible: Ansible, plays: str, *arguments: str) -> Run:
    """Run a playbook, which must succeed."""
    password = f"vault_vcenter_password={ansible.vcenter.variables['VMWARE_PASSWORD']}"
    inventory = ansible.folder / "vcenters.yml"
    inventory.write_text(adapted(VCENTERS.text, ansible.vcenter, ansible.folder), encoding="utf-8")
    more = [f"--inventory={inventory}", *arguments] if "hosts: vcenters" in plays else arguments
    done = ansible.playbook(
        adapted(plays, ansible.vcenter, ansible.folder), arguments=["--extra-vars", password, *more]
    )
    assert done.code == 0, done.output
    assert done.outcomes
    assert "[WARNING]" not in done.output
    return done


def connected(options: dict[str, Any], vcenter: VCenter, folder: Path) -> dict[str, Any]:
    """The options of an event source, with the simulator as the vCenter, and with the variables of its environment."""
    text = adapted(json.dumps(options), vcenter, folder)
    text = re.sub(r"{{ VC\d+_(\w+) }}", r"{{ VMWARE_\1 }}", text)
    replaced: dict[str, Any] = json.loads(re.sub(r"{{ (VMWARE_\w+) }}", lambda name: vcenter.variables[name[1]], text))
    return replaced


@pytest.mark.parametrize("block", PLAYS, ids=lambda block: block.place)
def test_plays_in_the_documentation_run(ansible: Ansible, busy: VCenter, block: Block) -> None:
    if "guide_own_tasks" in block.place:
        # The task types are not registered yet.
        run(ansible, block.text, "--check")
        assert "TaskManager.CreateTask" not in busy.state()["requests"]
    run(ansible, block.text)


def test_a_loop_over_vcenters_shows_no_password(ansible: Ansible, busy: VCenter) -> None:
    """Also if a vCenter is unreachable, and with every verbosity."""
    (block,) = (block for block in PLAYS if "passwords:" in block.text)
    (play,) = block.data
    play["vars"]["passwords"]["127.0.0.9"] = "Secret-0f-the-0ther!"
    password = busy.variables["VMWARE_PASSWORD"]
    text = adapted(json.dumps([play]), busy, ansible.folder).replace("{{ vault_vcenter_password }}", password)
    shown = ansible.playbook(text, arguments=["-vvvvv"]).output
    assert "No connection to 127.0.0.9" in shown
    assert password not in shown
    assert "Secret-0f-the-0ther!" not in shown


@pytest.mark.parametrize("block", DEFAULTS, ids=lambda block: block.place)
def test_module_defaults_in_the_documentation_work(ansible: Ansible, busy: VCenter, block: Block) -> None:
    read = {"name": "Read", "vijson.tasks.vi_task_info": {}}
    play: dict[str, Any] = {"hosts": "localhost", "gather_facts": False, **block.data, "tasks": [read]}
    # On localhost, the inventory does not name the vCenter.
    done = run(ansible, json.dumps([play]).replace("{{ inventory_hostname }}", busy.host))
    assert done["Read"].result["tasks"]


@pytest.mark.parametrize("block", INVENTORIES, ids=lambda block: block.place)
def test_inventories_in_the_documentation_work(ansible: Ansible, tmp_path: Path, block: Block) -> None:
    inventory = tmp_path / "inventory.yml"
    inventory.write_text(block.text)
    play = {"hosts": "all", "gather_facts": False, "tasks": [{"name": "Ping", "ansible.builtin.ping": {}}]}
    done = ansible.playbook(json.dumps([play]), arguments=["--inventory", str(inventory)])
    assert done["Ping"].result["ping"] == "pong"


def test_every_yaml_block_is_tested() -> None:
    run_here = [*PLAYS, *RULEBOOKS, *DEFAULTS, *INVENTORIES, *EVENTS, *RULES]
    assert sorted(block.place for block in run_here) == sorted(block.place for block in YAML)


@pytest.mark.parametrize("block", RULES)
def test_rules_in_the_documentation_are_those_of_a_shipped_rulebook(block: Block) -> None:
    """The tests of the rulebooks run these rules."""
    shipped = [yaml.safe_load(path.read_text(encoding="utf-8")) for path in ROOT.glob("extensions/eda/rulebooks/*.yml")]
    assert block.data["rules"] in [ruleset["rules"] for rulebook in shipped for ruleset in rulebook]


@pytest.mark.parametrize("block", RULEBOOKS)
def test_sources_in_documented_rulebooks_report_their_events(busy: VCenter, tmp_path: Path, block: Block) -> None:
    busy.task(type="VirtualMachine.clone", state="running", started_ago=3 * 3600)
    changes = [re.findall(r'event\.change == "(\w+)"', rule["condition"]) for rule in block.data[0]["rules"]]
    for source in block.data[0]["sources"]:
        options = connected(source["vijson.tasks.vi_tasks"], busy, tmp_path)
        with watching(busy.variables, tmp_path, options) as watcher:
            for (change,) in changes:
                watcher.wait_for(f'"change": "{change}"')


@pytest.mark.parametrize("command", COMMANDS)
def test_commands_in_the_documentation_run(ansible: Ansible, busy: VCenter, tmp_path: Path, command: str) -> None:
    if command.startswith("curl"):
        quiet = command.replace("curl", "curl --silent --fail-with-body", 1)
        subprocess.run(["bash", "-c", quiet], env={**os.environ, **busy.variables}, check=True, timeout=60)
    else:
        done = ansible.run(shlex.split(command.replace("task-42", busy.made[0])))
        assert done.code == 0, done.output


def test_examples_of_modules_run(ansible: Ansible, busy: VCenter) -> None:
    plays = [
        {"name": module.stem, "hosts": "localhost", "gather_facts": False, "tasks": constant(module, "EXAMPLES")}
        for module in reversed(MODULES)  # wait before there is a task that never ends
    ]
    run(ansible, yaml.safe_dump(plays))


def test_examples_of_the_event_source_report_events(busy: VCenter, tmp_path: Path) -> None:
    for example in constant(SOURCE, "EXAMPLES"):
        options = connected(example["vijson.tasks.vi_tasks"] or {}, busy, tmp_path)
        with watching(busy.variables, tmp_path, options) as watcher:
            busy.task(entity="vm-21", type="VirtualMachine.clone", state="error")
            watcher.wait_for('"change": "failed"')


@pytest.mark.parametrize("block", EVENTS, ids=lambda block: block.place)
def test_events_in_the_documentation_have_the_keys_of_real_ones(busy: VCenter, tmp_path: Path, block: Block) -> None:
    with watching(busy.variables, tmp_path, {"states": ["error"]}) as watcher:
        busy.task(type=block.data["task"]["description_id"], state="error")
        watcher.wait_for('"change"')
        (event,) = watcher.events
    assert set(block.data) == set(event)
    assert block.data["change"] == event["change"]
    assert set(block.data["task"]) <= set(event["task"])
