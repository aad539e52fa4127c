# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""`python -m simulator`: run the vCenter until SIGTERM or SIGINT.

At its start, it prints its URL, and in a second line the token of its control interface. The environment variable
VIJSON_SIMULATOR_TOKEN chooses the token; by default, it is random.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import os
import secrets
import signal
import ssl
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from ipaddress import ip_address
from pathlib import Path
from typing import Any

from .authorization import User
from .build import build_world
from .http.server import Server
from .http.tls import make_certificates
from .quirks import parse_quirk
from .releases import KNOWN

TOKEN = "VIJSON_SIMULATOR_TOKEN"

DEFAULT_USERS = (
    "administrator@vsphere.local:vijson-Demo1!:admin",
    "reader@vsphere.local:vijson-Read1!:readonly",
)


def _user(text: str) -> User:
    try:
        return User.parse(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from error


def _quirk(text: str) -> dict[str, Any]:
    try:
        return parse_quirk(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from error


def addresses(host: str, count: int) -> list[str]:
    """An address and the ones after it, one for each vCenter. A single one may be a name. ValueError."""
    if count < 1:
        raise ValueError("use 1 or more")
    return [host] if count == 1 else [str(ip_address(host) + number) for number in range(count)]


def parse_arguments(arguments: list[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="simulator", description="A simulated vCenter Server with VI JSON.")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=0, help="0 chooses a free port")
    parser.add_argument(
        "--vcenters",
        type=int,
        default=1,
        metavar="N",
        help="number of vCenters; the others listen on the same port of the next addresses, such as 127.0.0.2",
    )
    security = parser.add_mutually_exclusive_group()
    security.add_argument(
        "--tls", type=Path, metavar="DIR", help="folder for ca.pem and server.pem (default: a temporary folder)"
    )
    security.add_argument("--plain", action="store_true", help="HTTP without TLS")
    parser.add_argument(
        "--url-file", type=Path, metavar="FILE", help="file for the URL, written once the server listens"
    )
    parser.add_argument("--pid-file", type=Path, metavar="FILE")
    parser.add_argument("--user", type=_user, action="append", default=[], metavar="NAME:PASSWORD[:ROLE]")
    parser.add_argument("--history", type=int, default=100, metavar="N", help="number of past tasks")
    parser.add_argument("--release", choices=KNOWN, default="9.1.0.0")
    parser.add_argument("--api-type", choices=("VirtualCenter", "HostAgent"), default="VirtualCenter")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--max-sessions", type=int, default=2000)
    parser.add_argument("--session-idle", type=float, default=1800.0, metavar="SECONDS")
    parser.add_argument(
        "--quirk", type=_quirk, action="append", default=[], metavar="NAME[=VALUE]", help="see simulator/quirks.py"
    )
    parser.add_argument(
        "--task-lifetime",
        type=float,
        default=600.0,
        metavar="SECONDS",
        help="how long an ended task stays an object",
    )
    parser.add_argument(
        "--history-days",
        type=int,
        default=30,
        metavar="N",
        help="how long it stays in the history; 0: forever",
    )
    parser.add_argument("--log", action="store_true", help="keep recent requests for /control/log")
    parser.add_argument("--check", action="store_true", help="validate every response against the contract")
    parsed = parser.parse_args(arguments)
    try:
        parsed.addresses = addresses(parsed.host, parsed.vcenters)
    except ValueError as error:
        parser.error(f"argument --vcenters: {error}")
    return parsed


@contextmanager
def note(path: Path | None, text: str) -> Iterator[None]:
    """A file that exists while the server runs. It is written atomically."""
    if path is None:
        yield
        return
    part = path.with_name(f"{path.name}.{os.getpid()}.part")
    part.write_text(f"{text}\n", encoding="utf-8")
    part.replace(path)
    try:
        yield
    finally:
        path.unlink(missing_ok=True)


def build_server(arguments: argparse.Namespace, host: str, port: int, tls: ssl.SSLContext | None, token: str) -> Server:
    """A vCenter of its own."""
    world = build_world(
        users=[*arguments.user, *map(User.parse, DEFAULT_USERS)],
        release=arguments.release,
        api_type=arguments.api_type,
        history=arguments.history,
        seed=arguments.seed,
        max_sessions=arguments.max_sessions,
        session_idle=arguments.session_idle,
        task_lifetime=arguments.task_lifetime,
        history_days=arguments.history_days,
    )
    # The history lives as long as the process, so the garbage collector need not look through it.
    gc.freeze()
    for quirk in arguments.quirk:
        world.quirks.update(quirk)
    return Server(
        world,
        arguments.release,
        host=host,
        port=port,
        tls=tls,
        token=token,
        logging=arguments.log,
        check=arguments.check,
    )


async def serve(arguments: argparse.Namespace, tls: ssl.SSLContext | None) -> None:
    """Run the vCenters until a signal. The URL in the file is that of the first one."""
    stopped = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stopped.set)
    token = os.environ.get(TOKEN) or secrets.token_urlsafe(24)
    servers: list[Server] = []
    for host in arguments.addresses:
        port = servers[0].listener.port if servers else arguments.port
        servers.append(build_server(arguments, host, port, tls, token))
        await servers[-1].start()
    url = servers[0].listener.url
    with note(arguments.pid_file, str(os.getpid())), note(arguments.url_file, url):
        print(f"{url}\n{TOKEN}={token}", flush=True)
        await stopped.wait()
        await asyncio.gather(*(server.stop() for server in servers))


def main() -> None:
    arguments = parse_arguments()
    for path in (arguments.url_file, arguments.pid_file):
        if path:
            path.unlink(missing_ok=True)  # left behind by a killed process
    with ExitStack() as stack:
        tls = None
        if not arguments.plain:
            folder = arguments.tls or Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="simulator-")))
            tls = make_certificates(folder, arguments.addresses[1:])
        try:
            asyncio.run(serve(arguments, tls))
        except OSError as error:
            sys.exit(f"simulator: {error}")


if __name__ == "__main__":
    main()
