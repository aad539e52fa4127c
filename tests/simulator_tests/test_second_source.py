# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""pyVmomi's type information beside the contract: types, fields, releases, privileges and faults.

Each known difference is listed here with its reason. A new one fails a test, and so does one that no longer exists.
"""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.vijson.tasks.plugins.module_utils._options.entity_parsing import ENTITY_TYPES
from ansible_collections.vijson.tasks.tests.support import type_information
from ansible_collections.vijson.tasks.tests.support.type_information import RELEASES, Method
from simulator import contract
from simulator.contract import Operation, operations
from simulator.managed_object import ManagedObject
from simulator.releases import KNOWN, OLDEST
from simulator_tests.in_process import all_classes

# Data types that pyVmomi does not have, because the JSON form of the API needs them and the XML form does not.
JSON_ONLY = {"Any", "ManagedObjectReference", "TaskInfoState"}

# Types with another base type: (contract, pyVmomi).
OTHER_BASES = {
    "LocalizedMethodFault": ("DataObject", "MethodFault"),  # pyVmomi lets it stand for the fault in it
    "MethodFault": ("Any", "DataObject"),  # a branch of its own beside the data objects
}

# Enums whose values pyVmomi does not list: names of managed object types, which it has as classes.
OPEN_ENUMS = {"MoTypes"}

# Fields that only one side has: (type, field).
ONLY_IN_PYVMOMI = {("MethodFault", "msg"): "pyVmomi's own place for the text of a fault"}
ONLY_IN_CONTRACT = {("MethodFault", "faultstring"): "the same text on the wire"}

# Methods for which the contract requires another privilege: (contract, pyVmomi).
OTHER_PRIVILEGES = {
    # both act on a RetrieveResult that the session holds already
    "PropertyCollector.CancelRetrievePropertiesEx": ("System.Read", "System.View"),
    "PropertyCollector.ContinueRetrievePropertiesEx": ("System.Read", "System.View"),
}

# Faults that pyVmomi declares and the contract does not. Every other fault of pyVmomi is in the contract.
OTHER_FAULTS = {
    # The contract says InvalidArgument for a token that is not valid, and that is what the simulator sends.
    "PropertyCollector.CancelRetrievePropertiesEx": {"InvalidProperty"},
    "PropertyCollector.ContinueRetrievePropertiesEx": {"InvalidProperty"},
}

DATA_TYPES = [
    name
    for name, schema in contract.schemas().items()
    if contract.is_data_type(name) and not name.startswith(("ArrayOf", "Primitive")) and name not in JSON_ONLY
]
ENUMS = {name.removesuffix("Enum"): schema["enum"] for name, schema in contract.schemas().items() if "enum" in schema}
METHODS = [operation for operation in operations().values() if operation.http_method == "POST"]
PROPERTIES = [operation for operation in operations().values() if operation.http_method == "GET"]


def named(operation: Operation) -> str:
    return operation.name


def method_of(operation: Operation) -> Method:
    return type_information.methods(operation.type)[operation.member]


def own_fields(name: str) -> dict[str, Any]:
    base = contract.base_of(name)
    inherited = contract.fields_of(base) if base else {}
    return {field: schema for field, schema in contract.fields_of(name).items() if field not in inherited}


def test_the_options_accept_all_entity_types() -> None:
    types = type_information.managed_object_types("ManagedEntity")
    assert "VirtualMachine" in types
    assert set(ENTITY_TYPES) == types


def test_releases_are_those_of_the_type_information() -> None:
    assert RELEASES.read_text(encoding="utf-8") == type_information.text_of_releases(), (
        "run: PYTHONPATH=tests .venv/bin/python tests/support/type_information.py"
    )


def test_the_contract_has_no_other_unknown_types() -> None:
    unknown = {name for name in [*DATA_TYPES, *JSON_ONLY] if not type_information.is_data_type(name)}
    assert unknown == JSON_ONLY


@pytest.mark.parametrize("name", DATA_TYPES)
def test_data_types_have_the_same_fields(name: str) -> None:
    known = type_information.own_fields(name)
    missing = {field for field in known if field not in own_fields(name)}
    assert missing == {field for kind, field in ONLY_IN_PYVMOMI if kind == name}
    extra = {field for field in own_fields(name) if field not in known}
    assert extra == {field for kind, field in ONLY_IN_CONTRACT if kind == name}
    required = {field for field, member in known.items() if member.required}
    assert contract.required_of(name) & own_fields(name).keys() == required


@pytest.mark.parametrize("name", [name for name in DATA_TYPES if name != "DataObject"])
def test_data_types_have_the_same_base_types(name: str) -> None:
    base = type_information.base_of(name)
    in_contract = {"DynamicData": "DataObject"}.get(base, base)
    assert (contract.base_of(name), in_contract) == OTHER_BASES.get(name, (in_contract, in_contract))


@pytest.mark.parametrize(("name", "values"), [pair for pair in ENUMS.items() if pair[0] not in OPEN_ENUMS])
def test_enums_have_the_same_values(name: str, values: list[str]) -> None:
    assert type_information.enum_values(name) == values


@pytest.mark.parametrize("name", ENUMS["MoTypes"])
def test_managed_object_types_of_the_contract_exist(name: str) -> None:
    assert type_information.is_data_type(name)


@pytest.mark.parametrize("operation", METHODS, ids=named)
def test_methods_have_the_same_parameters(operation: Operation) -> None:
    known = method_of(operation).parameters
    wanted = contract.fields_of(operation.parameters) if operation.parameters else {}
    assert set(wanted) == set(known)
    required = {name for name, parameter in known.items() if parameter.required}
    assert (contract.required_of(operation.parameters) if operation.parameters else frozenset()) == required


@pytest.mark.parametrize("operation", METHODS, ids=named)
def test_methods_need_the_same_privilege(operation: Operation) -> None:
    own, other = OTHER_PRIVILEGES.get(operation.name, (operation.privilege, operation.privilege))
    assert (operation.privilege, method_of(operation).privilege) == (own, other)


@pytest.mark.parametrize("operation", METHODS, ids=named)
def test_methods_declare_the_same_faults(operation: Operation) -> None:
    """The contract also lists RuntimeFaults, which every method may send and pyVmomi therefore does not declare."""
    declared, listed = method_of(operation).faults, set(operation.faults)
    assert declared - listed == OTHER_FAULTS.get(operation.name, set())
    assert [name for name in listed - declared if not contract.is_a(name, "RuntimeFault")] == []


@pytest.mark.parametrize("operation", PROPERTIES, ids=named)
def test_properties_need_the_same_privilege(operation: Operation) -> None:
    assert type_information.properties(operation.type)[operation.member].privilege == operation.privilege


def test_every_listed_difference_exists() -> None:
    names = {operation.name for operation in METHODS}
    assert names >= OTHER_PRIVILEGES.keys() | OTHER_FAULTS.keys()
    assert all(own != other for own, other in OTHER_PRIVILEGES.values())


@pytest.mark.parametrize("kind", ["Task", "TaskManager", "TaskHistoryCollector"])
def test_the_simulator_has_all_operations_of_tasks(kind: str) -> None:
    served = {operation.member for operation in operations().values() if operation.type == kind}
    assert served == {*type_information.methods(kind), *type_information.properties(kind)}


CLASSES = {kind.TYPE: kind for kind in all_classes() if kind is not ManagedObject}


@pytest.mark.parametrize("kind", CLASSES.values(), ids=CLASSES)
def test_managed_objects_of_the_simulator_match_their_types(kind: type[ManagedObject]) -> None:
    assert set(kind.BASES) == set(type_information.bases(kind.TYPE))
    assert kind.PROPERTIES.keys() <= type_information.properties(kind.TYPE).keys()
    assert type_information.methods(kind.TYPE).keys() >= kind.METHODS


@pytest.mark.parametrize(("name", "base"), contract.MORE_FAULTS.items())
def test_faults_added_by_the_simulator_have_the_right_base_type(name: str, base: str) -> None:
    assert type_information.base_of(name) == base


def test_the_simulator_knows_all_releases() -> None:
    public = {release for release in type_information.public_releases() if contract.parse_since(release) >= OLDEST}
    assert public == set(KNOWN)
