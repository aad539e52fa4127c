# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The arguments of a task, converted and validated in the same way as by a module in its own process."""

from __future__ import annotations

import json
from typing import Any

from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible.module_utils.common.parameters import remove_values
from ansible.module_utils.errors import UnsupportedError

from ..module_utils._options.argspec import escaped_secrets, wrap_single_values
from ..module_utils._run.job import Result

try:
    # ansible-core 2.19 and later
    from ansible.module_utils.common.json import Direction, get_module_encoder

    _ENCODING: dict[str, Any] = {"cls": get_module_encoder("legacy", Direction.CONTROLLER_TO_MODULE)}
except ImportError:
    from ansible.module_utils.common.json import AnsibleJSONEncoder

    _ENCODING = {"cls": AnsibleJSONEncoder, "vault_to_text": True}


class ModuleArguments:
    """The arguments of one task.

    :ivar params: the parameters that the module would receive, with defaults
    :ivar error: why they are not valid, "" if they are
    :ivar warnings: what the module would warn about
    :ivar secrets: values to mask in results; more may be added
    """

    def __init__(self, action: str, arguments: dict[str, Any], spec: dict[str, Any]):
        """``action``: the name of the module, as the task has it."""
        self.params: dict[str, Any] = json.loads(json.dumps(arguments, **_ENCODING))
        wrap_single_values(self.params, spec)
        validated = ArgumentSpecValidator(spec).validate(self.params)
        self.params.update(validated.validated_parameters)
        self.error = ""
        if validated.error_messages:
            is_unsupported = isinstance(validated.errors[0], UnsupportedError)
            prefix = f"Unsupported parameters for ({action}) module: " if is_unsupported else ""
            self.error = f"{prefix}{validated.errors.msg}"
        self.warnings = [
            f"Both option {item['option']} and its alias {item['alias']} are set." for item in validated._warnings
        ]
        self.secrets = set(validated._no_log_values) | escaped_secrets(validated._no_log_values)

    def masked(self, result: Result) -> Result:
        """The result without the secrets, as AnsibleModule masks it when it exits."""
        kept = {key: value for key, value in result.items() if value is None or isinstance(value, bool)}
        masked: Result = remove_values(dict(result), self.secrets)
        return {**masked, **kept}
