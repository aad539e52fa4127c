# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Run a command with a simulated vCenter, or keep the simulator running and print how to connect.

Usage: with_simulator.py [[SIMULATOR OPTION…] --] [COMMAND…]
"""

from __future__ import annotations

import os
import shlex
import signal
import subprocess
import sys
from pathlib import Path
from types import FrameType

COLLECTIONS = Path(__file__).resolve().parents[5]  # the folder that holds ansible_collections


def run(command: list[str], added: dict[str, str]) -> int:
    """The exit code of `command`. Of the VMWARE_* variables, it gets only the added ones."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("VMWARE_")}
    try:
        process = subprocess.Popen(command, env={**inherited, **added})
    except OSError as error:
        sys.exit(f"{command[0]}: {error.strerror}")

    def wait_on(_number: int, _frame: FrameType | None) -> None:
        """The terminal sends the command the same signal, so wait until the command has ended."""

    def pass_on(number: int, _frame: FrameType | None) -> None:
        process.send_signal(number)

    signal.signal(signal.SIGINT, wait_on)
    signal.signal(signal.SIGTERM, pass_on)
    code = process.wait()
    return code if code >= 0 else 128 - code


def stay(added: dict[str, str]) -> int:
    """Print how to use the simulator from another terminal, and wait for Ctrl-C."""
    shown = {
        **added,
        "ANSIBLE_COLLECTIONS_PATH": os.environ["ANSIBLE_COLLECTIONS_PATH"],
        "ANSIBLE_HOME": os.environ["ANSIBLE_HOME"],
    }
    print("The simulated vCenter is running. Paste these lines into another terminal:\n")
    for name, value in shown.items():
        print(f"export {name}={shlex.quote(value)}")
    print(f"export PATH={shlex.quote(str(Path(sys.executable).parent))}:$PATH")
    print("\nThen read the recent tasks:\n")
    print("ansible localhost -m vijson.tasks.vi_task_info -a fields=brief\n")
    print("Requests to /control need the header Authorization: Bearer $VIJSON_SIMULATOR_TOKEN.")
    print("Press Ctrl-C to stop the simulator.", flush=True)
    try:
        signal.pause()
    except KeyboardInterrupt:
        print()
    return 0


def main() -> None:
    """Start the simulator, run the command, stop the simulator."""
    sys.path.insert(0, str(COLLECTIONS))
    from ansible_collections.vijson.tasks.tests.support.simulators import simulator

    arguments = sys.argv[1:]
    options: list[str] = []
    if "--" in arguments:
        end = arguments.index("--")
        options, arguments = arguments[:end], arguments[end + 1 :]
    elif arguments and arguments[0].startswith("-"):
        sys.exit(f"{arguments[0]}: put -- after the options of the simulator, before the command")
    signal.signal(signal.SIGTERM, lambda _number, _frame: sys.exit(143))
    try:
        with simulator(options) as added:
            code = run(arguments, added) if arguments else stay(added)
    except KeyboardInterrupt:
        code = 128 + signal.SIGINT
    sys.exit(code)


if __name__ == "__main__":
    main()
