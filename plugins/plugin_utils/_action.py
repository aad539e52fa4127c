# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The action plugin that all modules share.

Ansible normally starts a new Python process for every task. If the result is the same, this plugin calls the module's
``run()`` in Ansible's own process instead, which is much faster. Otherwise it starts the module's process.
Either way, all modules of a run share one session for each vCenter and user.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Callable

from ansible.constants import config
from ansible.errors import AnsibleActionFail
from ansible.plugins.action import ActionBase
from ansible.utils.display import Display

from ..module_utils._errors import InputError, Interrupted, ViError, ignore
from ..module_utils._options.connection import Share
from ..module_utils._options.connection_spec import CONNECTION_SPEC
from ..module_utils._run.job import Job, Result, run_job
from ..module_utils._vijson.transport import REQUESTS_IMPORT_ERROR
from ._environment import added_to_environment, may_be_added
from ._lender import Lender, needs_session
from ._module_arguments import ModuleArguments
from ._shared_session import share_session
from ._switches import IN_PROCESS, PROGRESS, SHARE_SESSION, is_switched_on
from ._terminal import STDERR_COLUMNS, fitted, show_lines_only

_CONNECTION_VARIABLES = [option["env"] for option in CONNECTION_SPEC.values() if "env" in option]


def action_module(
    run: Callable[[Job], Result],
    spec: dict[str, Any],
    *,
    hidden: bool = False,
    own_process: bool = False,
    shares_session: bool = True,
    in_check_mode: Callable[[Result], None] = ignore,
) -> type[ActionBase]:
    """The ActionModule for a module's ``run()`` and argument specification.

    :param hidden: never show a successful result in any output; ``register`` still stores it
    :param own_process: never run in Ansible's own process
    :param in_check_mode: receives the result in check mode and may change it
    :param shares_session: whether the module uses the session of the run
    """

    class ActionModule(_SharedAction):
        """Runs one module."""

        RUN = staticmethod(run)
        SPEC = spec
        HIDDEN = hidden
        OWN_PROCESS = own_process
        IN_CHECK_MODE = staticmethod(in_check_mode)
        SHARES_SESSION = shares_session

    return ActionModule


class _SharedAction(ActionBase):
    RUN: Callable[[Job], Result]
    SPEC: dict[str, Any]
    HIDDEN: bool
    OWN_PROCESS: bool
    IN_CHECK_MODE: Callable[[Result], None]
    SHARES_SESSION: bool

    _supports_check_mode = True
    _supports_async = True

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> Result:
        """Run the module here or as a process, and return its result."""
        task_vars = task_vars or {}
        result: Result = super().run(tmp, task_vars)
        environment = self._environment()
        if self._may_run_here(task_vars, environment):
            with added_to_environment(environment):
                result.update(self._run_here(task_vars))
        else:
            # With high verbosity, connection plugins show the output of a module.
            self._play_context.no_log = self._play_context.no_log or self.HIDDEN
            result.update(self._run_module(task_vars, environment))
        if self._task.check_mode:
            self.IN_CHECK_MODE(result)
        if _is_one_of_several(task_vars):
            _name_vcenter(result, self._task.args.get("hostname"))
        show_lines_only(self._task.args, result)
        if self.HIDDEN and not result.get("failed"):
            result["_ansible_no_log"] = True
        return result

    # -- where to run ----------------------------------------------------------------------------------------------

    def _environment(self) -> dict[str, str]:
        """The variables of ``environment`` on the task, its blocks and its play."""
        environment: dict[str, Any] = {}
        self._compute_environment_string(environment)
        return {name: str(value) for name, value in environment.items()}

    def _may_run_here(self, task_vars: dict[str, Any], environment: dict[str, str]) -> bool:
        return (
            not self.OWN_PROCESS
            and self._connection.transport == "local"
            and not self._connection.become
            and not self._task.async_val
            and may_be_added(environment)
            and "_raw_params" not in self._task.args
            and REQUESTS_IMPORT_ERROR is None
            # On macOS, forked processes must not use the network frameworks with which requests looks for proxies.
            and sys.platform != "darwin"
            and self._is_own_interpreter(task_vars)
            and self._is_enabled(IN_PROCESS, task_vars)
        )

    def _is_own_interpreter(self, task_vars: dict[str, Any]) -> bool:
        if self._task.delegate_to:
            task_vars = task_vars.get("ansible_delegated_vars", {}).get(self._task.delegate_to, {})
        chosen = self._templar.template(task_vars.get("ansible_python_interpreter"))
        if not chosen or str(chosen).startswith("auto"):
            return True
        return os.path.abspath(str(chosen)) == os.path.abspath(sys.executable)

    def _is_enabled(self, name: str, task_vars: dict[str, Any]) -> bool:
        # A variable from the command line is a string, and may contain a template.
        value = self._templar.template(task_vars.get(name))
        try:
            return is_switched_on(name, value)
        except InputError as error:
            raise AnsibleActionFail(str(error)) from None

    # -- in this process -------------------------------------------------------------------------------------------

    def _run_here(self, task_vars: dict[str, Any]) -> Result:
        arguments = self._arguments()
        if arguments.error:
            result: Result = {"failed": True, "msg": arguments.error}
        else:
            with self._playbook_folder():
                result = self._attempt(arguments, task_vars)
        if arguments.warnings:
            result["warnings"] = arguments.warnings
        return self._finished(result, arguments, task_vars)

    def _finished(self, result: Result, arguments: ModuleArguments, task_vars: dict[str, Any]) -> Result:
        """A result in the form in which a module's process returns it."""
        result.setdefault("changed", False)
        if self._returns_invocation(task_vars):
            result["invocation"] = {"module_args": arguments.params}
        return arguments.masked(result)

    def _arguments(self) -> ModuleArguments:
        return ModuleArguments(self._task.action, self._task.args, self.SPEC)

    def _returns_invocation(self, task_vars: dict[str, Any]) -> bool:
        """Whether the result has ``invocation``: always up to ansible-core 2.20, later if the configuration says so."""
        name = "INJECT_INVOCATION"
        known = name in config.get_configuration_definitions()
        return not known or bool(config.get_config_value(name, variables=task_vars))

    @contextmanager
    def _playbook_folder(self) -> Iterator[None]:
        """Change to the playbook's folder: on a local connection, modules resolve relative paths from it."""
        before = os.getcwd()
        os.chdir(self._loader.get_basedir())
        try:
            yield
        finally:
            os.chdir(before)

    def _attempt(self, arguments: ModuleArguments, task_vars: dict[str, Any]) -> Result:
        try:
            job = Job(
                arguments.params,
                check_mode=self._task.check_mode,
                diff_mode=self._task.diff,
                warn=arguments.warnings.append,
                progress=self._progress(task_vars, arguments.params["hostname"]),
                share=self._share(task_vars),
            )
        except ViError as error:
            return {"failed": True, **error.failure()}
        result = run_job(self.RUN, job)
        arguments.secrets |= set(job.client.secrets)
        return result

    def _share(self, task_vars: dict[str, Any]) -> Share:
        return share_session if self._shares_session(task_vars) else ignore

    def _shares_session(self, task_vars: dict[str, Any]) -> bool:
        return self.SHARES_SESSION and self._is_enabled(SHARE_SESSION, task_vars)

    def _progress(self, task_vars: dict[str, Any], hostname: str) -> Callable[[str], None]:
        shown = not self._task.no_log and self._is_enabled(PROGRESS, task_vars)
        prefix = f"{hostname}: " if _is_one_of_several(task_vars) else ""
        display = Display()
        parent = os.getppid()

        def show(line: str) -> None:
            if os.getppid() != parent:
                # Otherwise a worker continues a long wait after Ansible was killed.
                raise Interrupted("The Ansible process has ended")
            if shown:
                # On stdout it would corrupt the output of `ansible --one-line` and of the json callback.
                display.display(fitted(prefix + line, STDERR_COLUMNS), stderr=True)

        return show

    # -- in the module's own process -------------------------------------------------------------------------------

    def _run_module(self, task_vars: dict[str, Any], environment: dict[str, str]) -> Result:
        # An asynchronous job may outlive the run and its session.
        with added_to_environment(environment):
            is_shared = self._shares_session(task_vars)
        if self._task.async_val or "_raw_params" in self._task.args or not is_shared:
            done: Result = self._execute_module(task_vars=task_vars, wrap_async=self._task.async_val)
            return done
        warnings: list[str] = []
        # A machine without these variables gets no session that they opened.
        unknown_there = _CONNECTION_VARIABLES if self._is_remote() else ()
        with added_to_environment(environment, without=unknown_there), self._playbook_folder():
            arguments = self._arguments()
            lender = self._lender(arguments, warnings.append)
        try:
            result = self._run_with_loan(lender, environment, task_vars)
        except ViError as error:
            result = self._finished({"failed": True, **error.failure()}, arguments, task_vars)
        except Interrupted as error:
            result = {"failed": True, "msg": str(error)}
        if "invocation" in result and not arguments.params.get("session_id"):
            # The user has not set this option.
            result["invocation"]["module_args"]["session_id"] = None
        if warnings:
            result["warnings"] = [*warnings, *result.get("warnings", ())]
        return result

    def _run_with_loan(self, lender: Lender | None, environment: dict[str, str], task_vars: dict[str, Any]) -> Result:
        """Run the module, with the session of the run if it can be lent.

        :raises ViError: the login failed, and the module's own login would fail in the same way
        """
        while lender is not None:
            with added_to_environment(environment), self._playbook_folder():
                session_id = lender.lend()
            if session_id is None:
                break
            with_session = {**self._task.args, "session_id": session_id}
            result: Result = self._execute_module(module_args=with_session, task_vars=task_vars)
            if not lender.is_refused(result):
                return result
        result_of_own_login: Result = self._execute_module(task_vars=task_vars)
        return result_of_own_login

    def _lender(self, arguments: ModuleArguments, warn: Callable[[str], None]) -> Lender | None:
        if arguments.error or arguments.params["session_id"]:
            return None
        params = arguments.params
        if self._connection.transport != "local":
            # Paths on another machine cannot be checked here.
            params = {name: None if self._is_path(name) else value for name, value in params.items()}
        try:
            lender = Lender(params, warn, is_remote=self._is_remote())
        except ViError:
            return None
        return lender if needs_session(self.RUN, params, self._task.check_mode) else None

    def _is_remote(self) -> bool:
        """Whether the module runs on another machine, or as another user, who may have another environment."""
        return self._connection.transport != "local" or bool(self._connection.become)

    def _is_path(self, name: str) -> bool:
        return name not in CONNECTION_SPEC and self.SPEC.get(name, {}).get("type") == "path"


def _is_one_of_several(task_vars: Mapping[str, Any]) -> bool:
    """Whether a play has several hosts, or a task several items, which may be several vCenters."""
    return len(task_vars.get("ansible_play_hosts_all", ())) > 1 or "ansible_loop_var" in task_vars


def _name_vcenter(result: Result, hostname: Any) -> None:
    """Let a failure and warnings name the vCenter that the task names, unless they do already."""

    def named(text: Any) -> Any:
        return f"{hostname}: {text}" if isinstance(text, str) and str(hostname) not in text else text

    if not hostname:
        return
    if result.get("failed") and "msg" in result:
        result["msg"] = named(result["msg"])
    if result.get("warnings"):
        result["warnings"] = [named(warning) for warning in result["warnings"]]
