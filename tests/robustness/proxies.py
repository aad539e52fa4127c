# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Real proxies for a simulator: nginx as a reverse proxy, tinyproxy as a forward proxy."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from ansible_collections.vijson.tasks.tests.robustness.servers import Program
from ansible_collections.vijson.tasks.tests.support.simulators import HOST, free_port
from ansible_collections.vijson.tasks.tests.support.vcenter import VCenter

_NGINX = """\
daemon off;
master_process off;
pid {folder}/nginx.pid;
error_log stderr warn;
events {{ }}
http {{
    log_format short '$status $request_method $request_uri';
    access_log {folder}/access.log short;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    upstream vcenter {{
        server {host}:{upstream};
        keepalive 4;
    }}
    server {{
        listen {host}:{port} ssl;
        ssl_certificate {certificates}/server.pem;
        ssl_certificate_key {certificates}/server.pem;
        location / {{
            proxy_pass https://vcenter;
            proxy_ssl_trusted_certificate {certificates}/ca.pem;
            proxy_ssl_name localhost;
            proxy_ssl_verify on;
            proxy_http_version 1.1;
            proxy_set_header Connection "";
            proxy_read_timeout {read_timeout}s;
        }}
    }}
}}
"""

_TINYPROXY = """\
Port {port}
Listen {host}
Allow {host}
Timeout 600
MaxClients 20
LogFile "{folder}/access.log"
LogLevel Connect
"""


class Proxy(Program):
    """A proxy that logs its requests."""

    def __init__(self, name: str, folder: Path, port: int, arguments: list[str]):
        super().__init__(port, [_installed(name), *arguments], folder / f"{name}.log")
        self._access = folder / "access.log"

    @property
    def requests(self) -> list[str]:
        """The log lines, one for each request."""
        return self._access.read_text(encoding="utf-8").splitlines() if self._access.exists() else []


def nginx(folder: Path, vcenter: VCenter, *, read_timeout: int = 35) -> Proxy:
    """A reverse proxy that uses and verifies the simulator's certificate.

    :param read_timeout: seconds that nginx waits for a response
    """
    port = free_port()
    config = folder / "nginx.conf"
    certificates = Path(vcenter.variables["VMWARE_CA_PATH"]).parent
    config.write_text(
        _NGINX.format(
            folder=folder,
            host=HOST,
            upstream=vcenter.port,
            port=port,
            certificates=certificates,
            read_timeout=read_timeout,
        ),
        encoding="utf-8",
    )
    return Proxy("nginx", folder, port, ["-e", "stderr", "-p", str(folder), "-c", str(config)])


def tinyproxy(folder: Path, *, login: tuple[str, str] | None = None) -> Proxy:
    """A forward proxy, which requires a user and a password if ``login`` is given."""
    port = free_port()
    config = folder / "tinyproxy.conf"
    text = _TINYPROXY.format(folder=folder, host=HOST, port=port)
    if login:
        text += f"BasicAuth {' '.join(login)}\n"
    config.write_text(text, encoding="utf-8")
    return Proxy("tinyproxy", folder, port, ["-d", "-c", str(config)])


def _installed(name: str) -> str:
    found = shutil.which(name, path=os.pathsep.join([os.environ["PATH"], "/usr/sbin", "/usr/local/sbin"]))
    if found is None:
        pytest.skip(f"{name} is not installed")
    return found
