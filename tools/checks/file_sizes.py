#!/usr/bin/env python3
"""Reports how long the sources are and fails where one is far over the soft limit, or where a folder's README is
missing or long."""
import statistics

import tree

SOFT_LIMIT = 400
HARD_LIMIT = 600
README_LIMIT = 30
FOLDERS = ["runtime", "dsl", "compiler", "tools", "examples", "tests", "bench", "docs"]


def check(lengths):
    """Returns the findings for {path: number of lines}."""
    findings = [f"{path}: {length} lines, the limit is {HARD_LIMIT}"
                for path, length in lengths.items()
                if path.endswith((".h", ".cpp", ".py", ".cmake")) and length > HARD_LIMIT]
    for folder in FOLDERS:
        if not any(path.startswith(folder + "/") for path in lengths):
            continue
        length = lengths.get(f"{folder}/README.md")
        if length is None:
            findings.append(f"{folder}: no README.md")
        elif length > README_LIMIT:
            findings.append(f"{folder}/README.md: {length} lines, the limit is {README_LIMIT}")
    return findings


if __name__ == "__main__":
    lengths = {p: len(tree.read(p).splitlines()) for p in tree.tracked_files()
               if p.endswith((".h", ".cpp", ".py", ".cmake", "README.md"))}
    sources = {p: n for p, n in lengths.items() if p.endswith((".h", ".cpp"))}
    for path in sorted((p for p in sources if sources[p] > SOFT_LIMIT), key=sources.get, reverse=True):
        print(f"{path}: {sources[path]} lines, over the soft limit of {SOFT_LIMIT}")
    tree.report("file_sizes", check(lengths),
                f"{len(sources)} sources, {sum(sources.values())} lines, median {statistics.median(sources.values()):g}")
