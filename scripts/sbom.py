# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Write the software bill of materials (CycloneDX, JSON) of a tarball beside it.

Usage: sbom.py TARBALL. The tarball contains no code of others. The bill lists the packages that its modules need, with
the versions that are installed here, with which the collection was tested.
"""

from __future__ import annotations

import hashlib
import sys
from importlib.metadata import Distribution, distribution
from pathlib import Path

import yaml
from cyclonedx.builder.this import this_component
from cyclonedx.model import ExternalReference, ExternalReferenceType, HashAlgorithm, HashType, XsUri
from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.model.license import DisjunctiveLicense
from cyclonedx.output.json import JsonV1Dot6
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from packageurl import PackageURL
from packaging.requirements import Requirement

ROOT = Path(__file__).resolve().parent.parent


def collection(tarball: Path) -> Component:
    """The collection in the tarball."""
    about = yaml.safe_load((ROOT / "galaxy.yml").read_text("utf-8"))
    digest = hashlib.sha256(tarball.read_bytes()).hexdigest()
    return Component(
        type=ComponentType.LIBRARY,
        bom_ref="collection",
        group=about["namespace"],
        name=about["name"],
        version=about["version"],
        description=about["description"],
        licenses=[DisjunctiveLicense(id="GPL-3.0-or-later")],
        hashes=[HashType(alg=HashAlgorithm.SHA_256, content=digest)],
        purl=PackageURL("generic", about["namespace"], about["name"], about["version"]),
        external_references=[ExternalReference(type=ExternalReferenceType.VCS, url=XsUri(about["repository"]))],
    )


def package(found: Distribution) -> Component:
    """An installed package."""
    name = found.metadata["Name"]
    return Component(
        type=ComponentType.LIBRARY,
        bom_ref=f"{name}@{found.version}",
        name=name,
        version=found.version,
        purl=PackageURL("pypi", None, name.lower(), found.version),
    )


def needs(requirements: list[str]) -> list[Distribution]:
    """The installed packages that these requirements name, without optional ones."""
    parsed = map(Requirement, requirements)
    return [distribution(each.name) for each in parsed if each.marker is None or each.marker.evaluate({"extra": ""})]


def bill(tarball: Path) -> Bom:
    """The bill of the tarball: the collection, the packages of runtime.in, and what these need."""
    bom = Bom()
    bom.metadata.tools.components.add(this_component())
    bom.metadata.component = collection(tarball)
    lines = (ROOT / "requirements/runtime.in").read_text("utf-8").splitlines()
    direct = needs([line for line in lines if not line.startswith("#")])
    components = {found.metadata["Name"]: package(found) for found in direct}
    bom.register_dependency(bom.metadata.component, components.values())
    for found in direct:
        inner = [components.setdefault(each.metadata["Name"], package(each)) for each in needs(found.requires or [])]
        bom.register_dependency(components[found.metadata["Name"]], inner)
    bom.components.update(components.values())
    return bom


def main() -> None:
    """Write the bill, and check it against the schema."""
    tarball = Path(sys.argv[1])
    text = JsonV1Dot6(bill(tarball)).output_as_string(indent=2)
    problem = JsonStrictValidator(SchemaVersion.V1_6).validate_str(text)
    if problem:
        sys.exit(f"The bill of materials is not valid: {problem}")
    target = tarball.with_name(f"{tarball.name.removesuffix('.tar.gz')}.cdx.json")
    target.write_text(f"{text}\n", "utf-8")
    print(f"Wrote {target}")


if __name__ == "__main__":
    main()
