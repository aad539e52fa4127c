# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The listening socket, which can pause."""

from __future__ import annotations

import asyncio
import ssl

from aiohttp import web


class Listener:
    """Port 0 chooses a free port, which stays the same after a pause."""

    def __init__(self, host: str, port: int, tls: ssl.SSLContext | None) -> None:
        self._host = host
        self.port = port
        self._tls = tls
        self._runner: web.AppRunner | None = None
        self._site: web.TCPSite | None = None
        self._reopening: asyncio.TimerHandle | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def url(self) -> str:
        host = f"[{self._host}]" if ":" in self._host else self._host
        return f"{'https' if self._tls else 'http'}://{host}:{self.port}"

    async def start(self, runner: web.AppRunner) -> None:
        self._runner = runner
        await self._open()

    def stop(self) -> None:
        """Cancel the reopening after a pause."""
        if self._reopening is not None:
            self._reopening.cancel()

    async def pause(self, seconds: float) -> None:
        """Refuse new connections for `seconds`. Open connections stay."""
        if self._site is not None:
            await self._site.stop()
            self._site = None
        self.stop()
        self._reopening = asyncio.get_running_loop().call_later(seconds, self._reopen)

    def _reopen(self) -> None:
        opening = asyncio.ensure_future(self._open())
        self._tasks.add(opening)
        opening.add_done_callback(self._tasks.discard)

    async def _open(self) -> None:
        assert self._runner is not None
        site = web.TCPSite(self._runner, self._host, self.port, ssl_context=self._tls, reuse_address=True)
        await site.start()
        self._site = site
        self.port = self._runner.addresses[0][1]
