#!/usr/bin/env python3
"""Writes a CTest file with one test for every top suite of a Boost.Test executable.

The units of a suite that carry the label "slow" go into a second test, SUITE.slow; so do those with the label
"sampled", of which the first test takes a sample alone. These suites, and those with the label "long", start first, so
that none runs alone at the end. The label "threads" becomes a CTest label: they also run under the thread sanitizer.
All of them keep the kernels that they compile in one folder, which CTest's fixture `kernels` makes anew for each run.
usage: list_tests.py EXECUTABLE REPORTS_FOLDER KERNELS_FOLDER OUTPUT
"""
import pathlib
import re
import subprocess
import sys

NODE = re.compile(r'^tu(\d+)\[.*label="([^|"]*)(.*)"\];$')
EDGE = re.compile(r"^tu(\d+) -> tu(\d+);$")


class Unit:
    def __init__(self, name, labels):
        self.name = name
        self.slow = re.search(r"@slow\b", labels) is not None
        self.sampled = re.search(r"@sampled\b", labels) is not None
        self.long = self.sampled or re.search(r"@long\b", labels) is not None
        self.threads = re.search(r"@threads\b", labels) is not None
        self.children = []

    def has_fast(self):
        return not self.slow and (not self.children or any(c.has_fast() for c in self.children))

    def is_long(self):
        return self.long or any(c.is_long() for c in self.children)

    def has_threads(self):
        return self.threads or any(c.has_threads() for c in self.children)

    def slow_paths(self, prefix=""):
        path = prefix + self.name
        if self.slow or self.sampled:
            return [path]
        return [p for child in self.children for p in child.slow_paths(path + "/")]


def read_suites(dot):
    """Returns the top suites in the output of --list_content=DOT."""
    units = {}
    top = None
    for line in dot.splitlines():
        if node := NODE.match(line):
            units[node[1]] = Unit(node[2], node[3])
            top = top or units[node[1]]
        elif edge := EDGE.match(line):
            units[edge[1]].children.append(units[edge[2]])
    return top.children if top else []


def ctest_lines(suites, executable, reports, kernels):
    """Returns the lines of a CTest file that runs the suites."""
    lines = []

    def add(name, labels, *filters, arguments=(), cost=0):
        command = [executable, *(f"--run_test={f}" for f in filters), "--color_output=no", "--report_level=short",
                   "--report_format=XML", f"--report_sink={reports}/{name}.xml", "--", "--kernels", kernels]
        command += arguments
        lines.append(f"add_test([==[{name}]==] " + " ".join(f"[==[{c}]==]" for c in command) + ")")
        lines.append(f"set_tests_properties([==[{name}]==] PROPERTIES LABELS [==[{labels}]==] TIMEOUT 900 COST {cost} "
                     "FIXTURES_REQUIRED kernels)")
        if name.startswith(("parity_eager_", "parity_gradient_", "parity_second_")):  # what the test `catalogue` reads
            lines.append(f"set_tests_properties([==[{name}]==] PROPERTIES FIXTURES_SETUP parity)")

    for suite in suites:
        labels = "unit;threads" if suite.has_threads() else "unit"
        if suite.has_fast():
            add(suite.name, "fast;" + labels, suite.name, "!@slow", arguments=("--sample",),
                cost=1 if suite.is_long() else 0)
        if slow := suite.slow_paths():
            add(suite.name + ".slow", "slow;" + labels, ":".join(slow), cost=1)
    return lines


def main(executable, reports, kernels, output):
    run = subprocess.run([executable, "--list_content=DOT"], capture_output=True, text=True)
    if run.returncode != 0:
        sys.exit(f"list_tests: {executable} --list_content=DOT failed:\n{run.stdout}{run.stderr}")
    lines = ctest_lines(read_suites(run.stderr + run.stdout), executable, reports, kernels)
    pathlib.Path(output).write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
