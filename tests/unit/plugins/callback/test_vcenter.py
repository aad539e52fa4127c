# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options of the callback: documented, read from every place. What the callback reports of plays."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import yaml
from ansible import context
from ansible.playbook.block import Block

from ansible_collections.vijson.tasks.plugins.callback import vcenter
from ansible_collections.vijson.tasks.plugins.callback.vcenter import DOCUMENTATION, CallbackModule
from ansible_collections.vijson.tasks.plugins.doc_fragments.connection import ModuleDocFragment
from ansible_collections.vijson.tasks.plugins.module_utils._errors import ignore
from ansible_collections.vijson.tasks.plugins.module_utils._plays import recorder
from ansible_collections.vijson.tasks.plugins.module_utils._plays.recorder import CALLBACK_SPEC
from ansible_collections.vijson.tasks.plugins.plugin_utils._shared_session import share_session

OWN_VARIABLES = {
    "entity": "VIJSON_TASKS_ENTITY",
    "task_type": "VIJSON_TASKS_TASK_TYPE",
    "time_budget": "VIJSON_TASKS_TIME_BUDGET",
}
VARIABLES = {name: CALLBACK_SPEC[name].get("env") or OWN_VARIABLES.get(name) for name in CALLBACK_SPEC}
GIVEN = {
    **{name: f"the {name}" for name, option in CALLBACK_SPEC.items() if option["type"] == "str"},
    "port": 444,
    "validate_certs": False,
    "ca_path": "/etc/pki/ca.pem",
    "proxy_port": 3128,
    "proxy_protocol": "https",
    "request_timeout": "3s",
    "max_response_size": 7,
    "time_budget": 1.5,
}
READ = """
import json, sys
from ansible.plugins.loader import callback_loader, init_plugin_loader
init_plugin_loader()
callback = callback_loader.get("vijson.tasks.vcenter")
callback.set_options()
print(json.dumps({name: callback.get_option(name) for name in sys.argv[1:]}))
"""


def read(configuration: Path, options: dict[str, Any], variables: dict[str, str]) -> dict[str, Any]:
    """What the callback reads of all options, with some in ``ansible.cfg`` and some in the environment."""
    settings = "".join(f"{name} = {value}\n" for name, value in options.items())
    configuration.write_text(f"[callback_vcenter]\n{settings}")
    around = {name: value for name, value in os.environ.items() if name not in VARIABLES.values()}
    command = [sys.executable, "-c", READ, *CALLBACK_SPEC]
    env = {**around, **variables, "ANSIBLE_CONFIG": str(configuration)}
    found: dict[str, Any] = json.loads(subprocess.check_output(command, env=env, timeout=60))
    return found


def test_the_documented_options_match_the_specification() -> None:
    document = yaml.safe_load(DOCUMENTATION)
    assert document["extends_documentation_fragment"] == ["vijson.tasks.connection.callback"]
    own, shared = document["options"], yaml.safe_load(ModuleDocFragment.CALLBACK)["options"]
    documented = {name: {**shared.get(name, {}), **own.get(name, {})} for name in {**shared, **own}}
    assert set(documented) == set(CALLBACK_SPEC)
    for name, option in documented.items():
        kept = {key: option[key] for key in ("type", "default", "choices") if key in option}
        assert kept == {
            key: CALLBACK_SPEC[name][key] for key in ("type", "default", "choices") if key in CALLBACK_SPEC[name]
        }
        assert not option.get("required")
        assert option["ini"] == [{"section": "callback_vcenter", "key": name}]
        assert option.get("env") == ([{"name": VARIABLES[name]}] if VARIABLES[name] else None)


def test_every_option_is_read_from_configuration_and_environment(tmp_path: Path) -> None:
    configuration = tmp_path / "ansible.cfg"
    assert set(GIVEN) == set(CALLBACK_SPEC)
    assert read(configuration, {}, {}) == {name: option.get("default") for name, option in CALLBACK_SPEC.items()}
    assert read(configuration, GIVEN, {}) == GIVEN
    named = {variable: str(GIVEN[name]) for name, variable in VARIABLES.items() if variable}
    others = {name: value for name, value in GIVEN.items() if not VARIABLES[name]}
    assert read(configuration, others, named) == GIVEN


class FakeSide:
    """Records messages instead of sending them to a process.

    :ivar messages: all messages in their order
    :ivar lines: the lines of the next ``said()``
    """

    made: list[FakeSide]

    def __init__(self, _work: Any) -> None:
        self.messages: list[dict[str, Any]] = []
        self.lines: list[str] = []
        self.ended = True
        self.made.append(self)

    def send(self, **message: Any) -> None:
        self.messages.append(message)

    def said(self) -> list[str]:
        lines, self.lines = self.lines, []
        return lines

    def finish(self, timeout: float) -> list[str]:
        self.messages.append({"finish": timeout})
        return self.said()


class Run:
    """A run of Ansible with the callback on two hosts."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.callback = CallbackModule()
        self.callback.get_option = {**dict.fromkeys(CALLBACK_SPEC), "time_budget": 5.0}.__getitem__
        self.warnings: list[str] = []
        monkeypatch.setattr(self.callback._display, "warning", self.warnings.append)

    @property
    def messages(self) -> list[dict[str, Any]]:
        """All messages to the side process; empty if there is none."""
        return [message for side in FakeSide.made for message in side.messages]

    def play(self, *tasks: Any, name: str = "Deploy", **keywords: Any) -> None:
        """Begin a play with these tasks."""
        play = SimpleNamespace(
            _uuid=name,
            check_mode=False,
            gather_facts=False,
            get_name=lambda: name,
            get_variable_manager=lambda: SimpleNamespace(
                get_vars=lambda play: {"ansible_play_hosts_all": ["web01", "web02"]}
            ),
            only_tags=["all"],
            post_tasks=[],
            pre_tasks=[],
            roles=[],
            skip_tags=[],
            tasks=list(tasks),
        )
        play.__dict__.update(keywords)
        self.callback.v2_playbook_on_play_start(play)

    def end(self) -> None:
        self.callback.v2_playbook_on_stats(None)


def task(name: str = "Copy", *, parent: Any = None, **keywords: Any) -> Any:
    """A task of a play."""
    made = SimpleNamespace(
        _parent=parent,
        _uuid=name,
        action="ansible.builtin.copy",
        evaluate_tags=lambda _only, skipped, _variables: name not in skipped,
        get_name=lambda: name,
        ignore_unreachable=False,
    )
    made.__dict__.update(keywords)
    return made


def result(of: Any = None, *, host: str = "web01", underscore: str = "", **values: Any) -> Any:
    """A task result. Before ansible-core 2.19, its attributes begin with an underscore."""
    host_object = SimpleNamespace(get_name=lambda: host)
    parts = {"task": of or task(), "host": host_object, "result": values}
    return SimpleNamespace(**{f"{underscore}{name}": value for name, value in parts.items()})


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch) -> Iterator[Run]:
    monkeypatch.setattr(context, "CLIARGS", {"check": False, "subset": None})
    monkeypatch.setattr(vcenter, "SideProcess", FakeSide)
    FakeSide.made = []
    yield Run(monkeypatch)
    assert len(FakeSide.made) <= 1


def block_of(*tasks: Any, rescue: Any = (), always: Any = ()) -> Block:
    block = Block()
    block.block, block.rescue, block.always = list(tasks), list(rescue), list(always)
    return block


@pytest.mark.parametrize("underscore", ["", "_"])
def test_progress_grows_with_results_until_the_play_ends(run: Run, underscore: str) -> None:
    run.play(task("a"), task("b"))
    run.callback.v2_runner_on_ok(result(underscore=underscore))
    run.callback.v2_runner_on_skipped(result(host="web02", underscore=underscore))
    run.end()
    assert run.messages == [{"begin": "Deploy"}, {"progress": 25}, {"progress": 50}, {"end": None}, {"finish": 5.0}]
    assert run.warnings == []


def test_only_tasks_that_can_run_count_for_progress(run: Run) -> None:
    role = SimpleNamespace(get_all_dependencies=list, get_task_blocks=lambda: [block_of(task("in a role"))])
    run.play(
        block_of(task("a"), block_of(task("b")), rescue=[task("never")], always=[task("c")]),
        task("meta", action="meta"),
        task("skipped"),
        roles=[role],
        pre_tasks=[task("d")],
        skip_tags=["skipped"],
        gather_facts=None,
    )
    run.callback.v2_runner_on_ok(result())
    assert run.messages[-1] == {"progress": 100 // (2 * 6)}


def test_each_play_ends_before_the_next_begins(run: Run) -> None:
    run.play(task())
    run.play(task())
    run.play(task(), name="Test")
    run.end()
    assert run.messages == [{"begin": "Deploy"}, {"end": None}, {"begin": "Test"}, {"end": None}, {"finish": 5.0}]


def test_a_play_in_check_mode_after_another_one_sends_nothing(run: Run) -> None:
    run.play(task())
    run.play(task(), name="Test", check_mode=True)
    run.callback.v2_runner_on_ok(result())
    run.end()
    assert run.messages == [{"begin": "Deploy"}, {"end": None}, {"finish": 5.0}]


@pytest.mark.parametrize(
    ("name", "subset", "description"),
    [("Deploy", "web*", "Deploy (limit: web*)"), (" ", None, "Ansible play")],
)
def test_the_description_names_play_and_limit(
    run: Run, monkeypatch: pytest.MonkeyPatch, name: str, subset: str | None, description: str
) -> None:
    monkeypatch.setattr(context, "CLIARGS", {"check": False, "subset": subset})
    run.play(task(), name=name)
    assert run.messages == [{"begin": description}]


@pytest.mark.parametrize("whole", [True, False])
def test_check_mode_sends_nothing(run: Run, monkeypatch: pytest.MonkeyPatch, whole: bool) -> None:
    if whole:
        monkeypatch.setattr(context, "CLIARGS", {"check": True})
    run.play(task(), check_mode=not whole)
    run.callback.v2_runner_on_ok(result())
    run.end()
    assert run.messages == []


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"msg": "no space"}, "Copy on web01: no space"),
        ({"stderr": "no space", "stdout": "copied"}, "Copy on web01: no space"),
        ({"msg": "non-zero return code", "stdout": "no space", "stderr": ""}, "Copy on web01: no space"),
        ({"msg": "non-zero return code"}, "Copy on web01: non-zero return code"),
        ({"msg": "no space", "stderr": "not this"}, "Copy on web01: no space"),
        ({}, "Copy on web01: failed without a message"),
        ({"censored": "hidden", "msg": "s3cret"}, "Copy on web01: the message is hidden by no_log"),
        ({"msg": "x" * 1985}, f"Copy on web01: {'x' * 1985}"),
        ({"msg": "x" * 1986}, f"Copy on web01: {'x' * 1985}…"),
    ],
)
def test_the_first_failure_ends_the_task_with_its_message(run: Run, values: dict[str, Any], message: str) -> None:
    run.play(task())
    run.callback.v2_runner_on_failed(result(**values))
    run.end()
    assert run.messages[-2] == {"end": message}


def test_the_first_of_several_failures_is_reported(run: Run) -> None:
    run.play(task())
    run.callback.v2_runner_on_unreachable(result(host="web02", msg="no route"))
    run.callback.v2_runner_on_failed(result(msg="no space"))
    run.end()
    assert run.messages[1:-1] == [{"progress": 50}, {"progress": 99}, {"end": "Copy on web02: no route (and 1 more)"}]


def test_a_failed_loop_reports_its_first_failed_item(run: Run) -> None:
    run.play(task())
    run.callback.v2_runner_item_on_failed(result(msg="no space"))
    run.callback.v2_runner_item_on_failed(result(msg="not this"))
    run.callback.v2_runner_item_on_failed(result(msg="nor this", host="web02"))
    run.callback.v2_runner_on_failed(result(msg="One or more items failed"))
    run.end()
    assert run.messages[-2] == {"end": "Copy on web01: no space"}


def test_a_failure_after_an_ignored_loop_reports_its_own_message(run: Run) -> None:
    run.play(task())
    run.callback.v2_runner_item_on_failed(result(msg="not this"))
    run.callback.v2_runner_on_failed(result(msg="One or more items failed"), ignore_errors=True)
    run.callback.v2_runner_on_failed(result(msg="no space"))
    run.end()
    assert run.messages[-2] == {"end": "Copy on web01: no space"}


def rescued() -> Any:
    """A task in a block with a rescue section."""
    inner = block_of()
    made = task(parent=inner)
    inner.block = [made]
    inner._parent = block_of(inner, rescue=[task("clean up")])
    return made


def in_rescue() -> Any:
    """A task in a rescue section."""
    parent = block_of(task("before"))
    made = task(parent=parent)
    parent.rescue = [made]
    return made


def test_handled_failures_do_not_fail_the_task(run: Run) -> None:
    run.play(task())
    run.callback.v2_runner_on_failed(result(msg="no"), ignore_errors=True)
    run.callback.v2_runner_on_failed(result(rescued(), msg="no"))
    run.callback.v2_runner_on_unreachable(result(task(ignore_unreachable=True), msg="no"))
    run.end()
    assert run.messages[-2] == {"end": None}


def test_a_failure_in_a_rescue_section_fails_the_task(run: Run) -> None:
    run.play(task())
    run.callback.v2_runner_on_failed(result(in_rescue(), msg="no"))
    run.end()
    assert run.messages[-2] == {"end": "Copy on web01: no"}


def test_messages_of_the_process_become_warnings(run: Run) -> None:
    run.play(task())
    FakeSide.made[0].lines = ["No connection"]
    run.callback.v2_runner_on_ok(result())
    assert run.warnings == ["vijson.tasks.vcenter: No connection"]


@pytest.mark.parametrize(("budget", "waited"), [(5.0, 5.0), (0.1, 1.0)])
def test_a_process_that_does_not_end_in_time_gives_a_warning(run: Run, budget: float, waited: float) -> None:
    run.callback.get_option = {**dict.fromkeys(CALLBACK_SPEC), "time_budget": budget}.__getitem__
    run.play(task())
    FakeSide.made[0].ended = False
    run.end()
    assert run.messages[-1] == {"finish": waited}
    (warning,) = run.warnings
    assert f"{waited:g} s" in warning


def test_only_one_warning_is_shown(run: Run) -> None:
    run.play(task())
    FakeSide.made[0].ended = False
    FakeSide.made[0].lines = ["No connection"]
    run.end()
    assert run.warnings == ["vijson.tasks.vcenter: No connection"]


@pytest.mark.parametrize(
    ("params", "said"), [({"hostname": None}, "hostname: "), ({"hostname": "https://vc"}, "hostname: ")]
)
def test_the_process_names_the_invalid_option(params: dict[str, Any], said: str) -> None:
    lines: list[str] = []
    given = {**dict.fromkeys(CALLBACK_SPEC), "username": "u", "password": "p", **params}
    vcenter._record(given, iter([{"begin": "Deploy"}]), lines.append)
    assert len(lines) == 1
    assert lines[0].startswith(said)


@pytest.mark.parametrize(("switch", "share"), [("true", share_session), ("false", ignore)])
def test_the_process_handles_every_message(monkeypatch: pytest.MonkeyPatch, switch: str, share: Any) -> None:
    taken: list[Any] = []
    plays = SimpleNamespace(take=taken.append, close=lambda: taken.append("close"))
    monkeypatch.setenv("VIJSON_TASKS_SHARE_SESSION", switch)

    def play_recorder(_params: Any, _say: Any, share: Any) -> Any:
        taken.append(share)
        return plays

    monkeypatch.setattr(recorder, "play_recorder", play_recorder)
    vcenter._record({}, iter([{"begin": "Deploy"}, {"end": None}]), print)
    assert taken == [share, {"begin": "Deploy"}, {"end": None}, "close"]


def test_ansible_calls_it_only_if_it_is_enabled() -> None:
    assert CallbackModule.CALLBACK_NEEDS_ENABLED
    assert (CallbackModule.CALLBACK_TYPE, CallbackModule.CALLBACK_VERSION) == ("notification", 2.0)
