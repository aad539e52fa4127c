# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Ways to change a response in transit: its values, its bytes, its status or its headers."""

from __future__ import annotations

import copy
import json
from typing import Any, Callable, Union

from hypothesis import note
from hypothesis import strategies as st

from ansible_collections.vijson.tasks.plugins.module_utils._vijson.response import Response
from ansible_collections.vijson.tasks.tests.unit.support.strategies import like_wire, nested

Draw = Callable[..., Any]
Place = tuple[Any, Union[str, int]]
"""A list or an object, and where in it."""

ODD: list[Any] = [
    *(None, True, False, 0, -1, 10**30, 1.5, "", " ", "0", "null", [], {}, [[]], [{}], [None], {"": None}),
    *("9" * 5000, "\ud800", "a\n\x1b[2Jb\u2028\u202e", "/../%2f\\", "{{ 7*7 }}", "2026-99-99T99:99:99Z"),
    *({"_typeName": "NoSuchType", "a": 1}, {"_value": 1}, {"_typeName": "int", "_value": "x"}, {"_typeName": 5}),
    *({"_typeName": "ManagedObjectReference", "type": 5, "value": []}, {"_typeName": "LocalizedMethodFault"}),
    *({"_typeName": "NoPermission", "missingPrivileges": [{"privilegeIds": [5]}]},),
    {"fault": {"_typeName": "NotAuthenticated"}},
]


def places(value: Any) -> list[Place]:
    """All places of a JSON value, the outermost first."""
    found: list[Place] = []
    waiting = [value]
    for each in waiting:
        keys = list(each) if isinstance(each, dict) else range(len(each)) if isinstance(each, list) else ()
        found += [(each, key) for key in keys]
        waiting += [each[key] for key in keys]
    return found


def _drop(draw: Draw, root: Any, at: Place) -> None:
    del at[0][at[1]]


def _odd(draw: Draw, root: Any, at: Place) -> None:
    at[0][at[1]] = copy.deepcopy(draw(st.sampled_from(ODD)))


def _any(draw: Draw, root: Any, at: Place) -> None:
    at[0][at[1]] = draw(like_wire)


def _swap(draw: Draw, root: Any, at: Place) -> None:
    other = draw(st.sampled_from(places(root)))
    # copies, because one may be inside the other and would then contain itself
    values = copy.deepcopy([other[0][other[1]], at[0][at[1]]])
    at[0][at[1]], other[0][other[1]] = values


def _as_text(draw: Draw, root: Any, at: Place) -> None:
    value = at[0][at[1]]
    at[0][at[1]] = len(value) if isinstance(value, str) else json.dumps(value)


def _listed(draw: Draw, root: Any, at: Place) -> None:
    at[0][at[1]] = [at[0][at[1]]] * draw(st.sampled_from([1, 2, 300]))


def _nested(draw: Draw, root: Any, at: Place) -> None:
    keys = draw(st.sampled_from([(), ("fault",), ("faultCause",), ("_value",), ("a", "b")]))
    at[0][at[1]] = nested(at[0][at[1]], draw(st.sampled_from([1, 3, 60, 400])), *keys)


def _twice(draw: Draw, root: Any, at: Place) -> None:
    value = at[0][at[1]]
    if isinstance(at[0], list):
        at[0].append(value)
    else:
        at[0][f"{at[1]}_"] = value


def _typed(draw: Draw, root: Any, at: Place) -> None:
    if isinstance(at[0][at[1]], dict):
        at[0][at[1]]["_typeName"] = draw(st.sampled_from(["NoSuchType", "LocalizedMethodFault", "", 5, None, "Task"]))
    else:
        at[0][at[1]] = {"_typeName": "string", "_value": at[0][at[1]]}


_OF_VALUES = (_drop, _odd, _any, _swap, _as_text, _listed, _nested, _twice, _typed)


def _values(draw: Draw, body: bytes) -> bytes:
    root = [json.loads(body)]
    for _time in range(draw(st.sampled_from([1, 1, 1, 2]))):
        found = places(root)
        if found:
            draw(st.sampled_from(_OF_VALUES))(draw, root, draw(st.sampled_from(found)))
    return json.dumps(root[0] if root else None).encode()


def _cut(draw: Draw, body: bytes) -> bytes:
    return body[: draw(st.integers(0, len(body)))]


def _garbled(draw: Draw, body: bytes) -> bytes:
    at = draw(st.integers(0, len(body)))
    return body[:at] + draw(st.sampled_from([b"\xff", b"\xc3\x28", b"\0", b"\xed\xa0\x80", b"}", b'"'])) + body[at:]


def _whole(draw: Draw, body: bytes) -> bytes:
    bodies = [b"NaN", b"[Infinity]", b"1e999", b"[" * 100_000, b'{"a":' * 5000, b"\xef\xbb\xbf" + body, body * 2, b" "]
    return draw(st.sampled_from(bodies))


def _numbers(draw: Draw, body: bytes) -> bytes:
    number = draw(st.sampled_from([b":NaN", b":1e999", b":-Infinity", b":1" + b"0" * 5000]))
    return body.replace(b": ", b":").replace(b":true", number).replace(b":false", number).replace(b":null", number)


_OF_BYTES = (_cut, _garbled, _whole, _numbers)


def changed(draw: Draw, response: Response) -> Response:
    """The response with one change."""
    kind = draw(st.sampled_from(["values"] * 8 + ["bytes", "bytes", "around"]))
    if kind == "values" and response.body:
        response = response._replace(body=_values(draw, response.body))
    elif kind == "around":
        response = _around(draw, response)
    else:
        response = response._replace(body=draw(st.sampled_from(_OF_BYTES))(draw, response.body))
    note(f"changed into {response.status} {response.headers} {response.body[:2000]!r}")
    return response


def _around(draw: Draw, response: Response) -> Response:
    part = draw(st.sampled_from(["status", "content type", "session"]))
    if part == "status":
        return response._replace(status=draw(st.sampled_from([200, 201, 204, 302, 400, 401, 404, 500, 599])))
    name, values = {
        "content type": ("Content-Type", ["text/html", "", "application/json; charset=utf-16", "\xff"]),
        "session": ("vmware-api-session-id", ["", " ", "other"]),
    }[part]
    return response._replace(headers={**response.headers, name: draw(st.sampled_from(values))})
