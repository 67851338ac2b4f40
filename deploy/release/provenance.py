"""usage: python provenance.py TAG REVISION TIME FOLDER

Prints the SLSA provenance (v1 predicate) of a release: the commit it was built from, how, and on what. TIME is
in seconds since the epoch. FOLDER has its files; those that describe others are not named.
"""

import datetime
import hashlib
import json
import pathlib
import platform
import sys

# Names, like those of the SBOM; nothing is served there.
NAMESPACE = "https://dino-bridge.invalid"
DESCRIBE = ("SHA256SUMS", "SHA256SUMS.sig", "provenance.json")


def byproducts(folder):
    for file in sorted(pathlib.Path(folder).iterdir()):
        if file.is_file() and file.name not in DESCRIBE:
            yield {"name": file.name, "digest": {"sha256": hashlib.sha256(file.read_bytes()).hexdigest()}}


def predicate(tag, revision, seconds, folder):
    time = datetime.datetime.fromtimestamp(int(seconds), datetime.timezone.utc)
    release = platform.freedesktop_os_release()
    return {
        "buildDefinition": {
            "buildType": f"{NAMESPACE}/release/v1",
            "externalParameters": {"tag": tag},
            "internalParameters": {"system": f"{release['ID']} {release.get('VERSION_ID', '')}".strip()},
            "resolvedDependencies": [
                {"uri": f"git+{NAMESPACE}/dino-bridge@refs/tags/{tag}", "digest": {"gitCommit": revision}}
            ],
        },
        "runDetails": {
            "builder": {"id": f"{NAMESPACE}/deploy/release.sh"},
            # That of the commit: a second build has the same provenance.
            "metadata": {"startedOn": time.strftime("%Y-%m-%dT%H:%M:%SZ")},
            "byproducts": list(byproducts(folder)),
        },
    }


if __name__ == "__main__":
    print(json.dumps(predicate(*sys.argv[1:]), indent=2))
