#!/usr/bin/env python3
"""Fails where a tracked file names a path of one machine or the host of a package registry."""
import re

import tree

FORBIDDEN = re.compile(
    r"(?<![\w.}])/(?:work|root|home/[a-z]+|Users/[A-Za-z]+)/"
    r"|\b(?:files[.]pythonhosted|pypi)[.]org\b|\b(?:deb|ftp)[.]debian[.]org\b|\bregistry[.]npmjs[.]org\b")


def check(texts):
    """Returns the findings for {path: text}."""
    return [f"{path}:{number}: {match[0]}"
            for path, text in texts.items()
            for number, line in enumerate(text.splitlines(), 1)
            if (match := FORBIDDEN.search(line))]


if __name__ == "__main__":
    files = tree.tracked_files()
    tree.report("machine_paths", check({p: tree.read(p) for p in files}), f"{len(files)} files name no machine")
