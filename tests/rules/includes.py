"""Who may include what."""

import re

import table
from tree import Breach, is_in, is_ours


def _folder_of(path):
    """The folder of the table that a file counts to; none if there is none."""
    folder = path.rpartition("/")[0]
    while folder and folder not in table.FOLDERS:
        folder = folder.rpartition("/")[0]
    return folder


def folders(tree):
    for source in tree.cpp:
        folder = _folder_of(source.path)
        if not folder:
            yield Breach(source.path, 1, "tests/rules/table.py does not say what it may include")
            continue
        for line, header in source.includes:
            if not is_ours(header) or _folder_of(header) == folder:
                continue
            if not is_in(header, table.FOLDERS[folder]):
                yield Breach(source.path, line, f"{folder} must not include {header}")


def reserved(tree):
    for source in tree.cpp:
        for line, header in source.includes:
            if header in table.RESERVED and not is_in(source.path, table.RESERVED[header]):
                yield Breach(source.path, line, f"{header} is not for {_folder_of(source.path)}")


def _library_of(header):
    if is_ours(header) or header in table.ANYONE_MAY:
        return None
    for library, (pattern, _) in table.LIBRARIES.items():
        if re.match(pattern, header):
            return library
    return None


def libraries(tree):
    for source in tree.cpp:
        if not is_in(source.path, ["bench", "clients", "server"]):
            continue
        for line, header in source.includes:
            library = _library_of(header)
            if library and not is_in(source.path, table.LIBRARIES[library][1]):
                yield Breach(source.path, line, f"{library} is not for {_folder_of(source.path)}")


def _way_to(tree, start, library):
    """The headers by way of which a file includes a library; empty if it does not."""
    ways = [[start]]
    seen = {start}
    while ways:
        way = ways.pop()
        for _, header in tree.sources[way[-1]].includes:
            if _library_of(header) == library:
                return way[1:] + [header]
            if header in tree.sources and header not in seen:
                seen.add(header)
                ways.append(way + [header])
    return []


def unaware(tree):
    for library, unaware_folders in table.UNAWARE.items():
        for source in tree.cpp:
            if not is_in(source.path, unaware_folders):
                continue
            way = _way_to(tree, source.path, library)
            if way:
                yield Breach(source.path, 1, f"includes {library} by way of {' > '.join(way)}")


def few_lines(tree):
    users = {}
    for source in tree.cpp:
        for _, header in source.includes:
            users.setdefault(header, []).append(source.path)
    for source in tree.cpp:
        path = source.path
        if not path.endswith(".h") or len(source.lines) > table.FEW_LINES:
            continue
        has_source = path[:-1] + "cc" in tree.sources or path[:-1] + "cc.in" in tree.templates
        exempt = has_source or is_in(path, table.FEW_LINES_ALLOWED)
        if not exempt and len(users.get(path, [])) == 1:
            yield Breach(path, 1, f"belongs in {users[path][0]}, which alone includes it")
