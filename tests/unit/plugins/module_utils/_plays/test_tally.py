# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The estimated progress of a play, and its errors."""

from __future__ import annotations

import pytest

from ansible_collections.vijson.tasks.plugins.module_utils._plays.tally import PlayTally


def test_percentages_grow_to_99_and_changes_are_reported() -> None:
    tally = PlayTally(4)
    assert [(tally.finished(), tally.percent) for _result in range(6)] == [
        (True, 25),
        (True, 50),
        (True, 75),
        (True, 99),
        (False, 99),
        (False, 99),
    ]


def test_many_results_report_at_most_a_hundred_changes() -> None:
    tally = PlayTally(5000)
    assert sum(tally.finished() for _result in range(5000)) == 99


def test_a_percentage_is_never_too_high() -> None:
    tally = PlayTally(101)
    assert not tally.finished()
    assert [(tally.finished(), tally.percent) for _result in range(2)] == [(True, 1), (True, 2)]


def test_a_play_with_no_known_tasks_has_progress() -> None:
    tally = PlayTally(0)
    assert tally.finished()
    assert tally.percent == 99


@pytest.mark.parametrize(
    ("messages", "error"),
    [([], None), (["a"], "a"), (["a", "b"], "a (and 1 more)"), (["a", "b", "c"], "a (and 2 more)")],
)
def test_the_error_is_the_first_failure(messages: list[str], error: str | None) -> None:
    tally = PlayTally(1)
    for message in messages:
        tally.failed(message)
    assert tally.error == error
