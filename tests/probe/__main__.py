# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""``make probe``: compare a vCenter with the register of assumptions.

The VMWARE_* variables name the vCenter, as for the modules. With WRITE=1 it also creates tasks of its own. The exit
code is 0 if everything is as assumed, 1 if something differs, 2 if the probe could not run, and 130 after Ctrl-C.
"""

from __future__ import annotations

import os
import sys
from contextlib import closing
from pathlib import Path

from ansible_collections.vijson.tasks.plugins.module_utils._errors import Interrupted, ViError
from ansible_collections.vijson.tasks.plugins.module_utils._interrupts import interruptible
from ansible_collections.vijson.tasks.plugins.module_utils._options.connection import (
    parse_credentials,
    parse_endpoint,
)
from ansible_collections.vijson.tasks.plugins.module_utils._options.connection_spec import CONNECTION_SPEC
from ansible_collections.vijson.tasks.plugins.module_utils._options.validation import validate_options
from ansible_collections.vijson.tasks.tests.probe.findings import DIFFERS
from ansible_collections.vijson.tasks.tests.probe.probe import probe_server
from ansible_collections.vijson.tasks.tests.probe.report import findings_text, report_page
from ansible_collections.vijson.tasks.tests.probe.server import Server

READS = """The probe logs in to {host}. It reads the service content, settings, recent tasks and up to 1000 tasks of the
history. It sends a few requests without a session, and opens and ends one session of the REST API.
In its own sessions it creates history collectors and a property collector, and destroys them."""
WRITES = """With WRITE=1 it also registers an extension with one task type, creates about ten tasks of the root folder,
cancels and ends them, defines one custom field of tasks, and removes the field and the extension at the end.
The ended tasks stay in the task history for as long as the vCenter keeps it."""
NO_WRITES = "It changes nothing. WRITE=1 adds checks with tasks of its own."


def main() -> int:
    """Announce, probe, print and write the report."""
    write = os.environ.get("WRITE") == "1"
    path = Path(sys.argv[1])
    try:
        params = validate_options({}, CONNECTION_SPEC)
        print(READS.format(host=params["hostname"]))
        print(f"{WRITES if write else NO_WRITES}\n", flush=True)
        with interruptible():
            server = Server(parse_endpoint(params), parse_credentials(params))
            with closing(server.client):
                server.client.log_in()
                findings = probe_server(server, write=write, warn=_warn)
                version = server.version
    except ViError as error:
        _warn(str(error))
        return 2
    except Interrupted as error:
        _warn(f"{error}")
        return 130
    path.write_text(report_page(findings, version=version, release=server.release, write=write), encoding="utf-8")
    print(findings_text(findings))
    print(f"\nThe report is in {path}. It has no names, ids or addresses.")
    return 1 if any(finding.verdict == DIFFERS for finding in findings) else 0


def _warn(text: str) -> None:
    print(f"probe: {text}", file=sys.stderr)


if __name__ == "__main__":
    sys.exit(main())
