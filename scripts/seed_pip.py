# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Let ansible-test install pip in its empty virtual environments from the index that pip is configured for.

Usage: seed_pip.py FOLDER. ansible-test would download a bootstrap script to that folder. If a script with that name
exists, ansible-test uses it. It installs pip with uv, which is fast, or else with the pip of Python.
"""

from __future__ import annotations

import os
import re
import sys
from importlib.util import find_spec
from pathlib import Path

BOOTSTRAP = """\
import os
import subprocess
import sys

uv, settings = {uv!r}, {settings!r}
packages = [argument for argument in sys.argv[1:] if not argument.startswith("-")]
install = [uv, "pip", "install", "--quiet", "--python", sys.executable, *packages]
if os.path.exists(uv) and not subprocess.call(install, env=dict(os.environ, **settings)):
    sys.exit()
subprocess.check_call([sys.executable, "-m", "ensurepip"], stdout=subprocess.DEVNULL)
subprocess.check_call([sys.executable, "-m", "pip", "install", "--quiet", *packages])
"""


def pip_versions() -> set[str]:
    """The versions of pip that the installed ansible-test may request. They are part of the script's name."""
    package = find_spec("ansible_test")
    if package is None or package.origin is None:
        sys.exit("ansible-test is not installed")
    source = Path(package.origin).parent / "_internal" / "python_requirements.py"
    return set(re.findall(r"""\bpip\b['"]?\s*[=:]\s*['"]([0-9.]+)['"]""", source.read_text()))


def main() -> None:
    """Write one script for each version."""
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    uv = str(Path(sys.executable).with_name("uv"))
    # ansible-test passes only some variables on.
    settings = {name: value for name, value in os.environ.items() if name.startswith(("UV_", "SSL_CERT_"))}
    for version in pip_versions():
        (folder / f"get_pip_{version.replace('.', '_')}.py").write_text(BOOTSTRAP.format(uv=uv, settings=settings))


if __name__ == "__main__":
    main()
