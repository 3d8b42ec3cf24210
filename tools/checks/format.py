#!/usr/bin/env python3
"""Fails where tools/format would change a source."""
import re
import subprocess

import tree


def check(output):
    """Returns the findings in what clang-format says: each file once."""
    return sorted({f"{match[1]}: run tools/format" for match in re.finditer(r"^(\S+?):\d+:\d+: error:", output, re.M)})


if __name__ == "__main__":
    run = subprocess.run([tree.ROOT / "tools" / "format", "--check"], capture_output=True, text=True)
    findings = check(run.stdout + run.stderr)
    if run.returncode and not findings:
        findings = [run.stderr or "tools/format --check failed"]
    tree.report("format", findings, "every source is formatted")
