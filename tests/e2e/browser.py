# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A headless Chromium, driven with the DevTools protocol over a pipe."""

from __future__ import annotations

import base64
import json
import os
import select
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

PROGRAMS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
TIMEOUT = 60  # seconds
_FLAGS = [
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--hide-scrollbars",
    "--remote-debugging-pipe",
]


def find_browser() -> str | None:
    """The path of Chromium if it is installed."""
    return next(filter(None, map(shutil.which, PROGRAMS)), None)


class Browser:
    """A running Chromium."""

    def __init__(self, process: subprocess.Popen[bytes], to_browser: int, from_browser: int):
        self._process = process
        self._to, self._from = to_browser, from_browser
        self._buffer = b""
        self._last_id = 0
        self.events: list[dict[str, Any]] = []

    def call(self, method: str, params: dict[str, Any] | None = None, session: str | None = None) -> dict[str, Any]:
        """Send a command; returns its result. Events in between are kept. RuntimeError if the browser rejects it."""
        self._last_id += 1
        message = {"id": self._last_id, "method": method, "params": params or {}}
        if session:
            message["sessionId"] = session
        os.write(self._to, json.dumps(message).encode() + b"\0")
        deadline = time.monotonic() + TIMEOUT
        while True:
            answer = self._receive(deadline)
            if answer.get("id") != self._last_id:
                self.events.append(answer)
            elif "error" in answer:
                raise RuntimeError(f"{method}: {answer['error']}")
            else:
                result: dict[str, Any] = answer["result"]
                return result

    def _receive(self, deadline: float) -> dict[str, Any]:
        while b"\0" not in self._buffer:
            ready, _writable, _broken = select.select([self._from], [], [], max(0, deadline - time.monotonic()))
            if not ready:
                raise TimeoutError("The browser does not answer.")
            read = os.read(self._from, 1 << 20)
            if not read:
                raise RuntimeError(f"The browser has ended with code {self._process.wait()}.")
            self._buffer += read
        message, _zero, self._buffer = self._buffer.partition(b"\0")
        received: dict[str, Any] = json.loads(message)
        return received

    def page(self, path: Path, *, width: int = 1280, height: int = 900, dark: bool = False) -> Page:
        """Open a file in a new tab."""
        target = self.call("Target.createTarget", {"url": "about:blank"})["targetId"]
        session = self.call("Target.attachToTarget", {"targetId": target, "flatten": True})["sessionId"]
        page = Page(self, session)
        page.size(width, height)
        page.media("screen", dark=dark)
        page.open(path)
        return page


class Page:
    """A tab."""

    def __init__(self, browser: Browser, session: str):
        self._browser = browser
        self._session = session
        for domain in ("Page", "Runtime", "Network", "Log"):
            self.call(f"{domain}.enable")

    def call(self, method: str, params: dict[str, Any] | None = None) -> dict[str, Any]:
        """Send a command to this tab."""
        return self._browser.call(method, params, self._session)

    def open(self, path: Path) -> None:
        """Load a file and wait until its scripts have run."""
        self.call("Page.navigate", {"url": path.as_uri()})
        self.until("document.readyState === 'complete' && location.protocol === 'file:'")

    def size(self, width: int, height: int) -> None:
        """Set the size of the window in pixels."""
        self.call(
            "Emulation.setDeviceMetricsOverride",
            {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600},
        )

    def media(self, media: str, *, dark: bool = False) -> None:
        """Emulate a ``screen``, light or dark, or paper (``print``)."""
        feature = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self.call("Emulation.setEmulatedMedia", {"media": media, "features": [feature]})

    def run(self, expression: str) -> Any:
        """The value of an expression; AssertionError if it throws. Promises are awaited."""
        answer = self.call("Runtime.evaluate", {"expression": expression, "returnByValue": True, "awaitPromise": True})
        assert "exceptionDetails" not in answer, answer["exceptionDetails"]
        return answer["result"].get("value")

    def until(self, condition: str) -> None:
        """Wait until an expression is true."""
        deadline = time.monotonic() + TIMEOUT
        while not self.run(condition):
            assert time.monotonic() < deadline, f"Not within {TIMEOUT} s: {condition}"
            time.sleep(0.05)

    def key(self, key: str) -> None:
        """Press a key such as Tab, Escape or Enter."""
        codes = {"Tab": 9, "Enter": 13, "Escape": 27, "Space": 32}
        text = {"Enter": "\r", "Space": " "}.get(key)
        event = {"key": " " if key == "Space" else key, "code": key, "windowsVirtualKeyCode": codes[key]}
        self.call("Input.dispatchKeyEvent", {"type": "keyDown", **event, **({"text": text} if text else {})})
        self.call("Input.dispatchKeyEvent", {"type": "keyUp", **event})

    def write(self, text: str) -> None:
        """Write into the focused element."""
        self.call("Input.insertText", {"text": text})

    def drag(self, start: tuple[float, float], end: tuple[float, float]) -> None:
        """Drag the mouse from one point to another."""
        kinds = (("mouseMoved", start), ("mousePressed", start), ("mouseMoved", end), ("mouseReleased", end))
        for kind, (x, y) in kinds:
            button = (
                {} if kind == "mouseMoved" and (x, y) == start else {"button": "left", "clickCount": 1, "buttons": 1}
            )
            self.call("Input.dispatchMouseEvent", {"type": kind, "x": x, "y": y, **button})

    def screenshot(self, path: Path) -> None:
        """The whole page as PNG."""
        answer = self.call("Page.captureScreenshot", {"captureBeyondViewport": True})
        path.write_bytes(base64.b64decode(answer["data"]))

    def pdf(self) -> bytes:
        """The page as PDF."""
        return base64.b64decode(self.call("Page.printToPDF", {"preferCSSPageSize": True})["data"])

    def _events(self, method: str) -> list[dict[str, Any]]:
        return [
            event["params"]
            for event in self._browser.events
            if event.get("sessionId") == self._session and event["method"] == method
        ]

    def requests(self) -> list[str]:
        """The requested URLs, including the page itself."""
        return [event["request"]["url"] for event in self._events("Network.requestWillBeSent")]

    def problems(self) -> list[str]:
        """Exceptions of its scripts and log entries of the browser."""
        thrown = [json.dumps(event["exceptionDetails"]) for event in self._events("Runtime.exceptionThrown")]
        return thrown + [event["entry"]["text"] for event in self._events("Log.entryAdded")]


@contextmanager
def running_browser(program: str) -> Iterator[Browser]:
    """A Chromium with its own profile, which runs inside the block."""
    with TemporaryDirectory(prefix="vijson-browser-", ignore_cleanup_errors=True) as profile:
        their_input, to_browser = os.pipe()
        from_browser, their_output = os.pipe()
        # The browser reads from 3 and writes to 4. Unlike other shells, bash takes numbers of two digits here.
        shell = f'exec "$@" 3<&{their_input} 4>&{their_output}'
        process = subprocess.Popen(
            ["bash", "-c", shell, "bash", program, *_FLAGS, f"--user-data-dir={profile}"],
            pass_fds=(their_input, their_output),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        os.close(their_input)
        os.close(their_output)
        browser = Browser(process, to_browser, from_browser)
        try:
            yield browser
        finally:
            os.close(to_browser)
            os.close(from_browser)
            process.terminate()
            process.wait(TIMEOUT)
