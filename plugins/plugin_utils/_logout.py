# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The logout at the end of a run. A separate file, so that a run without a session does not import the client."""

from __future__ import annotations

from contextlib import closing, suppress
from typing import Any

from ansible.utils.display import Display

from ..module_utils._errors import ViError
from ..module_utils._vijson.client import Client
from ..module_utils._vijson.client_session import Credentials
from ..module_utils._vijson.transport import Endpoint


def log_out(session_id: str, where: list[Any], patience: float) -> None:
    """End a session. A failure is only a warning.

    :param where: the fields of an Endpoint
    :param patience: seconds for all attempts
    """
    endpoint = Endpoint(*where)._replace(request_timeout=patience, patience=patience)
    with closing(Client(endpoint, Credentials(session_id=session_id))) as client:
        try:
            client.log_out()
        except ViError as error:
            # The terminal may be gone.
            with suppress(OSError):
                Display().warning(f"Could not log out of {endpoint.hostname}; the session expires when idle: {error}")
