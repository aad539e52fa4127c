# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The page of the role task_report, in a browser."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.vijson.tasks.tests.e2e.browser import Browser, Page, find_browser, running_browser
from ansible_collections.vijson.tasks.tests.e2e.reports import HOSTILE, embedded, fault, reports
from ansible_collections.vijson.tasks.tests.support.runs import Ansible
from ansible_collections.vijson.tasks.tests.support.simulators import simulator
from ansible_collections.vijson.tasks.tests.support.vcenter import VCenter

MANY = 10000
UNBROKEN = "x" * 400
NO_SPACE = "There is not enough space."
CAROL = "EXAMPLE.COM\\carol"

NOTHING = "\N{EN DASH}"
CONTRAST = """(selectors) => {
    const channels = (color) => color.match(/[\\d.]+/g).slice(0, 3).map(Number);
    const luminance = (color) => channels(color).map((one) => one / 255)
        .map((one) => (one <= 0.04045 ? one / 12.92 : ((one + 0.055) / 1.055) ** 2.4))
        .reduce((sum, one, index) => sum + one * [0.2126, 0.7152, 0.0722][index], 0);
    const ground = (one) => {
        const color = getComputedStyle(one).backgroundColor;
        return one.parentElement && color.endsWith(", 0)") ? ground(one.parentElement) : color;
    };
    return selectors.map((selector) => {
        const one = document.querySelector(selector);
        const style = getComputedStyle(one);
        const pair = [luminance(one.closest("svg") ? style.fill : style.color), luminance(ground(one))];
        return (Math.max(...pair) + 0.05) / (Math.min(...pair) + 0.05);
    });
}"""

pytestmark = pytest.mark.skipif(
    find_browser() is None, reason="left out: the report's page in a browser; Chromium is not installed"
)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A Chromium for all tests."""
    program = find_browser()
    assert program is not None
    with running_browser(program) as running:
        yield running


def written(folder: Path, history: int, order: Any, **variables: Any) -> Path:
    """Write the page of a vCenter with ``history`` past tasks and those that `order` adds."""
    with simulator(["--history", str(history)]) as environment:
        vcenter = VCenter(environment)
        order(vcenter)
        page = folder / "report.html"
        run = reports(Ansible(vcenter, folder), [{"dest": page, **variables}])
        assert page.exists(), run.output
    return page


def few(vcenter: VCenter) -> None:
    """Various tasks: 3 parallel ones, failures, a slow one, a queued one, and hostile texts."""
    vcenter.tasks(3, type="VirtualMachine.clone", state="success", started_ago=7200, completed_ago=3600)
    vcenter.tasks(60, state="success", started_ago=900, completed_ago=899)
    vcenter.tasks(
        4,
        entity="vm-23",
        state="error",
        queued_ago=900,
        completed_ago=600,
        error=fault(NO_SPACE, "NoDiskSpace"),
        user=CAROL,
    )
    vcenter.task(state="error", completed_ago=500, error={"_typeName": "RequestCanceled"}, cancelled=True)
    texts = {"name": HOSTILE, "description": HOSTILE, "user": UNBROKEN, "type": "VirtualMachine.powerOff"}
    vcenter.task(state="error", completed_ago=400, error=fault(HOSTILE + UNBROKEN), **texts)
    vcenter.task(type="VirtualMachine.migrate", state="running", started_ago=5400, progress=40)
    vcenter.task(type="VirtualMachine.relocate", state="queued", queued_ago=4000, system=True)


@pytest.fixture(scope="module")
def few_page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file with those tasks."""
    return written(tmp_path_factory.mktemp("few"), 0, few, title="Nightly <report>")


@pytest.fixture
def page(browser: Browser, few_page: Path) -> Iterator[Page]:
    """That file in a wide window. It may not load anything or cause errors."""
    opened = browser.page(few_page)
    yield opened
    assert opened.requests() == [few_page.as_uri()]
    assert opened.problems() == []


def texts(page: Page, selector: str) -> list[str]:
    """The texts of all visible elements."""
    shown = f"[...document.querySelectorAll({selector!r})].filter((one) => one.checkVisibility())"
    found: list[str] = page.run(f"{shown}.map((one) => one.textContent)")
    return found


def text(page: Page, selector: str) -> str:
    """The text of the only element."""
    (found,) = texts(page, selector)
    return found


def column(page: Page, number: int) -> list[str]:
    """The texts in a column of the table; the first column is 1."""
    return texts(page, f"#task-rows td:nth-child({number})")


def click(page: Page, selector: str) -> None:
    """Click on a visible element."""
    assert page.run(f"document.querySelector({selector!r}).checkVisibility()"), selector
    page.run(f"document.querySelector({selector!r}).click()")


def search(page: Page, words: str) -> str:
    """Write into the search field; returns the text about the matches."""
    page.run("document.getElementById('search').focus(); document.getElementById('search').select()")
    page.write(words)
    return text(page, "#found")


def counts(page: Page) -> dict[str, int]:
    """The numbers in the tiles."""
    names = texts(page, "#states dt")
    return {name: int(count.replace(",", "")) for name, count in zip(names, texts(page, "#states .count"))}


def test_the_page_shows_the_counts_of_tasks(page: Page) -> None:
    assert text(page, "h1") == "Nightly <report>"
    assert counts(page) == {"Tasks": 71, "Succeeded": 63, "Failed": 6, "Running": 1, "Queued": 1}
    assert texts(page, "#states .note") == [
        "of 5 types",
        "",
        "1 of them cancelled",
        "longest 1 h 30 min",
        "longest 1 h 7 min",
    ]
    assert text(page, "#summary").startswith("71 tasks from ")
    assert "8.7 % of the tasks that ended failed. At most 66 tasks were queued or running at" in text(page, "#summary")
    rows = [texts(page, f"#types tbody tr:nth-child({row}) > *") for row in range(1, 6)]
    assert rows[0] == ["Power On virtual machine", "65", "5 (7.7 %)", "1 s", "1 s"]
    assert rows[1] == ["Clone virtual machine", "3", "0", "1 h", "1 h"]
    assert {tuple(row[1:]) for row in rows[2:]} == {
        ("1", "0", NOTHING, NOTHING),
        ("1", "1 (100 %)", "< 0.1 s", "< 0.1 s"),
    }


def test_the_page_groups_tasks_by_user_and_object(page: Page) -> None:
    users = [texts(page, f"#users tbody tr:nth-child({row}) > *") for row in range(1, 5)]
    assert users[1][:3] == [CAROL, "4", "4 (100 %)"]
    assert {row[0] for row in users[2:]} == {UNBROKEN, "System"}
    objects = [texts(page, f"#objects tbody tr:nth-child({row}) > *")[:3] for row in (1, 2)]
    assert objects == [["web01", "67", "2 (3.0 %)"], ["db01", "4", "4 (100 %)"]]
    click(page, "#objects tbody tr:nth-child(2) button")
    assert text(page, "#found") == "4 matching tasks (71 in total); only: db01"
    click(page, "#clear")


def test_failures_are_grouped_by_message(page: Page) -> None:
    assert texts(page, "#failure-list .count") == [f"{count}\N{MULTIPLICATION SIGN}" for count in (4, 1, 1)]
    messages = texts(page, "#failure-list summary .message")
    assert messages[0] == NO_SPACE
    assert set(messages[1:]) == {"RequestCanceled", HOSTILE + UNBROKEN}
    assert texts(page, "#failure-list summary .note")[0] == "NoDiskSpace · Power On virtual machine on db01"
    click(page, "#failure-list summary")
    page.until("document.querySelector('#failure-list ol') !== null")
    assert [f" on db01 by {CAROL}" in row for row in texts(page, "#failure-list ol li")] == [True] * 4
    click(page, "#failure-list details .more")
    assert text(page, "#found") == f"4 matching tasks (71 in total); only: {NO_SPACE}"
    assert column(page, 3) == ["db01"] * 4
    click(page, "#clear")
    assert text(page, "#found") == "1 to 50 of 71 tasks"


def test_the_longest_tasks_are_listed_first(page: Page) -> None:
    assert texts(page, "#slowest-list .length")[:4] == ["1 h 30 min so far", "1 h", "1 h", "1 h"]
    assert texts(page, "#queued-list .length")[0] == "1 h 7 min so far"
    assert " by System" in texts(page, "#queued-list .note")[0]
    assert len(texts(page, "#slowest-list li")) == 10


def test_hostile_texts_are_shown_as_plain_text(page: Page) -> None:
    assert search(page, "window.owned") == "1 matching task (71 in total)"
    assert page.run("document.querySelector('#task-rows .message').textContent") == HOSTILE + UNBROKEN
    click(page, "#task-rows button")
    assert HOSTILE in texts(page, "#details-list dd")
    assert page.run("window.owned") is None
    assert page.run("document.querySelectorAll('img, b, script:not([type])').length") == 0
    assert page.run("document.scripts.length") == 2


def test_search_and_state_filters_narrow_the_table(page: Page) -> None:
    assert search(page, "  CAROL   space ") == "4 matching tasks (71 in total)"
    assert column(page, 4) == [CAROL] * 4
    assert search(page, "VirtualMachine.clone") == "3 matching tasks (71 in total)"
    assert search(page, "no such thing") == "0 matching tasks (71 in total)"
    assert column(page, 1) == []
    click(page, "#clear")
    for state, name, found in (("running", "Running", "1 matching task"), ("error", "Failed", "7 matching tasks")):
        click(page, f"#narrow input[value={state}]")
        assert text(page, "#found") == f"{found} (71 in total)"
        assert name in column(page, 1)
    assert search(page, "carol") == "4 matching tasks (71 in total)"


def test_the_table_can_be_sorted_and_paged(page: Page) -> None:
    data = embedded(Path(page.requests()[0].removeprefix("file://")))
    by_time = sorted((task["queue_time"][:19] for task in data), reverse=True)

    def order() -> list[str]:
        found: list[str] = page.run("[...document.querySelectorAll('#task-rows tr')].map((row) => row.dataset.task)")
        return found

    times = {task["moid"]: task["queue_time"][:19] for task in data}
    assert [times[moid] for moid in order()] == by_time[:50]
    click(page, "#page-next")
    assert [times[moid] for moid in order()] == by_time[50:]
    assert text(page, "#found") == "51 to 71 of 71 tasks"
    assert page.run("document.getElementById('page-next').disabled") is True
    click(page, "#page-first")

    click(page, "[data-sort=state]")
    assert column(page, 1) == ["Succeeded"] * 50
    click(page, "[data-sort=state]")
    assert column(page, 1)[:8] == ["Queued", "Running", *["Failed"] * 6]
    click(page, "[data-sort=ran]")
    assert column(page, 7)[:2] == ["1 h 30 min so far", "1 h"]
    sorted_by = page.run("[...document.querySelectorAll('#tasks th')].map((one) => one.getAttribute('aria-sort'))")
    assert sorted_by == ["none"] * 6 + ["descending"]
    click(page, "[data-sort=entity]")
    assert column(page, 3)[:4] == ["db01"] * 4


def test_the_timeline_can_be_zoomed_and_selects_tasks(page: Page) -> None:
    def bars(state: str) -> list[tuple[float, float]]:
        """The start positions of the bars of a state."""
        path = page.run(f"document.querySelector('#chart path[data-state={state}]:not(.columns)').getAttribute('d')")
        return [(float(x), float(y)) for x, y in re.findall(r"M([\d.]+) ([\d.]+)h", path)]

    whole = bars("success")
    assert len(whole) == 63
    assert len(bars("error")) == 6
    assert len(bars("waiting")) == 4
    assert len(bars("running")) == len(bars("queued")) == 1
    assert len({y for _x, y in whole[:3]}) == 3, "tasks that ran at the same time have rows of their own"
    assert page.run("document.getElementById('zoom-out').disabled") is True

    box = page.run(
        "(({left, top, width}) => [left, top, width])(document.getElementById('chart').getBoundingClientRect())"
    )
    left, top, width = box
    page.drag((left + 0.8 * width, top + 60), (left + 0.99 * width, top + 60))
    assert len(bars("success")) == 60
    found = text(page, "#found")
    assert re.fullmatch(r"1 to 50 of 6\d matching tasks \(71 in total\); range of the timeline: .* to .* UTC", found)
    click(page, "#zoom-out")
    click(page, "#zoom-earlier")
    click(page, "#zoom-in")
    click(page, "#zoom-all")
    assert len(bars("success")) == 63
    assert text(page, "#found") == "1 to 50 of 71 tasks"

    x, y = whole[0]
    page.drag((left + x + 5, top + y + 5), (left + x + 5, top + y + 5))
    assert text(page, "#details-title") == "Clone virtual machine"


def test_the_page_can_be_used_with_the_keyboard(page: Page) -> None:
    page.run("document.querySelector('[data-sort=ran]').focus()")
    page.key("Enter")
    assert column(page, 7)[0] == "1 h 30 min so far"
    page.run("document.querySelector('#task-rows button').focus()")
    page.key("Enter")
    assert page.run("document.getElementById('details').open") is True
    assert page.run("document.activeElement.id") == "details-close"
    page.key("Escape")
    assert page.run("document.getElementById('details').open") is False
    assert page.run("document.activeElement.closest('#task-rows') !== null") is True
    page.run("document.querySelector('#failure-list summary').focus()")
    page.key("Enter")
    page.until("document.querySelector('#failure-list details').open")


def test_long_names_do_not_change_the_column_widths(page: Page) -> None:
    widths = "[...document.querySelectorAll('#tasks th')].map((one) => one.clientWidth)"
    whole = page.run(widths)
    assert search(page, UNBROKEN) == "1 matching task (71 in total)"
    assert page.run(widths) == whole
    assert search(page, "carol") == "4 matching tasks (71 in total)"
    assert page.run(widths) == whole


@pytest.mark.parametrize("width", [320, 390, 768, 1024, 1280])
def test_the_page_fits_every_window_width(page: Page, width: int) -> None:
    click(page, "#failure-list li:last-child summary")
    page.size(width, 800)
    page.until(f"document.getElementById('chart').viewBox.baseVal.width < {width}")
    for action in ("scrollTo(0, 0)", "document.querySelector('#task-rows button').click()"):
        page.run(action)
        assert page.run("document.documentElement.scrollWidth") <= width
        assert page.run("document.getElementById('details').scrollWidth") <= width


def test_the_page_can_be_printed(page: Page) -> None:
    page.size(700, 1000)
    page.media("print", dark=True)
    assert page.run("document.documentElement.scrollWidth") <= 700
    assert page.run("getComputedStyle(document.documentElement).backgroundColor") == "rgb(255, 255, 255)"
    assert not any(texts(page, "nav, #narrow, #pages, .bar button"))
    assert len(column(page, 1)) == 50
    page.media("")
    assert page.pdf().startswith(b"%PDF")


@pytest.mark.parametrize("dark", [False, True])
def test_texts_have_enough_contrast(page: Page, dark: bool) -> None:
    """Texts have the contrast that WCAG AA requires, 4.5 to 1."""
    page.media("screen", dark=dark)
    selectors = [
        "h1",
        ".lead",
        ".note",
        "a",
        ".badge[data-state=error]",
        "td .message",
        "#chart .tick",
        ".states .count",
    ]
    ratios = page.run(f"({CONTRAST})({selectors})")
    assert {selector: ratio for selector, ratio in zip(selectors, ratios) if ratio < 4.5} == {}


@pytest.mark.parametrize("width", [390, 1280])
def test_elements_have_roles_and_names_for_assistive_technology(page: Page, width: int) -> None:
    """The roles and names for assistive technology, also when rows are shown as cards."""
    page.size(width, 800)
    nodes = [node for node in page.call("Accessibility.getFullAXTree")["nodes"] if not node["ignored"]]
    roles = Counter(node["role"]["value"] for node in nodes)
    columns = 4 if width < 800 else 5
    groups = 5 + 4 + 2  # types, users and objects
    assert roles["columnheader"] == 7 + 3 * columns
    assert roles["row"] == 1 + 50 + 3 + groups
    assert roles["rowheader"] == groups
    assert roles["cell"] == 50 * 7 + groups * (columns - 1)
    assert roles["main"] == roles["navigation"] == roles["search"] == 1
    named = {"button", "link", "searchbox", "checkbox", "table", "region", "image"}
    assert [node for node in nodes if node["role"]["value"] in named and not node["name"]["value"]] == []
    assert page.run("document.documentElement.lang") == "en"


def test_a_report_of_failures_only_shows_no_failure_rates(browser: Browser, tmp_path: Path) -> None:
    page = browser.page(written(tmp_path, 0, few, states="error"))
    assert text(page, "#summary").startswith("6 tasks from ")
    assert "of the tasks that ended" not in text(page, "#summary")
    assert texts(page, "#users .part") == []
    assert "states: error" in text(page, ".subject")
    assert page.problems() == []


def test_an_empty_report_says_that_no_tasks_were_found(browser: Browser, tmp_path: Path) -> None:
    page = browser.page(written(tmp_path, 0, lambda _vcenter: None))
    assert text(page, "#summary") == "No tasks were found in this span."
    assert counts(page) == {"Tasks": 0, "Succeeded": 0, "Failed": 0, "Running": 0, "Queued": 0}
    assert texts(page, "main > section, nav") == []
    assert page.problems() == []


def test_a_report_of_ten_thousand_tasks_stays_usable(browser: Browser, tmp_path: Path) -> None:
    """A month of a busy vCenter is as quick to use as a day of a small one."""
    file = written(tmp_path, MANY, lambda _vcenter: None, begin="60d")
    states = Counter(task["state"] for task in embedded(file))
    page = browser.page(file)
    assert counts(page) == {
        "Tasks": MANY,
        "Succeeded": states["success"],
        "Failed": states["error"],
        "Running": states["running"],
        "Queued": states["queued"],
    }
    assert text(page, "#found") == "1 to 50 of 10,000 tasks"
    assert page.run("document.querySelectorAll('*').length") < 3000
    assert f": {MANY:,} tasks." in text(page, "#timeline-caption")
    assert search(page, "carol").startswith("1 to 50 of ")
    for _time in range(6):
        click(page, "#zoom-in")
    assert "range of the timeline: " in text(page, "#found")
    page.size(390, 844)
    assert page.run("document.documentElement.scrollWidth") <= 390
    page.media("")
    assert len(re.findall(rb"/Type\s*/Page\b", page.pdf())) < 20
    assert page.requests() == [file.as_uri()]
    assert page.problems() == []
