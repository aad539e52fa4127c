# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The role task_report: what it collects and when it writes. How the page looks is tested in a browser."""

from __future__ import annotations

import json
import re
import stat
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import pytest
import yaml

from ansible_collections.vijson.tasks.plugins.module_utils._options.argspec import CONNECTION_ARGUMENTS
from ansible_collections.vijson.tasks.tests.e2e.reports import (
    COLLECTED,
    FAILED,
    HOSTILE,
    PIPELINED,
    ROLE,
    WRITTEN,
    embedded,
    fault,
    reports,
    variables,
)
from ansible_collections.vijson.tasks.tests.support.runs import Ansible, Run, task
from ansible_collections.vijson.tasks.tests.support.vcenter import VCenter

ROLE_FOLDER = Path(__file__).parents[2] / "roles" / "task_report"


def moids(page: Path) -> set[str]:
    """The ids of the tasks in a page."""
    return {found["moid"] for found in embedded(page)}


def subject(page: Path) -> str:
    """The span of a page, which follows the name of the vCenter below the title."""
    found = re.search(r'<p class="subject">\S+ · (.*)</p>', page.read_text("utf-8"))
    assert found is not None, page
    return found[1]


def written(run: Run) -> list[bool]:
    """Whether each page was written, or would be in check mode."""
    assert run.all(FAILED) == [], run.output
    return [outcome.result["changed"] for outcome in run.all(WRITTEN)]


def test_the_page_is_written_only_if_the_tasks_differ(
    ansible: Ansible, vcenter: VCenter, tmp_path: Path, short_path: Path
) -> None:
    planned, page = tmp_path / "planned.html", tmp_path / "report.html"
    env: dict[str, str | None] = {"TMPDIR": str(short_path)}
    first = set(vcenter.tasks(2, state="success", completed_ago=60))

    check = {"dest": page, "check_mode": True}
    run = reports(ansible, [{**check, "dest": planned}, {"dest": page}, {"dest": page, "mode": 0o644}, check], env=env)
    assert written(run) == [True, True, False, False]
    assert not planned.exists()
    assert [outcome.result["count"] for outcome in run.all(COLLECTED)] == [2] * 4
    assert {outcome.task for outcome in run if outcome.result.get("changed")} == {WRITTEN}
    assert "tasks" not in run.all(COLLECTED)[0].result
    assert f"{page} (tasks: 2)" in run.stdout
    assert moids(page) == first
    assert stat.S_IMODE(page.stat().st_mode) == 0o644
    assert list(short_path.iterdir()) == []

    later = vcenter.task(state="error", completed_ago=30, error=fault("Out of space."))
    run = reports(ansible, [{**check, "diff": True}, {"dest": page, "mode": "0600"}], env=env)
    assert written(run) == [True, True]
    assert moids(page) == first | {later}
    assert stat.S_IMODE(page.stat().st_mode) == 0o600
    assert list(short_path.iterdir()) == []


def test_running_tasks_change_the_page_unless_the_end_is_fixed(
    ansible: Ansible, vcenter: VCenter, tmp_path: Path
) -> None:
    """The running time of a task changes, unless the report has a fixed end."""
    vcenter.task(state="running", started_ago=60)
    until_then, until_now = tmp_path / "then.html", tmp_path / "now.html"
    fixed = {"dest": until_then, "begin": "2001-01-01T00:00:00Z", "end": "2200-01-01T00:00:00Z"}
    assert written(reports(ansible, [fixed, {"dest": until_now}, fixed, {"dest": until_now}])) == [
        *(True, True),
        *(False, True),
    ]
    assert 'data-end="2200-01-01T00:00:00Z"' in until_then.read_text("utf-8")


def test_options_select_the_tasks_of_the_report(ansible: Ansible, vcenter: VCenter, tmp_path: Path) -> None:
    def ended(**spec: Any) -> str:
        return vcenter.task(state="success", completed_ago=60, **spec)

    carol = "EXAMPLE.COM\\carol"
    usual, old, other = ended(), ended(queued_ago=90000), ended(entity="vm-24", user=carol, type="Folder.createVm")
    vcenter.task(state="success", queued_ago=200000, completed_ago=190000)
    vcenter.task(state="running", queued_ago=200000, started_ago=190000)
    failed = vcenter.task(state="error", completed_ago=60, queued_ago=1200, error=fault("Out of space."))
    cases: list[tuple[dict[str, Any], set[str], str]] = [
        ({}, {usual, old, other, failed}, "queued or ended in the last 24 hours<"),
        ({"begin": "2d", "end": "10m"}, {old, failed}, "queued or ended from "),
        ({"states": "error,running", "entity": "/DC0"}, {failed}, "object: /DC0 · states: error, running<"),
        ({"states": ["error", "running"]}, {failed}, " · states: error, running<"),
        ({"entity": {"type": "Folder", "moid": "group-v9"}}, {other}, "object: Folder:group-v9"),
        ({"entity": ["group-v9", {"name": "apps"}]}, {other}, "object: group-v9, apps<"),
        ({"description_ids": "Folder.createVm,x.y"}, {other}, " · task types: Folder.createVm, x.y<"),
        ({"entity": "vm-24,web02"}, {other}, "object: vm-24, web02<"),
        (
            {"users": [carol], "begin": "2001-01-01T00:00:00Z"},
            {other},
            f"queued or ended since 2001-01-01 00:00:00 UTC · started by {carol}",
        ),
    ]
    pages = [tmp_path / f"{number}.html" for number in range(len(cases))]
    run = reports(ansible, [{**case[0], "dest": page} for case, page in zip(cases, pages)])
    assert written(run) == [True] * len(cases)
    for (_given, expected, told), page in zip(cases, pages):
        assert moids(page) == expected, told
        assert f"{vcenter.host} · " in page.read_text("utf-8")
        assert told in page.read_text("utf-8")


def test_the_page_shows_the_time_span(ansible: Ansible, vcenter: VCenter, tmp_path: Path) -> None:
    """With an end, relative times become absolute; absolute times are shown in UTC, in whatever form they are given."""
    cases = [
        {"begin": "1d"},
        {"begin": "2d", "end": "10m"},
        {"begin": " 1s ", "end": "0s"},
        {"begin": "2001-01-01t02:30:00.25+02:30"},
        {"begin": "2W"},
        {"begin": "2001-01-01", "end": "1w"},
        {"begin": "2001-01-01 00:00:00Z", "end": "2016-12-31T23:59:60Z"},
    ]
    pages = [tmp_path / f"{number}.html" for number in range(len(cases))]
    before = datetime.now(timezone.utc).replace(microsecond=0)
    run = reports(ansible, [{**case, "dest": page} for case, page in zip(cases, pages)])
    seconds = (datetime.now(timezone.utc) - before).total_seconds()
    assert written(run) == [True] * len(cases)
    last, days, second, since, weeks, date, fixed = (subject(page) for page in pages)
    assert last == "queued or ended in the last 1 day"
    assert weeks == "queued or ended in the last 2 weeks"
    assert date.startswith("queued or ended from 2001-01-01 00:00:00 to 20")
    assert since == "queued or ended since 2001-01-01 00:00:00 UTC"
    assert fixed == "queued or ended from 2001-01-01 00:00:00 to 2016-12-31 23:59:59 UTC"
    for told, begin, end in ((days, 2 * 86400, 600), (second, 1, 0)):
        times = re.fullmatch(r"queued or ended from (.+) to (.+) UTC", told)
        assert times, told
        shown = [(datetime.fromisoformat(f"{time}+00:00") - before).total_seconds() for time in times.groups()]
        assert 0 <= shown[0] + begin <= seconds
        assert shown[1] - shown[0] == begin - end


def test_texts_of_the_server_are_never_markup(ansible: Ansible, vcenter: VCenter, tmp_path: Path) -> None:
    hostile = {"name": HOSTILE, "description": HOSTILE, "user": HOSTILE, "activation_id": HOSTILE}
    vcenter.task(state="error", completed_ago=60, error=fault(HOSTILE, "NoDiskSpace", file=HOSTILE), **hostile)
    page = tmp_path / "report.html"
    assert written(reports(ansible, [{"dest": page, "title": 'Tasks <b>of</b> "us" & them'}])) == [True]

    text = page.read_text("utf-8")
    assert text.count("<script") == text.count("</script>") == 2
    assert "onerror" in text.partition("tasks-data")[2]
    assert "<img" not in text
    assert str(7919 * 7907) not in text
    assert "<title>Tasks &lt;b&gt;of&lt;/b&gt; &#34;us&#34; &amp; them</title>" in text
    (found,) = embedded(page)
    assert found["name"] == found["description"] == found["activation_id"] == HOSTILE
    assert found["reason"]["user_name"] == found["error"]["file"] == HOSTILE
    assert HOSTILE in found["error"]["message"]


def test_a_failure_keeps_the_old_page_and_leaves_no_other_file(
    ansible: Ansible, vcenter: VCenter, tmp_path: Path, short_path: Path
) -> None:
    page = tmp_path / "report.html"
    page.write_text("yesterday's")
    cases: list[tuple[dict[str, Any], str]] = [
        ({"password": "wrong"}, "did not accept the user name and password"),
        ({"begin": "yesterday"}, "task_report_begin: 'yesterday' is not a valid time"),
        ({"begin": "1h", "end": "2h"}, "task_report_end: the time is before task_report_begin. Use a time at or after"),
        (
            {"entity": ["/DC0/vm/none,old"]},
            "task_report_entity: there is no object at the inventory path /DC0/vm/none,old",
        ),
        ({"entity": "/DC0/vm/none"}, "task_report_entity: there is no object at the inventory path /DC0/vm/none"),
        ({"description_ids": [""]}, "task_report_description_ids: a name in the list is empty"),
        ({"hostname": "https://vc"}, "task_report_hostname: 'https://vc' is not a valid host"),
        ({"proxy_host": "localhost"}, "task_report_proxy_port: missing. Set it"),
        ({"ca_path": "/none"}, "task_report_ca_path (or VMWARE_CA_PATH or REQUESTS_CA_BUNDLE): '/none' does not exist"),
        (
            {"dest": tmp_path / "none" / "report.html"},
            f"task_report_dest: the folder {tmp_path}/none does not exist. Use ",
        ),
        ({"states": ["failed"]}, "task_report_states"),
        ({"port": "many"}, "task_report_port"),
        ({"mode": 644}, "task_report_mode: 644 without quotes is the decimal number 644, which is the mode 1204. Use "),
        ({"proxy_protocol": "socks"}, "task_report_proxy_protocol"),
    ]
    run = reports(ansible, [{"dest": page, **given} for given, _told in cases], env={"TMPDIR": str(short_path)})
    for (given, told), outcome in zip(cases, run.all(FAILED)):
        assert told in json.dumps(outcome.result), given
    assert len(run.all(FAILED)) == len(cases)
    assert page.read_text() == "yesterday's"
    assert list(short_path.iterdir()) == []


def test_connection_variables_of_the_role_replace_the_environment(
    ansible: Ansible, vcenter: VCenter, tmp_path: Path
) -> None:
    given = vcenter.variables
    without: dict[str, str | None] = dict.fromkeys(name for name in given if name.startswith("VMWARE_"))
    login = {"hostname": "127.0.0.1", "username": given["VMWARE_USER"], "password": given["VMWARE_PASSWORD"]}
    where: dict[str, Any] = {"port": given["VMWARE_PORT"], "ca_path": given["VMWARE_CA_PATH"], "request_timeout": "30s"}
    moid = vcenter.task(state="success", completed_ago=60)
    page = tmp_path / "report.html"
    cases = [{**login, **where, "api_release": "auto"}, {**login, "port": where["port"], "validate_certs": True}]
    run = reports(ansible, [{"dest": page, **case} for case in cases], env=without)
    assert ["count" in outcome.result for outcome in run.all(COLLECTED)] == [True, False]
    assert "certificate" in run.all(COLLECTED)[1].msg
    assert "Set task_report_ca_path" in run[FAILED].msg
    assert moids(page) == {moid}
    assert given["VMWARE_PASSWORD"] not in run.output + page.read_text("utf-8")


def test_a_given_session_is_used(ansible: Ansible, vcenter: VCenter, tmp_path: Path) -> None:
    without: dict[str, str | None] = {"VMWARE_USER": None, "VMWARE_PASSWORD": None}
    login = {"username": vcenter.variables["VMWARE_USER"], "password": vcenter.variables["VMWARE_PASSWORD"]}
    given = variables(session_id="{{ session.session_id }}", dest=tmp_path / "report.html")
    run = ansible.tasks(
        [
            task("in", "vi_session", login, register="session"),
            {"name": "report", "ansible.builtin.include_role": {"name": ROLE}, "vars": given},
            task("out", "vi_session", {"state": "absent", "session_id": "{{ session.session_id }}"}),
        ],
        env=without,
    )
    assert written(run) == [True]
    assert vcenter.state()["opened"]["sessions"] == 1


def test_several_vcenters_get_a_page_each(ansible: Ansible, vcenter: VCenter, tmp_path: Path) -> None:
    """The hosts of the play need not exist: everything runs on the controller, also with `become`."""
    vcenter.task(state="success", completed_ago=60)
    (tmp_path / "inventory").write_text(f"one ansible_host={vcenter.host}\ntwo ansible_host={vcenter.host}\n")
    role = {
        "role": ROLE,
        "task_report_hostname": "{{ ansible_host }}",
        "task_report_dest": f"{tmp_path}/{{{{ inventory_hostname }}}}.html",
    }
    play = {"hosts": "all", "gather_facts": False, "become": True, "become_user": "nobody-here", "roles": [role]}
    run = ansible.playbook([play], arguments=["-i", str(tmp_path / "inventory")], env=PIPELINED)
    assert run.code == 0, run.output
    assert {page.name for page in tmp_path.glob("*.html")} == {"one.html", "two.html"}


def test_the_report_playbook_writes_to_the_working_directory(
    ansible: Ansible, vcenter: VCenter, tmp_path: Path
) -> None:
    """The page is written to the working directory of Ansible, not beside the playbook."""
    moid = vcenter.task(state="success", completed_ago=60)
    (tmp_path / "here").mkdir()
    run = ansible.run(["ansible-playbook", "vijson.tasks.report"], env=PIPELINED, folder=tmp_path / "here")
    assert run.code == 0, run.output
    assert moids(tmp_path / "here" / "vcenter-tasks.html") == {moid}
    run = ansible.run(
        ["ansible-playbook", "vijson.tasks.report", "-e", json.dumps({"task_report_dest": "../other.html"})],
        env=PIPELINED,
        folder=tmp_path / "here",
    )
    assert run.code == 0, run.output
    assert moids(tmp_path / "other.html") == {moid}


@pytest.mark.parametrize("option", CONNECTION_ARGUMENTS)
def test_the_role_documents_and_passes_every_connection_option(option: str) -> None:
    (spec,) = yaml.safe_load((ROLE_FOLDER / "meta" / "argument_specs.yml").read_text())["argument_specs"].values()
    variable = f"task_report_{option}"
    described = spec["options"][variable]
    for name in ("type", "choices", "no_log"):
        assert described.get(name) == CONNECTION_ARGUMENTS[option].get(name)
    for _function, names in filter(None, [CONNECTION_ARGUMENTS[option].get("fallback")]):
        assert f"E({names[0]})" in " ".join(described["description"])
    assert f'{option}: "{{{{ {variable} | default(omit) }}}}"' in (ROLE_FOLDER / "tasks" / "main.yml").read_text()
    assert f"`{variable}`" in (ROLE_FOLDER / "README.md").read_text()
