#!/usr/bin/env python3
"""Fails where docs/contract.md names a test that is not in tests/."""
import re
import sys

import tree

SUITE = re.compile(r"BOOST_(?:AUTO|FIXTURE)_TEST_SUITE\((\w+)")
CASE = re.compile(r"BOOST_(?:AUTO|DATA|FIXTURE)_TEST_CASE\((\w+)")
NAMED = re.compile(r"`(\w+/\w+)`")


def known_tests(root):
    """`suite/case` of every source below tests/."""
    known = set()
    for path in sorted((root / "tests").rglob("*.cpp")):
        text = path.read_text(encoding="utf-8")
        suites = SUITE.findall(text)
        known.update(f"{suite}/{case}" for suite in suites for case in CASE.findall(text))
    return known


def main():
    root = tree.ROOT
    known = known_tests(root)
    rows = (root / "docs/contract.md").read_text(encoding="utf-8").splitlines()
    named = [(number, name) for number, row in enumerate(rows, 1) if row.startswith("|") for name in NAMED.findall(row)]
    missing = [f"docs/contract.md:{number}: no test {name}" for number, name in named if name not in known]
    print("\n".join(missing) if missing else f"{len(named)} tests named, all there")
    return 1 if missing or not named else 0


if __name__ == "__main__":
    sys.exit(main())
