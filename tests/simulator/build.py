# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Build a world: sessions, managed objects, inventory and history."""

from __future__ import annotations

from collections.abc import Sequence

from .authorization import User
from .authorization_manager import AuthorizationManager
from .custom_fields_manager import CustomFieldsManager
from .engine import Engine
from .extension_manager import ExtensionManager
from .managed_object import ManagedObject
from .option_manager import OptionManager
from .property_collector import PropertyCollector
from .releases import FIRST_SHARED_SESSIONS, OLDEST, parse_release
from .search_index import SearchIndex
from .seed_history import build_history
from .seed_inventory import build_inventory
from .service_instance import SINGLETONS, ServiceInstance
from .session_manager import SessionManager
from .sessions import Sessions
from .task_manager import TaskManager
from .view_manager import ViewManager
from .wire import Ref
from .world import World

PLAIN_SINGLETONS: dict[str, type[ManagedObject]] = {
    "propertyCollector": PropertyCollector,
    "viewManager": ViewManager,
    "sessionManager": SessionManager,
    "authorizationManager": AuthorizationManager,
    "searchIndex": SearchIndex,
}


def build_world(
    *,
    users: Sequence[User],
    release: str,
    api_type: str,
    history: int,
    seed: int,
    max_sessions: int,
    session_idle: float,
    task_lifetime: float = 600.0,
    history_days: int = 30,
) -> World:
    """A vCenter (or, with api_type HostAgent, an ESXi host) with its inventory and `history` tasks.

    :param task_lifetime: seconds from the end of a task to the end of its object
    :param history_days: days for which the history keeps ended tasks; 0: forever
    """
    is_host = api_type == "HostAgent"
    singletons = {name: host if is_host else vcenter for name, (vcenter, host) in SINGLETONS.items()}
    refs = {name: ref for name, ref in singletons.items() if ref is not None}

    world = World(Ref("Folder", "group-d1"), task_lifetime, history_days)
    shared = (parse_release(release) or OLDEST) >= FIRST_SHARED_SESSIONS
    world.sessions = Sessions(world, users, max_sessions, session_idle, shared)
    world.engine = Engine()
    world.custom_fields = CustomFieldsManager(world, SINGLETONS["customFieldsManager"][0])
    world.extensions = ExtensionManager(world, SINGLETONS["extensionManager"][0])
    world.task_manager = TaskManager(world, refs["taskManager"], is_host)
    world.add(world.task_manager)
    if not is_host:
        world.add(world.custom_fields)
        world.add(world.extensions)
        world.add(OptionManager(world, refs["setting"]))
    for name, kind in PLAIN_SINGLETONS.items():
        world.add(kind(world, refs[name]))
    world.add(ServiceInstance(world, refs, release, api_type))

    build_inventory(world)
    build_history(world, history, seed)
    return world
