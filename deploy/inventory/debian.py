"""What dpkg knows of the packages below a root: versions, sources and licences."""

import dataclasses
import pathlib
import re

# What Debian's copyright files call a licence, and how SPDX does.
_SPDX = {
    "apache-2.0": "Apache-2.0",
    "bsd-2-clause": "BSD-2-Clause",
    "bsd-3-clause": "BSD-3-Clause",
    "bsd-3-clause~google": "BSD-3-Clause",
    "bsd-3-google": "BSD-3-Clause",
    "edl-1.0": "BSD-3-Clause",
    "epl-2.0": "EPL-2.0",
    "expat": "MIT",
    "gpl-2": "GPL-2.0-only",
    "gpl-2+": "GPL-2.0-or-later",
    "gpl-3": "GPL-3.0-only",
    "gpl-3+": "GPL-3.0-or-later",
    "isc": "ISC",
    "lgpl-2.1": "LGPL-2.1-only",
    "lgpl-2.1+": "LGPL-2.1-or-later",
    "lgpl-3+": "LGPL-3.0-or-later",
    "mit": "MIT",
    "zlib": "Zlib",
}

# Of sources whose copyright file no program can read, or whose files are licensed differently from the
# library that is built of them; each read in that file.
_READ_BY_PEOPLE = {
    "c-ares": "MIT",
    "expat": "MIT",
    "fmtlib": "MIT",
    "gcc-12": "GPL-3.0-or-later WITH GCC-exception-3.1",
    "gcc-14": "GPL-3.0-or-later WITH GCC-exception-3.1",
    "glibc": "LGPL-2.1-or-later",
    "gnutls28": "LGPL-2.1-or-later",
    "libffi": "MIT",
    "libidn2": "LGPL-3.0-or-later OR GPL-2.0-or-later",
    "libtasn1-6": "LGPL-2.1-or-later",
    "libunistring": "LGPL-3.0-or-later OR GPL-2.0-or-later",
    "openssl": "Apache-2.0",
}


@dataclasses.dataclass(frozen=True)
class Package:
    """An installed package."""

    name: str
    version: str
    architecture: str
    source: str
    source_version: str
    licence: str  # An SPDX expression; NOASSERTION if it is not known.
    depends: tuple  # Names of packages.


def upstream(version):
    """A version without Debian's parts: epoch, revision, and what was taken out or added."""
    return re.sub(r"([+.]really.*|[+~.](dfsg|ds)\d*)$", "", version.partition(":")[2] or version)


def _upstream_of(version):
    return upstream(version.rpartition("-")[0] or version)


def _expression(text):
    """An SPDX expression for a short name of a licence; none if there is none."""
    words = [re.sub(r" with embedded exception$", "", word) for word in text.split(" or ")]
    known = [_SPDX.get(word.strip().lower()) for word in words]
    return " OR ".join(known) if all(known) else None


def licence_of(root, package, source):
    """The licence of most of a package, by its copyright file."""
    if source in _READ_BY_PEOPLE:
        return _READ_BY_PEOPLE[source]
    file = pathlib.Path(root, "usr/share/doc", package, "copyright")
    try:
        text = file.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return "NOASSERTION"
    for stanza in re.split(r"\n\s*\n", text):
        if re.search(r"^Files:\s*\*\s*$", stanza, re.MULTILINE):
            found = re.search(r"^License:\s*(.+)$", stanza, re.MULTILINE)
            return (found and _expression(found[1].strip())) or "NOASSERTION"
    return "NOASSERTION"


def _stanzas(root):
    """The fields of each installed package. Images without dpkg keep a file for each."""
    folder = pathlib.Path(root, "var/lib/dpkg")
    files = [folder / "status", *sorted(folder.glob("status.d/*"))]
    files = [file for file in files if file.is_file() and file.suffix != ".md5sums"]
    text = "\n\n".join(file.read_text(encoding="utf-8") for file in files)
    for stanza in re.split(r"\n\s*\n", text):
        fields = dict(re.findall(r"^([A-Za-z-]+): *(.*(?:\n .*)*)", stanza, re.MULTILINE))
        if fields.get("Status", "install ok installed").endswith(" installed"):
            if "Package" in fields:
                yield fields


def _names(depends):
    words = re.split(r"[,|]", depends)
    return tuple(sorted({re.split(r"[ :(\[]", word.strip())[0] for word in words if word.strip()}))


def packages(root):
    """All packages installed below a root, by name."""
    found = {}
    for fields in _stanzas(root):
        name, version = fields["Package"], fields["Version"]
        source = re.fullmatch(r"(\S+)(?: \((.*)\))?", fields.get("Source", name))
        found[name] = Package(
            name,
            version,
            fields["Architecture"],
            source[1],
            source[2] or version,
            licence_of(root, name, source[1]),
            _names(f"{fields.get('Depends', '')},{fields.get('Pre-Depends', '')}"),
        )
    return found


def release(root):
    """The fields of os-release: ID, VERSION_CODENAME."""
    text = pathlib.Path(root, "etc/os-release").read_text(encoding="utf-8")
    return {key: value.strip('"') for key, value in re.findall(r"^(\w+)=(.*)$", text, re.MULTILINE)}


def short_version(package):
    """As much of the upstream version as a release of Debian keeps: its first two numbers."""
    version = _upstream_of(package.source_version)
    return ".".join(re.split(r"[.]", version)[:2])
