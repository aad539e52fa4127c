# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The server: all routes on one port."""

from __future__ import annotations

import ssl

from aiohttp import web

from ..world import World
from .api import Api
from .control import Control
from .front import Front, Record
from .injection import Injector
from .listener import Listener
from .sdk import Sdk

BIGGEST_REQUEST = 64 * 1024 * 1024


class Server:
    """`token`: the control interface requires it.

    `violations`: the responses that broke the contract, recorded with `check`.
    """

    def __init__(
        self,
        world: World,
        release: str,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        tls: ssl.SSLContext | None = None,
        token: str,
        logging: bool = False,
        check: bool = False,
    ) -> None:
        self._world = world
        self.listener = Listener(host, port, tls)
        record = Record(logging)
        self.violations = record.violations
        injector = Injector()
        front = Front(record, injector, self.listener)
        sdk = Sdk(world, front, record, release, check)
        app = web.Application(client_max_size=BIGGEST_REQUEST)
        app.add_routes(Api(world, front, release).routes())
        app.add_routes(Control(world, injector, record, token).routes())
        app.router.add_route("*", "/sdk/vim25/{path:.*}", sdk.handle)
        # A wait must not block its collector after the client disconnected.
        self._runner = web.AppRunner(app, access_log=None, handler_cancellation=True, shutdown_timeout=1)

    async def start(self) -> str:
        """Start listening; returns the URL."""
        self._world.engine.wake()
        await self._runner.setup()
        await self.listener.start(self._runner)
        return self.listener.url

    async def stop(self) -> None:
        self.listener.stop()
        self._world.sessions.end_all()
        await self._runner.cleanup()
