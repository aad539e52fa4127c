# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Servers other than a vCenter: each sends one response to every request, over trusted TLS."""

from __future__ import annotations

import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import NamedTuple

import trustme

HTML = "text/html; charset=utf-8"
PAGE = "<!DOCTYPE html>\n<html><body><h1>Welcome</h1></body></html>\n"
SOAP = (
    '<?xml version="1.0"?><soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/"><soapenv:Body>'
    "<soapenv:Fault><faultcode>ServerFaultCode</faultcode></soapenv:Fault></soapenv:Body></soapenv:Envelope>"
)


class Said(NamedTuple):
    """The response of a server to every request."""

    status: int
    content_type: str
    body: str


RESPONSES = {
    "html": Said(200, HTML, PAGE),
    "not json": Said(200, "application/json", '{"_typeName": "UserSession", "key'),
    "another json": Said(200, "application/json", '["hello"]'),
    "no session": Said(200, "application/json", '{"_typeName": "UserSession", "key": "x"}'),
    "not found": Said(404, HTML, PAGE),
    "soap": Said(500, "text/xml", SOAP),
    "redirect": Said(302, HTML, PAGE),
    "unauthorized": Said(401, HTML, PAGE),
    "starting": Said(503, HTML, PAGE),
}


@contextmanager
def wrong_servers(authority: Path) -> Iterator[dict[str, int]]:
    """Run a server for each of RESPONSES; returns their ports. ``authority`` is the file for the CA certificate."""
    own = trustme.CA()
    own.cert_pem.write_to_path(authority)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    own.issue_cert("127.0.0.1").configure_cert(context)
    servers = {name: _server(said, context) for name, said in RESPONSES.items()}
    try:
        yield {name: server.server_address[1] for name, server in servers.items()}
    finally:
        for server in servers.values():
            server.shutdown()
            server.server_close()


def _server(said: Said, context: ssl.SSLContext) -> ThreadingHTTPServer:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
            body = said.body.encode()
            self.send_response(said.status)
            self.send_header("Content-Type", said.content_type)
            self.send_header("Content-Length", str(len(body)))
            if said.status == 302:
                self.send_header("Location", "https://elsewhere.example.com/")
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_POST  # noqa: N815

        def log_request(self, *args: object) -> None:
            """Log nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
    return server
