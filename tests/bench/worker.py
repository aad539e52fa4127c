# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One run of a module's ``run()`` in a fresh process, measured from inside.

python -m ansible_collections.vijson.tasks.tests.bench.worker vi_task_wait '{"tasks": ["task-1"]}'
"""

from __future__ import annotations

import importlib
import json
import re
import subprocess
import sys
import time
from pathlib import Path
from typing import Any, NamedTuple

from ansible.module_utils.common.arg_spec import ArgumentSpecValidator

from ansible_collections.vijson.tasks.plugins.module_utils._run.job import Job, run_job
from ansible_collections.vijson.tasks.plugins.module_utils._times import SECOND, parse_rfc3339


class Run(NamedTuple):
    """Seconds of time and of CPU, peak MiB, seconds since the last task ended, and the rest of the result."""

    seconds: float
    cpu: float
    peak: float
    late: float
    result: dict[str, Any]


def measure(module: str, params: dict[str, Any]) -> Run:
    """Start a worker and return its measurement."""
    command = [sys.executable, "-m", __spec__.name, module, "-"]
    done = subprocess.run(command, input=json.dumps(params), capture_output=True, text=True, check=True)
    return Run(**json.loads(done.stdout))


def seconds_of(time_text: str) -> float:
    """Seconds since 1970 of a time in RFC 3339."""
    return parse_rfc3339(time_text) / SECOND


def _peak() -> float:
    """The most memory of this process in MiB. ``ru_maxrss`` begins with the memory of the process that forked it."""
    (peak,) = re.findall(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text())
    return int(peak) / 1024


def main() -> None:
    """Run the module and print the measurement as JSON."""
    name, text = sys.argv[1:]
    module = importlib.import_module(f"ansible_collections.vijson.tasks.plugins.modules.{name}")
    params = json.loads(sys.stdin.read() if text == "-" else text)
    job = Job(ArgumentSpecValidator(module.ARGUMENT_SPEC).validate(params).validated_parameters)
    begun, cpu = time.monotonic(), time.process_time()
    result = run_job(module.run, job)
    ends = [seconds_of(task["complete_time"]) for task in result.get("tasks", []) if task.get("complete_time")]
    run = Run(
        seconds=time.monotonic() - begun,
        cpu=time.process_time() - cpu,
        peak=_peak(),
        late=time.time() - max(ends, default=0.0),
        result={key: value for key, value in result.items() if key != "tasks"},
    )
    json.dump(run._asdict(), sys.stdout)


if __name__ == "__main__":
    main()
