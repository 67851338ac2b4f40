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


def _descriptor(layout):
    """What an index says of a layout's only image."""
    (image,) = json.loads(pathlib.Path(layout, "index.json").read_text())["manifests"]
    manifest = json.loads(_blob(layout, image["digest"]).read_text())
    config = json.loads(_blob(layout, manifest["config"]["digest"]).read_text())
    platform = {key: config[key] for key in ("architecture", "os")}
    return {**{key: image[key] for key in ("mediaType", "size", "digest")}, "platform": platform}


def join(output, layouts):
    images = [_descriptor(layout) for layout in layouts]
    images.sort(key=lambda image: image["platform"]["architecture"])
    names = [image["platform"]["architecture"] for image in images]
    if len(set(names)) < len(names):
        raise SystemExit(f"error: two images are for the same architecture: {', '.join(names)}")
    # An index of the same family as the images: only Docker's have a health check.
    kind = _DOCKER_INDEX if images[0]["mediaType"] == _DOCKER_IMAGE else _OCI_INDEX
    index = json.dumps({"schemaVersion": 2, "mediaType": kind, "manifests": images}).encode()
    digest = f"sha256:{hashlib.sha256(index).hexdigest()}"
    for layout in layouts:
        shutil.copytree(pathlib.Path(layout, "blobs"), pathlib.Path(output, "blobs"), dirs_exist_ok=True)
    _blob(output, digest).write_bytes(index)
    entry = {"mediaType": kind, "size": len(index), "digest": digest}
    content = {"schemaVersion": 2, "mediaType": _OCI_INDEX, "manifests": [entry]}
    pathlib.Path(output, "index.json").write_text(json.dumps(content))
    pathlib.Path(output, "oci-layout").write_text(json.dumps({"imageLayoutVersion": "1.0.0"}))
    return digest


if __name__ == "__main__":
    if len(sys.argv) < 3:
        raise SystemExit(__doc__)
    print(join(sys.argv[1], sys.argv[2:]))
