#!/usr/bin/env python3
"""Every error that a user can meet has a golden text, tests/errors/<id>.txt; warnings of lithe-reflect have theirs in
tests/reflect. Ids are read from the sources; those of internal errors, which only a mistake in lithe causes, need none."""
import pathlib
import re

import tree

# Ids that no test can cause, or that have no case yet. The list shrinks: an entry with a golden, or without a source, is
# a finding.
WITHOUT = {
    "executor.start": "the system has no more threads to give",
    "plan.unbounded": "the verifier refuses sizes without a range before",
}

# What makes an error of an id that stands in the same file.
MAKES = ("UserError", ".warn(", "fail(", "module(", "check_types(", "check_flag(")
ID = re.compile(r'"([a-z][a-z0-9_]*\.[a-z][a-z0-9_]*)"')
FILES = re.compile(r"\.(a|cpp|h|o|safetensors|txt|so|d|inc|pkl|html|new|old)$")
SUFFIX = re.compile(r'\+\s*"(\.[a-z][a-z0-9_]*)"')
PREFIX = re.compile(r'(?:concat\(\{|std::string\(|UserError\()"([a-z][a-z0-9_]*\.)"(?:\)|, | \+)')
REASON = re.compile(r'\bfail\((?:[a-z_]+, ){0,2}"([a-z][a-z0-9_]*)"')


def without_comments(text):
    return re.sub(r"^\s*//.*$|(?<=[;{},]) *//.*$", "", text, flags=re.M)


def ids(files):
    """Returns {id: path of a source} for {path: text}; an id `*.rank` stands for those of many ops."""
    found = {}
    for path, text in files.items():
        text = without_comments(text)
        if not any(word in text for word in MAKES):
            continue
        for match in ID.finditer(text):
            before = text[:match.start()].rstrip()
            is_name = before.endswith(("InternalError(", "order_of(", "check_matrices(", "check_pivots(", "=="))
            if not is_name and not FILES.search(match[1]):
                found.setdefault(match[1], path)
        if "UserError" not in text:
            continue
        for match in SUFFIX.finditer(text):
            if not FILES.search(match[1]):
                found.setdefault("*" + match[1], path)
        for prefix in PREFIX.findall(text):
            for reason in REASON.findall(text):
                found.setdefault(prefix + reason, path)
    return found


def check(found, goldens, without=WITHOUT):
    """Returns the findings for the ids of the sources and the names of the golden texts."""
    def has_golden(name):
        return name in goldens or name[0] == "*" and any(golden.endswith(name[1:]) for golden in goldens)

    findings = [f"{path}: error [{name}] has no golden text, add a case in tests/errors"
                for name, path in sorted(found.items()) if not has_golden(name) and name not in without]
    findings += [f"tools/checks/error_goldens.py: [{name}] is listed as one without golden, and has one"
                 for name in sorted(without) if has_golden(name)]
    findings += [f"tools/checks/error_goldens.py: [{name}] is listed as one without golden, and no source has it"
                 for name in sorted(without) if name not in found]
    return findings


if __name__ == "__main__":
    tracked = tree.tracked_files()
    sources = {p: tree.read(p) for p in tracked
               if p.startswith(("runtime/", "dsl/", "compiler/", "tools/")) and p.endswith((".h", ".cpp"))}
    goldens = {pathlib.PurePath(p).stem for p in tracked if p.startswith("tests/errors/") and p.endswith(".txt")}
    for path in tracked:
        if path.startswith("tests/reflect/") and path.endswith("expected.txt"):
            goldens.update(re.findall(r"\[(reflect\.\w+)\]", tree.read(path)))
    found = ids(sources)
    tree.report("error_goldens", check(found, goldens), f"{len(found)} ids, {len(goldens)} golden texts")
