#!/usr/bin/env python3
"""Writes the SBOM (SPDX 2.3) and the VEX document (OpenVEX 0.2.0) of an image.

usage: deploy/inventory/sbom.py --root ROOT --version VERSION --output FOLDER [--created TIME]

ROOT has the files of the image. What is in it is known from dpkg, and what the programs have compiled in
from docs/dependencies.md. vulnerabilities.json has what is known of vulnerabilities. TIME (now) is as
2026-01-31T12:00:00Z. The files are FOLDER/dino-bridge.spdx.json and FOLDER/dino-bridge.openvex.json.
"""

import argparse
import datetime
import hashlib
import json
import os
import pathlib
import re
import subprocess
import sys
import time
import urllib.parse

import debian
import dependencies

HERE = pathlib.Path(__file__).resolve().parent
# Names of documents; nothing is served there.
NAMESPACE = "https://dino-bridge.invalid"
PRODUCT = "SPDXRef-dino-bridge"


def spdx_id(name):
    return "SPDXRef-" + re.sub(r"[^A-Za-z0-9.-]", "-", name.replace("+", "-plus"))


def purl_of(package, release):
    version = urllib.parse.quote(package.version, safe="~.-")
    name = urllib.parse.quote(package.name, safe=".-")
    upstream = f"&upstream={package.source}" if package.source != package.name else ""
    place = f"{release['ID']}-{release['VERSION_ID']}" if "VERSION_ID" in release else release["ID"]
    return f"pkg:deb/debian/{name}@{version}?arch={package.architecture}&distro={place}{upstream}"


def _entry(identifier, name, version, licence, purl, **more):
    return {
        "SPDXID": identifier,
        "name": name,
        "versionInfo": version,
        "downloadLocation": "NOASSERTION",
        "filesAnalyzed": False,
        "licenseConcluded": "NOASSERTION",
        "licenseDeclared": licence,
        "copyrightText": "NOASSERTION",
        "externalRefs": [
            {
                "referenceCategory": "PACKAGE-MANAGER",
                "referenceType": "purl",
                "referenceLocator": purl,
            }
        ],
        **more,
    }


def product_purl(version):
    return f"pkg:generic/dino-bridge@{version}"


def compiled_in(release):
    """What the programs have compiled in, as docs/dependencies.md says: versions of stable releases only."""
    column = dependencies.COLUMNS.get(release.get("VERSION_CODENAME"))
    rows = dependencies.read_table(dependencies.DOCUMENT.read_text(encoding="utf-8"))
    for name, row in rows.items():
        if row["Used by"] == "compiled in":
            version = row.get(column)
            purl = f"pkg:generic/{name}" + (f"@{urllib.parse.quote(version)}" if version else "")
            yield _entry(spdx_id(name), name, version or "NOASSERTION", row["Licence"], purl)


def spdx_of(packages, release, version, created):
    entries = [
        _entry(PRODUCT, "dino-bridge", version, "Apache-2.0", product_purl(version),
               primaryPackagePurpose="CONTAINER"),
        *compiled_in(release),
    ]
    relationships = [("SPDXRef-DOCUMENT", "DESCRIBES", PRODUCT)]
    for package in packages.values():
        entries.append(
            _entry(
                spdx_id(f"deb-{package.name}"), package.name, package.version, package.licence,
                purl_of(package, release), supplier="Organization: Debian",
                sourceInfo=f"built from: {package.source} {package.source_version}",
            )
        )
        for name in package.depends:
            if name in packages and name != package.name:
                pair = spdx_id(f"deb-{package.name}"), spdx_id(f"deb-{name}")
                relationships.append((pair[0], "DEPENDS_ON", pair[1]))
    relationships += [(PRODUCT, "CONTAINS", entry["SPDXID"]) for entry in entries[1:]]
    digest = hashlib.sha256(json.dumps([entries, created]).encode()).hexdigest()[:32]
    return {
        "spdxVersion": "SPDX-2.3",
        "dataLicense": "CC0-1.0",
        "SPDXID": "SPDXRef-DOCUMENT",
        "name": f"dino-bridge-{version}",
        "documentNamespace": f"{NAMESPACE}/spdx/dino-bridge-{version}-{digest}",
        "creationInfo": {"created": created, "creators": [f"Tool: dino-bridge-sbom-{version}"]},
        "packages": entries,
        "relationships": [
            {"spdxElementId": a, "relationshipType": kind, "relatedSpdxElement": b}
            for a, kind, b in relationships
        ],
    }


def at_least(version, wanted):
    return subprocess.run(["dpkg", "--compare-versions", version, "ge", wanted]).returncode == 0


def _statement(name, vulnerability, affected, release, version):
    fixed = vulnerability["fixed"].get(release.get("VERSION_CODENAME"), vulnerability["fixed"].get("*"))
    statement = {
        "vulnerability": {"name": name},
        "products": [
            {
                "@id": product_purl(version),
                "subcomponents": [{"@id": purl_of(package, release)} for package in affected],
            }
        ],
    }
    if fixed and at_least(affected[0].source_version, fixed):
        return {**statement, "status": "fixed"}
    notes = vulnerability["notes"]
    if vulnerability.get("tests"):
        notes += f" Tests: {', '.join(vulnerability['tests'])}."
    statement["status"] = vulnerability["status"]
    if "justification" in vulnerability:
        statement["justification"] = vulnerability["justification"]
        return {**statement, "impact_statement": notes}
    if "action" in vulnerability:
        statement["action_statement"] = vulnerability["action"]
    return {**statement, "status_notes": notes}


def vulnerabilities():
    return json.loads((HERE / "vulnerabilities.json").read_text(encoding="utf-8"))


def vex_of(packages, release, version, created):
    statements = []
    for vulnerability in vulnerabilities():
        affected = [each for each in packages.values() if each.source == vulnerability["source"]]
        if affected:
            statements += [
                _statement(name, vulnerability, affected, release, version)
                for name in vulnerability["names"]
            ]
    digest = hashlib.sha256(json.dumps([statements, created]).encode()).hexdigest()[:32]
    return {
        "@context": "https://openvex.dev/ns/v0.2.0",
        "@id": f"{NAMESPACE}/openvex/dino-bridge-{version}-{digest}",
        "author": "dino-bridge",
        "timestamp": created,
        "version": 1,
        "statements": statements,
    }


def main(arguments):
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument("--root", required=True)
    parser.add_argument("--version", required=True)
    parser.add_argument("--output", type=pathlib.Path, required=True)
    # As in other tools, so that the same release has the same documents.
    seconds = float(os.environ.get("SOURCE_DATE_EPOCH", time.time()))
    now = datetime.datetime.fromtimestamp(seconds, datetime.timezone.utc)
    parser.add_argument("--created", default=now.strftime("%Y-%m-%dT%H:%M:%SZ"))
    options = parser.parse_args(arguments)
    packages, release = debian.packages(options.root), debian.release(options.root)
    what = packages, release, options.version, options.created
    for name, document in (("spdx", spdx_of(*what)), ("openvex", vex_of(*what))):
        text = json.dumps(document, indent=2) + "\n"
        (options.output / f"dino-bridge.{name}.json").write_text(text, encoding="utf-8")
    print(f"{len(packages)} packages of Debian")


if __name__ == "__main__":
    main(sys.argv[1:])
