# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A fake HTTP server: an adapter for the requests library with a list of expected calls."""

from __future__ import annotations

import io
import json
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any, Callable, NamedTuple, Union

import requests
import urllib3
from requests.structures import CaseInsensitiveDict

from ansible_collections.vijson.tasks.plugins.module_utils._options.argspec import CONNECTION_ARGUMENTS

SESSION = "vmware-api-session-id"
HOST = "https://vc.example.com"
SDK = f"{HOST}/sdk/vim25/8.0.1.0"
LOGIN = f"{SDK}/SessionManager/SessionManager/Login"
LOGOUT = f"{SDK}/SessionManager/SessionManager/Logout"
CONTENT = f"{SDK}/ServiceInstance/ServiceInstance/content"
UNSET: Any = object()


class Reply(NamedTuple):
    """An HTTP response."""

    status: int = 204
    body: bytes = b""
    headers: Mapping[str, str] = MappingProxyType({})


Outcome = Union[Reply, Exception, Callable[[], Reply]]


class Call(NamedTuple):
    """An expected request, as far as given, and its outcome."""

    method: str
    url: str
    outcome: Outcome = Reply()
    body: Any = UNSET
    session: Any = UNSET


class Sent(NamedTuple):
    """A request as the adapter received it."""

    method: str
    url: str
    headers: CaseInsensitiveDict[str]
    text: str | None
    timeout: Any
    verify: Any
    proxies: dict[str, str]

    @property
    def body(self) -> Any:
        return None if self.text is None else json.loads(self.text)


def answers(value: Any, *, status: int = 200, session: str | None = None) -> Reply:
    """JSON, with a session id in its header if one is given."""
    headers = {"Content-Type": "application/json", **({SESSION: session} if session else {})}
    return Reply(status, json.dumps(value).encode(), headers)


def faults(type_name: str, *, session: str | None = None, **fields: Any) -> Reply:
    """A fault."""
    return answers({"_typeName": type_name, **fields}, status=500, session=session)


NOT_AUTHENTICATED = faults("NotAuthenticated", faultstring="The session is not authenticated.")


def html(status: int, body: bytes = b"<html><body>sorry</body></html>", **headers: str) -> Reply:
    """The response of a web server or a proxy."""
    return Reply(status, body, {"Content-Type": "text/html", **headers})


def user_session(key: str = "key-1") -> dict[str, Any]:
    """The result of Login."""
    return {"_typeName": "UserSession", "key": key, "userName": "EXAMPLE\\u"}


def connection(**given: Any) -> dict[str, Any]:
    """All options of the connection as a module gets them: these values, and defaults for the others."""
    options = {name: option.get("default") for name, option in CONNECTION_ARGUMENTS.items()}
    return {**options, "hostname": "vc.example.com", "username": "u", "password": "pa55word", **given}


def login(session: str = "S1") -> Call:
    """A login that opens this session."""
    return Call(
        "POST", LOGIN, answers(user_session(), session=session), {"userName": "u", "password": "pa55word"}, None
    )


def logout(session: str = "S1") -> Call:
    """The logout of this session."""
    return Call("POST", LOGOUT, session=session)


class Wire(requests.adapters.BaseAdapter):
    """Compares requests with the list of expected calls, and responds with their outcomes."""

    def __init__(self) -> None:
        super().__init__()
        self.expected: list[Call] = []
        self.sent: list[Sent] = []

    def expect(self, *calls: Call | Iterable[Call]) -> None:
        """Expect these calls next, in this order, and no others."""
        for call in calls:
            self.expected += [call] if isinstance(call, Call) else list(call)

    def send(
        self,
        request: requests.PreparedRequest,
        stream: bool = False,
        timeout: Any = None,
        verify: Any = True,
        cert: Any = None,
        proxies: Any = None,
    ) -> requests.Response:
        text = request.body.decode() if isinstance(request.body, bytes) else request.body
        sent = Sent(
            str(request.method), str(request.url), CaseInsensitiveDict(request.headers), text, timeout, verify, proxies
        )
        self.sent.append(sent)
        assert self.expected, f"not expected: {sent}"
        call = self.expected.pop(0)
        assert (sent.method, sent.url) == (call.method, call.url)
        assert call.body is UNSET or sent.body == call.body
        assert call.session is UNSET or sent.headers.get(SESSION) == call.session
        if isinstance(call.outcome, Exception):
            raise call.outcome
        return _response(request, call.outcome() if callable(call.outcome) else call.outcome)

    def close(self) -> None:
        pass


def _response(request: requests.PreparedRequest, reply: Reply) -> requests.Response:
    response = requests.Response()
    response.status_code = reply.status
    response.headers = CaseInsensitiveDict(reply.headers)
    response.raw = urllib3.HTTPResponse(io.BytesIO(reply.body), preload_content=False)
    response.url = str(request.url)
    response.request = request
    return response
