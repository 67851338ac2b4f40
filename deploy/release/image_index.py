"""usage: python image_index.py OUTPUT LAYOUT...

Joins OCI layouts, each with an image for another architecture, in the new layout OUTPUT: its one entry is an
index that names all of them by platform. Prints the index's digest.
"""

import hashlib
import json
import pathlib
import shutil
import sys

_DOCKER_IMAGE = "application/vnd.docker.distribution.manifest.v2+json"
_DOCKER_INDEX = "application/vnd.docker.distribution.manifest.list.v2+json"
_OCI_INDEX = "application/vnd.oci.image.index.v1+json"


def _blob(layout, digest):
    return pathlib.Path(layout, "blobs", *digest.split(":"))


def _write(output, content):
    """Adds a blob. Returns its size and digest."""
    digest = f"sha256:{hashlib.sha256(content).hexdigest()}"
    _blob(output, digest).parent.mkdir(parents=True, exist_ok=True)
    _blob(output, digest).write_bytes(content)
    return {"size": len(content), "digest": digest}


def _add(output, layout):
    """Adds a layout's only image. Returns what an index says of it.

    Of the container that it was built in, whose id and host name are random, nothing is kept.
    """
    (image,) = json.loads(pathlib.Path(layout, "index.json").read_text())["manifests"]
    manifest = json.loads(_blob(layout, image["digest"]).read_text())
    config = json.loads(_blob(layout, manifest["config"]["digest"]).read_text())
    platform = {key: config[key] for key in ("architecture", "os")}
    for name in ("container", "container_config"):
        config.pop(name, None)
    config.get("config", {}).pop("Hostname", None)
    manifest["config"].update(_write(output, json.dumps(config).encode()))
    for layer in manifest["layers"]:
        shutil.copy(_blob(layout, layer["digest"]), _blob(output, layer["digest"]))
    written = _write(output, json.dumps(manifest).encode())
    return {"mediaType": image["mediaType"], **written, "platform": platform}


def join(output, layouts):
    images = [_add(output, layout) for layout in layouts]
    images.sort(key=lambda image: image["platform"]["architecture"])
    names = [image["platform"]["architecture"] for image in images]
    if len(set(names)) < len(names):
        raise SystemExit(f"error: two images are for the same architecture: {', '.join(names)}")
    # An index of the same family as the images: only Docker's have a health check.
    kind = _DOCKER_INDEX if images[0]["mediaType"] == _DOCKER_IMAGE else _OCI_INDEX
    index = json.dumps({"schemaVersion": 2, "mediaType": kind, "manifests": images}).encode()
    entry = {"mediaType": kind, **_write(output, index)}
    content = {"schemaVersion": 2, "mediaType": _OCI_INDEX, "manifests": [entry]}
    pathlib.Path(output, "index.json").write_text(json.dumps(content))
    pathlib.Path(output, "oci-layout").write_text(json.dumps({"imageLayoutVersion": "1.0.0"}))
    return entry["digest"]


if __name__ == "__main__":
    if len(sys.argv) < 3:
        raise SystemExit(__doc__)
    print(join(sys.argv[1], sys.argv[2:]))
