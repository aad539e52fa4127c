# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Objects that a client creates and destroys."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

import pytest

from ansible_collections.vijson.tasks.plugins.module_utils._errors import LostResponse
from ansible_collections.vijson.tasks.plugins.module_utils._vijson.client import Client
from ansible_collections.vijson.tasks.plugins.module_utils._vijson.wire import Reference
from ansible_collections.vijson.tasks.tests.unit.support.wire import (
    NOT_AUTHENTICATED,
    SDK,
    Call,
    Outcome,
    Wire,
    answers,
    faults,
    html,
    login,
    logout,
)

Make = Callable[..., Client]


def test_owned_objects_are_destroyed_before_the_logout(client: Make, wire: Wire) -> None:
    collector = {"_typeName": "ManagedObjectReference", "type": "TaskHistoryCollector", "value": "session[1]2"}
    wire.expect(
        login("S1"),
        Call("POST", f"{SDK}/TaskManager/TaskManager/CreateCollectorForTasks", answers(collector), {"filter": {}}),
        Call("POST", f"{SDK}/TaskHistoryCollector/session%5B1%5D2/DestroyCollector", session="S1"),
        logout("S1"),
    )
    with (
        client() as made,
        suppress(ZeroDivisionError),
        made.owned("taskManager", "CreateCollectorForTasks", {"filter": {}}, "DestroyCollector") as owned,
    ):
        assert owned == Reference("TaskHistoryCollector", "session[1]2")
        raise ZeroDivisionError


CREATE_VIEW = Call("POST", f"{SDK}/ViewManager/ViewManager/CreateListView")
VIEW = {"_typeName": "ManagedObjectReference", "type": "ListView", "value": "session[1]2"}


def test_a_lost_creation_is_retried_in_an_own_session(client: Make, wire: Wire) -> None:
    wire.expect(
        login("S1"),
        CREATE_VIEW._replace(outcome=html(502)),
        CREATE_VIEW._replace(outcome=answers(VIEW)),
        Call("POST", f"{SDK}/ListView/session%5B1%5D2/DestroyView"),
        logout("S1"),
    )
    with client() as made, made.owned("viewManager", "CreateListView", {}, "DestroyView"):
        pass


def test_a_lost_creation_is_not_retried_in_a_given_session(client: Make, wire: Wire) -> None:
    wire.expect(CREATE_VIEW._replace(outcome=html(502)))
    with (
        client("S0") as made,
        pytest.raises(LostResponse),
        made.owned("viewManager", "CreateListView", {}, "DestroyView"),
    ):
        pass


DESTROY_VIEW = Call("POST", f"{SDK}/ListView/session%5B1%5D2/DestroyView")
OTHER_VIEW = {**VIEW, "value": "session[1]3"}
DESTROY_OTHER_VIEW = Call("POST", f"{SDK}/ListView/session%5B1%5D3/DestroyView")


def lose(made: Client) -> None:
    """Create a view, which cannot be destroyed because the server becomes unreachable."""
    with pytest.raises(LostResponse, match="broke"), made.owned("viewManager", "CreateListView", {}, "DestroyView"):
        raise LostResponse("The connection broke")


def test_what_a_server_could_not_be_told_to_destroy_goes_before_the_next_object(client: Make, wire: Wire) -> None:
    wire.expect(CREATE_VIEW._replace(outcome=answers(VIEW)))
    made = client("S0")
    lose(made)
    wire.expect(DESTROY_VIEW, CREATE_VIEW._replace(outcome=answers(OTHER_VIEW)), DESTROY_OTHER_VIEW)
    with made.owned("viewManager", "CreateListView", {}, "DestroyView"):
        pass


def test_what_a_server_could_not_be_told_to_destroy_goes_when_the_client_closes(client: Make, wire: Wire) -> None:
    wire.expect(CREATE_VIEW._replace(outcome=answers(VIEW)))
    made = client("S0")
    lose(made)
    wire.expect(DESTROY_VIEW)
    made.close()


def test_what_cannot_be_destroyed_even_at_the_end_gives_a_warning(
    client: Make, wire: Wire, warnings_shown: list[str]
) -> None:
    wire.expect(CREATE_VIEW._replace(outcome=answers(VIEW)), [DESTROY_VIEW._replace(outcome=html(503))] * 4)
    made = client("S0")
    lose(made)
    made.close()
    (warning,) = warnings_shown
    assert warning.startswith("Could not close objects; they expire with the session: ")


def test_what_ended_with_its_session_is_not_destroyed_in_another_one(client: Make, wire: Wire) -> None:
    wire.expect(login("S1"), CREATE_VIEW._replace(outcome=answers(VIEW)))
    made = client()
    lose(made)
    wire.expect(
        DESTROY_VIEW._replace(outcome=NOT_AUTHENTICATED),
        login("S2"),
        CREATE_VIEW._replace(outcome=answers(OTHER_VIEW)),
        DESTROY_OTHER_VIEW._replace(outcome=NOT_AUTHENTICATED),
    )
    with made, made.owned("viewManager", "CreateListView", {}, "DestroyView"):
        pass


def test_all_that_ended_with_a_session_is_forgotten(client: Make, wire: Wire) -> None:
    wire.expect(
        login("S1"),
        CREATE_VIEW._replace(outcome=answers(VIEW)),
        CREATE_VIEW._replace(outcome=answers(OTHER_VIEW)),
    )
    made = client()
    with (
        pytest.raises(LostResponse),
        made.owned("viewManager", "CreateListView", {}, "DestroyView"),
        made.owned("viewManager", "CreateListView", {}, "DestroyView"),
    ):
        raise LostResponse("The connection broke")
    wire.expect(DESTROY_VIEW._replace(outcome=NOT_AUTHENTICATED))
    wire.expect(login("S2"), CREATE_VIEW._replace(outcome=answers(VIEW)), DESTROY_VIEW)
    wire.expect(CREATE_VIEW._replace(outcome=answers(VIEW)), DESTROY_VIEW, logout("S2"))
    with made:
        for _object in range(2):
            with made.owned("viewManager", "CreateListView", {}, "DestroyView"):
                pass


@pytest.mark.parametrize("outcome", [html(502), faults("ManagedObjectNotFound"), NOT_AUTHENTICATED, html(404)])
def test_an_object_that_cannot_be_destroyed_is_not_an_error(client: Make, wire: Wire, outcome: Outcome) -> None:
    destroy = Call("POST", f"{SDK}/ListView/session%5B1%5D2/DestroyView", outcome)
    wire.expect(CREATE_VIEW._replace(outcome=answers(VIEW)), [destroy] * (4 if outcome == html(502) else 1))
    with client("S0") as made, made.owned("viewManager", "CreateListView", {}, "DestroyView"):
        pass
