#!/usr/bin/env python3
"""Fails where an include points up the data flow, or where Halide, LLVM or another library is included outside the
folders that may know it. The rules are the tables below."""
import re
import sys

import tree

# folder -> folders that it may include; a folder may include itself. The first row that matches a path holds.
MAY_INCLUDE = {
    "runtime": [],
    "dsl": ["runtime"],
    "compiler/ir": ["runtime", "dsl"],
    "compiler/trace": ["runtime", "dsl", "compiler/ir"],
    "compiler/passes": ["runtime", "dsl", "compiler/ir"],
    "compiler/lower": ["runtime", "dsl", "compiler/ir"],
    "compiler/plan": ["runtime", "dsl", "compiler/ir", "compiler/trace", "compiler/passes", "compiler/lower"],
    "compiler": ["runtime", "dsl"],
    "tools": ["runtime", "dsl", "compiler"],
    "examples": ["runtime", "dsl", "compiler"],
    "bench": ["runtime", "dsl", "compiler", "examples"],
    "tests": ["runtime", "dsl", "compiler", "tools", "examples", "bench"],
}

# library -> (headers, paths of our own that may include them)
LIBRARIES = {
    "Halide": (r"Halide.*\.h", r"dsl/ops/[^/]+\.cpp|dsl/lower.*|compiler/(lower|emit)/.*|(tests|bench)/.*"),
    "LLVM": (r"llvm(-c)?/.*", r"(dsl/.*\.cpp|compiler/.*|tools/.*|tests/.*)"),
    "Clang": (r"clang(-c)?/.*", r"tools/reflect/.*"),
    "Boost": (r"boost/.*", r"tests/.*"),
    "fmt": (r"fmt/.*", r"(dsl|compiler|tools|tests|examples|bench)/.*"),
    "Eigen": (r"(unsupported/)?Eigen/.*", r"(dsl|compiler|tests|bench)/.*"),
    "nlohmann-json": (r"nlohmann/.*", r"(dsl|compiler|tools|tests|bench)/.*"),
}

# Where model authors start, <lithe/...>; what these reach is installed and includes only lithe and the standard
# library. The dsl's come first: what a model includes never reaches the compiler.
PUBLIC_FOLDERS = ["dsl/include/", "compiler/include/"]

# What the runtime may include in angle brackets: the standard library and the system.
SYSTEM = re.compile(r"[a-z_0-9]+(\.h)?|sys/[a-z]+\.h|linux/[a-z]+\.h")

INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*(?:"([^"]+)"|<([^>]+)>)', re.MULTILINE)


def includes(text):
    """Returns (line, header) for every include directive."""
    return [(text.count("\n", 0, m.start()) + 1, m[1] or m[2]) for m in INCLUDE.finditer(text)]


def is_part(theirs, mine):
    """Tells whether a folder is below one that may be included: compiler/emit and whatever follows sees all of
    compiler."""
    return any(theirs.startswith(folder + "/") for folder in MAY_INCLUDE[mine] + [mine])


def layer(path):
    return next((name for name in MAY_INCLUDE if path == name or path.startswith(name + "/")), None)


def own_path(header, texts):
    """Returns the path in the tree that a header stands for, or None for a library's."""
    if header.startswith("lithe/"):
        paths = [folder + header for folder in PUBLIC_FOLDERS]
        return next((path for path in paths if path in texts), paths[0])
    return header if layer(header) else None


def library(header):
    return next((name for name, (headers, _) in LIBRARIES.items() if re.fullmatch(headers, header)), None)


def check_directions(path, texts):
    """Returns the findings of one file: wrong directions and libraries in the wrong place."""
    findings = []
    mine = layer(path)
    for line, header in includes(texts[path]):
        where = f"{path}:{line}"
        target = own_path(header, texts)
        name = library(header)
        if target:
            theirs = layer(target)
            if mine and theirs != mine and theirs not in MAY_INCLUDE[mine] and not is_part(theirs, mine):
                findings.append(f'{where}: {mine} may not include "{header}"')
        elif name and not re.fullmatch(LIBRARIES[name][1], path):
            findings.append(f"{where}: {name} may not be included here: <{header}>")
        elif mine == "runtime" and not SYSTEM.fullmatch(header):
            findings.append(f"{where}: the runtime includes only itself and the standard library: {header}")
    return findings


def check_public(texts):
    """Returns a finding for every library that the public headers reach, with the way there."""
    findings = []
    ways = {path: [path] for path in texts if path.startswith(tuple(PUBLIC_FOLDERS))}
    pending = list(ways)
    while pending:
        path = pending.pop()
        for line, header in includes(texts[path]):
            target = own_path(header, texts)
            if target in texts and target not in ways:
                ways[target] = ways[path] + [target]
                pending.append(target)
            elif not target and library(header):
                findings.append(f"{path}:{line}: a public header includes <{header}>: {' -> '.join(ways[path])}")
    return findings


def check(texts):
    """Returns all findings for {path: text}."""
    return [f for path in sorted(texts) for f in check_directions(path, texts)] + check_public(texts)


if __name__ == "__main__":
    sources = [p for p in tree.tracked_files() if p.endswith((".h", ".cpp", ".inc"))]
    if not any(layer(p) for p in sources):
        sys.exit("layers: no sources found")
    tree.report("layers", check({p: tree.read(p) for p in sources}), f"{len(sources)} files, every include points down")
