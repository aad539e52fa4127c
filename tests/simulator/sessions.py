# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Sessions: who is logged in, by which ids, and what ends with them."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

from .wire import SECOND, Ref, data, format_time

if TYPE_CHECKING:
    from .authorization import User
    from .managed import ManagedObject
    from .world import World


class Session:
    """One login. Collectors, views, filters and property collectors that it opens are in `owned` and end with it."""

    def __init__(self, world: World, user: User, address: str, agent: str, locale: str = "en_US") -> None:
        self.world = world
        self.user = user
        self.address = address
        self.agent = agent
        self.locale = locale
        self.key = str(uuid.uuid4())
        self.ids = [uuid.uuid4().hex]
        self.owned: dict[str, ManagedObject] = {}
        self.call_count = 0
        self.login_ns = self.active_ns = world.now_ns()
        self.ended = False

    def new_ref(self, type_name: str) -> Ref:
        """The reference of a new object of this session."""
        return Ref(type_name, f"session[{self.key}]{uuid.uuid4()}")

    def own(self, opened: ManagedObject) -> None:
        self.owned[opened.ref.value] = opened

    def disown(self, closed: ManagedObject) -> None:
        """Forget an object that was destroyed."""
        self.owned.pop(closed.ref.value, None)
        self.world.touch(closed, "")
