"""Makes a Go module proxy of a folder's committed files.

    python module_proxy.py MODULE FOLDER PROXY [VERSION]

Prints the version. If none is given it follows from the content: caches never have an old one.
"""

import hashlib
import io
import json
import pathlib
import subprocess
import sys
import zipfile


def files_of(folder):
    """The files of the module, without those of modules within it."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=folder, check=True, capture_output=True, text=True,
    )  # fmt: skip
    names = sorted(set(filter(None, listed.stdout.split("\0"))))
    nested = [name.removesuffix("go.mod") for name in names if name.endswith("/go.mod")]
    return [name for name in names if not name.startswith(tuple(nested)) or not nested]


def zipped(module, version, folder, names):
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in names:
            entry = zipfile.ZipInfo(f"{module}@{version}/{name}")  # With the oldest time there is.
            archive.writestr(entry, folder.joinpath(name).read_bytes())
    return written.getvalue()


def main(module, folder, proxy, version=None):
    folder = pathlib.Path(folder)
    names = files_of(folder)
    digest = hashlib.sha256(zipped(module, "v0", folder, names)).hexdigest()[:12]
    version = version or f"v0.1.0-test.{digest}"
    place = pathlib.Path(proxy, module, "@v")
    place.mkdir(parents=True, exist_ok=True)
    place.joinpath("list").write_text(version + "\n")
    place.joinpath(version + ".info").write_text(
        json.dumps({"Version": version, "Time": "2020-01-01T00:00:00Z"})
    )
    place.joinpath(version + ".mod").write_bytes(folder.joinpath("go.mod").read_bytes())
    place.joinpath(version + ".zip").write_bytes(zipped(module, version, folder, names))
    print(version)


if __name__ == "__main__":
    main(*sys.argv[1:])
