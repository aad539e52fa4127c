# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Sending responses, intact or damaged."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterable
from itertools import repeat

from aiohttp import web

from .injection import Rule
from .responses import Response

PROXY_TEXTS = {502: "Bad Gateway", 503: "Service Unavailable", 504: "Gateway Time-out"}
SOMETHING = "{}"
CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"
DRIP = 0.25  # seconds between two bytes
FLOOD = 0.05  # seconds between two parts of an endless response
PADDING = b" " * (1 << 16)


def proxy_response(rule: Rule) -> Response | None:
    """The HTML page of a reverse proxy, if the rule injects one."""
    if not rule.fault.startswith("http_"):
        return None
    status = int(rule.fault.removeprefix("http_"))
    title = f"{status} {PROXY_TEXTS[status]}"
    page = f"<html>\r\n<head><title>{title}</title></head>\r\n<body><h1>{title}</h1></body>\r\n</html>\r\n"
    return Response(status, page, "text/html")


async def send(request: web.Request, response: Response) -> web.StreamResponse:
    if response.text is None:
        return web.Response(status=response.status, headers=response.headers)
    return web.Response(
        status=response.status,
        body=response.text.encode(),
        content_type=response.content_type,
        headers=response.headers,
    )


async def send_damaged(request: web.Request, response: Response, rule: Rule) -> web.StreamResponse:
    """Send the response of an operation that has run, damaged as the rule says."""
    if rule.fault == "delay":
        await asyncio.sleep(rule.seconds)
    elif rule.fault == "cut_after":
        return await _send_part(request, response, 1) if rule.status_before else abort(request)
    elif rule.fault == "truncated":
        return await _send_part(request, response, len((response.text or SOMETHING).encode()) // 2)
    elif rule.fault == "invalid_json":
        return await send(request, _as_ok(response, '{"_typeName": "TaskInfo", "key": '))
    elif rule.fault == "wrong_type":
        return await send(request, _as_ok(response, _of_wrong_type(response.text)))
    elif rule.fault == "dripping":
        return await _send_raw(request, (bytes([byte]) for byte in _whole(response)), DRIP)
    elif rule.fault == "endless_continue":
        return await _send_raw(request, repeat(CONTINUE), FLOOD)
    elif rule.fault in ("endless_chunks", "oversized"):
        return await _send_more(request, response, None if rule.fault == "endless_chunks" else rule.mebibytes << 20)
    return await send(request, response)


def abort(request: web.Request) -> web.StreamResponse:
    """Cut the connection. The framework needs a response, but nobody receives it."""
    if request.transport is not None:
        request.transport.abort()
    return web.Response()


async def _send_part(request: web.Request, response: Response, count: int) -> web.StreamResponse:
    """Announce the whole body, send `count` bytes of it, and close the connection."""
    body = (response.text or SOMETHING).encode()
    stream = web.StreamResponse(status=response.status if response.text else 200, headers=response.headers)
    stream.content_type = response.content_type
    stream.content_length = len(body)
    await stream.prepare(request)
    await stream.write(body[: max(count, 1)])
    if request.transport is not None:
        request.transport.close()
    return stream


async def _send_raw(request: web.Request, parts: Iterable[bytes], pause: float) -> web.StreamResponse:
    """Send other bytes in place of the response, until the client closes the connection, which cancels this."""
    transport = request.transport
    for part in parts:
        if transport is None or transport.is_closing():
            break
        transport.write(part)
        await asyncio.sleep(pause)
    return abort(request)


def _whole(response: Response) -> bytes:
    """A response as it is on the wire."""
    body = (response.text or "").encode()
    headers = {"Content-Type": response.content_type, "Content-Length": str(len(body)), **response.headers}
    lines = [f"HTTP/1.1 {response.status} Slow", *(f"{name}: {value}" for name, value in headers.items()), "", ""]
    return "\r\n".join(lines).encode() + body


async def _send_more(request: web.Request, response: Response, size: int | None) -> web.StreamResponse:
    """Send the body and then spaces, up to `size` bytes; without a size, in chunks that never end."""
    body = (response.text or SOMETHING).encode()
    stream = web.StreamResponse(status=response.status if response.text else 200, headers=response.headers)
    stream.content_type = response.content_type
    if size is None:
        stream.enable_chunked_encoding()
    else:
        stream.content_length = len(body) + size
    await stream.prepare(request)
    await stream.write(body)
    if size is None:
        while True:
            await stream.write(b" ")
            await asyncio.sleep(FLOOD)
    for _part in range(0, size, len(PADDING)):
        await stream.write(PADDING)
    return stream


def _as_ok(response: Response, text: str) -> Response:
    return Response(200 if response.text is None else response.status, text, headers=response.headers)


def _of_wrong_type(text: str | None) -> str:
    value = json.loads(text) if text else None
    return '"unexpected"' if isinstance(value, (dict, list)) else '[{"_typeName": "KeyValue"}]'
