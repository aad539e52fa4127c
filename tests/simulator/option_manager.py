# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""OptionManager: the settings of the server. Those for the age of tasks tell how long the history reaches back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .managed_object import ManagedObject, method, prop
from .wire import Fault, Ref, box, data

if TYPE_CHECKING:
    from .sessions import Session
    from .world import World

Json = dict[str, Any]
DEFAULT_DAYS = 30


class OptionManager(ManagedObject):
    TYPE = "OptionManager"

    def __init__(self, world: World, ref: Ref) -> None:
        super().__init__(world, ref)
        days = world.tasks.history_days
        age = {"maxAge": box("int", days or DEFAULT_DAYS), "maxAgeEnabled": box("boolean", days > 0)}
        self._settings = {f"{kind}.{name}": value for kind in ("event", "task") for name, value in age.items()}

    @prop("ArrayOfOptionValue")
    def setting(self, session: Session) -> list[Json]:
        return [data("OptionValue", key=key, value=value) for key, value in self._settings.items()]

    @method
    async def QueryOptions(self, session: Session, name: str = "") -> list[Json]:
        """The option of that name, those below it if it ends with a dot, or all."""
        found = [option for option in self.setting(session) if option["key"] == name or _is_below(option["key"], name)]
        if not found:
            raise Fault("InvalidName", f"There is no option {name}.", name=name)
        return found


def _is_below(key: str, name: str) -> bool:
    return key.startswith(name) and name[-1:] in ("", ".")
