# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Simulators in processes of their own, and the environment variables that name them for clients."""

from __future__ import annotations

import os
import secrets
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import urlsplit

HOST = "127.0.0.1"
TESTS = Path(__file__).resolve().parent.parent
START_TIMEOUT = 300  # seconds; a million tasks take half a minute
STOP_TIMEOUT = 10  # seconds
TOKEN = "VIJSON_SIMULATOR_TOKEN"
"""The environment variable that chooses the token of the control interface."""


@contextmanager
def simulator(options: list[str]) -> Iterator[dict[str, str]]:
    """The environment variables for a simulator that runs inside the block. SystemExit if it does not start."""
    with TemporaryDirectory(prefix="vijson-simulator-") as folder:
        url_file, certificates = Path(folder, "url"), Path(folder, "tls")
        arguments = ["--tls", str(certificates), "--url-file", str(url_file), *options]
        token = os.environ.get(TOKEN) or secrets.token_urlsafe(24)
        process = subprocess.Popen(
            [sys.executable, "-m", "simulator", *arguments],
            env={**os.environ, "PYTHONPATH": str(TESTS), TOKEN: token},
            stdout=subprocess.DEVNULL,
            start_new_session=True,  # Ctrl-C ends only the command, which may still log out
        )
        try:
            url = wait_for_url(url_file, process)
            yield variables(url, certificates / "ca.pem", token)
        finally:
            process.terminate()
            try:
                process.wait(STOP_TIMEOUT)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


@contextmanager
def simulators(count: int, options: list[str]) -> Iterator[list[dict[str, str]]]:
    """The environment variables for each of several vCenters in one process, which all have the same port."""
    with simulator(["--vcenters", str(count), *options]) as first:
        hosts = [f"127.0.0.{number}" for number in range(1, count + 1)]
        direct = ",".join([first["NO_PROXY"], *hosts])
        yield [{**first, "VMWARE_HOST": host, "NO_PROXY": direct} for host in hosts]


def wait_for_url(url_file: Path, process: subprocess.Popen[bytes]) -> str:
    """The URL that the simulator writes when it is ready."""
    deadline = time.monotonic() + START_TIMEOUT
    while not url_file.exists():
        if process.poll() is not None:
            sys.exit(f"The simulator exited with code {process.returncode} before it was ready.")
        if time.monotonic() > deadline:
            sys.exit(f"The simulator was not ready within {START_TIMEOUT} s.")
        time.sleep(0.05)
    return url_file.read_text().strip()


def variables(url: str, ca_path: Path, token: str) -> dict[str, str]:
    """The environment variables that a client needs for the simulator at `url`, and for its control interface."""
    address = urlsplit(url)
    host = address.hostname or ""
    return {
        "VMWARE_HOST": host,
        "VMWARE_PORT": str(address.port),
        "VMWARE_USER": "administrator@vsphere.local",
        "VMWARE_PASSWORD": "vijson-Demo1!",
        "VMWARE_CA_PATH": str(ca_path),
        TOKEN: token,
        "NO_PROXY": ",".join(filter(None, [os.environ.get("NO_PROXY"), host])),
    }


def free_port() -> int:
    """A port on which nothing listens."""
    with socket.socket() as bound:
        bound.bind((HOST, 0))
        port: int = bound.getsockname()[1]
        return port
