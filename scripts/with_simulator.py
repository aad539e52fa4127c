# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Run a command beside a simulated vCenter, or keep one running and say how to reach it.

Usage: with_simulator.py [[SIMULATOR OPTION…] --] [COMMAND…]
"""

from __future__ import annotations

import os
import shlex
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from types import FrameType
from urllib.parse import urlsplit

TESTS = Path(__file__).resolve().parent.parent / "tests"
START_TIMEOUT = 60  # seconds
STOP_TIMEOUT = 10  # seconds


@contextmanager
def simulator(options: list[str]) -> Iterator[dict[str, str]]:
    """The variables that lead to a simulator which runs inside the block. SystemExit if it does not start."""
    with TemporaryDirectory(prefix="vijson-simulator-") as folder:
        url_file, certificates = Path(folder, "url"), Path(folder, "tls")
        arguments = ["--tls", str(certificates), "--url-file", str(url_file), *options]
        process = subprocess.Popen(
            [sys.executable, "-m", "simulator", *arguments],
            env={**os.environ, "PYTHONPATH": str(TESTS)},
            stdout=subprocess.DEVNULL,
            start_new_session=True,  # a Ctrl-C is for the command, which may still have to log out
        )
        try:
            url = wait_for_url(url_file, process)
            yield variables(url, certificates / "ca.pem")
        finally:
            process.terminate()
            try:
                process.wait(STOP_TIMEOUT)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def wait_for_url(url_file: Path, process: subprocess.Popen[bytes]) -> str:
    """The URL that the simulator writes once it listens."""
    deadline = time.monotonic() + START_TIMEOUT
    while not url_file.exists():
        if process.poll() is not None:
            sys.exit(f"The simulator ended with code {process.returncode} before it listened.")
        if time.monotonic() > deadline:
            sys.exit(f"The simulator did not listen within {START_TIMEOUT} s.")
        time.sleep(0.05)
    return url_file.read_text().strip()


def variables(url: str, ca_path: Path) -> dict[str, str]:
    """What a client's environment needs for the simulator at `url`."""
    address = urlsplit(url)
    host = address.hostname or ""
    return {
        "VMWARE_HOST": host,
        "VMWARE_PORT": str(address.port),
        "VMWARE_USER": "administrator@vsphere.local",
        "VMWARE_PASSWORD": "vijson-Demo1!",
        "VMWARE_CA_PATH": str(ca_path),
        "NO_PROXY": ",".join(filter(None, [os.environ.get("NO_PROXY"), host])),
    }


def run(command: list[str], added: dict[str, str]) -> int:
    """The exit code of `command`, which sees no VMWARE_* variable but the added ones."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("VMWARE_")}
    try:
        process = subprocess.Popen(command, env={**inherited, **added})
    except OSError as error:
        sys.exit(f"{command[0]}: {error.strerror}")

    def wait_on(_number: int, _frame: FrameType | None) -> None:
        """The terminal sent the command the same signal: its end is the end."""

    def pass_on(number: int, _frame: FrameType | None) -> None:
        process.send_signal(number)

    signal.signal(signal.SIGINT, wait_on)
    signal.signal(signal.SIGTERM, pass_on)
    code = process.wait()
    return code if code >= 0 else 128 - code


def stay(added: dict[str, str]) -> int:
    """Say how to use the simulator from another terminal, and wait for Ctrl-C."""
    shown = {
        **added,
        "ANSIBLE_COLLECTIONS_PATH": os.environ["ANSIBLE_COLLECTIONS_PATH"],
        "ANSIBLE_HOME": os.environ["ANSIBLE_HOME"],
    }
    print("A simulated vCenter is running. In another terminal, paste:\n")
    for name, value in shown.items():
        print(f"export {name}={shlex.quote(value)}")
    print(f"export PATH={shlex.quote(str(Path(sys.executable).parent))}:$PATH")
    print("\nand ask it for its recent tasks:\n")
    print("ansible localhost -m vijson.tasks.vi_task_info\n")
    print("Ctrl-C stops it.", flush=True)
    try:
        signal.pause()
    except KeyboardInterrupt:
        print()
    return 0


def main() -> None:
    """Start, run, stop."""
    arguments = sys.argv[1:]
    options: list[str] = []
    if "--" in arguments:
        end = arguments.index("--")
        options, arguments = arguments[:end], arguments[end + 1 :]
    signal.signal(signal.SIGTERM, lambda _number, _frame: sys.exit(143))
    try:
        with simulator(options) as added:
            code = run(arguments, added) if arguments else stay(added)
    except KeyboardInterrupt:
        code = 128 + signal.SIGINT
    sys.exit(code)


if __name__ == "__main__":
    main()
