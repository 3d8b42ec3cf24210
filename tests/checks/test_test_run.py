#!/usr/bin/env python3
"""The tests of a Boost executable reach CTest, and what they report is added up."""
import contextlib
import io
import pathlib
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "tools" / "cmake"))
import count_tests
import list_tests

# What Boost prints for: suite plain (one), suite mixed (fast, slow one), suite heavy (slow; its case is not labelled),
# suite pool (threads), suite many (sampled one).
DOT = """digraph G {rankdir=LR;
tu1[shape=ellipse,peripheries=2,fontname=Helvetica,color=green,label="lithe"];
{
tu2[shape=Mrecord,fontname=Helvetica,color=green,label="plain|a.cpp(5)"];
tu1 -> tu2;
{
tu65536[shape=Mrecord,fontname=Helvetica,color=green,label="one|a.cpp(6)"];
tu2 -> tu65536;
}
tu3[shape=Mrecord,fontname=Helvetica,color=green,label="mixed|a.cpp(9)"];
tu1 -> tu3;
{
tu65537[shape=Mrecord,fontname=Helvetica,color=green,label="quick|a.cpp(10)"];
tu3 -> tu65537;
tu65538[shape=Mrecord,fontname=Helvetica,color=green,label="long|a.cpp(11)|labels: @slow"];
tu3 -> tu65538;
}
tu4[shape=Mrecord,fontname=Helvetica,color=green,label="heavy|a.cpp(14)|labels: @slow"];
tu1 -> tu4;
{
tu65539[shape=Mrecord,fontname=Helvetica,color=green,label="one|a.cpp(15)"];
tu4 -> tu65539;
}
tu5[shape=Mrecord,fontname=Helvetica,color=green,label="pool|a.cpp(18)|labels: @threads"];
tu1 -> tu5;
{
tu65540[shape=Mrecord,fontname=Helvetica,color=green,label="one|a.cpp(19)"];
tu5 -> tu65540;
}
tu6[shape=Mrecord,fontname=Helvetica,color=green,label="many|a.cpp(22)"];
tu1 -> tu6;
{
tu65541[shape=Mrecord,fontname=Helvetica,color=green,label="sizes|a.cpp(23)|labels: @sampled"];
tu6 -> tu65541;
}
}
}
"""

REPORT = """<TestResult><TestSuite name="t" result="passed" assertions_passed="4" assertions_failed="0"
warnings_failed="0" expected_failures="0" test_cases_passed="{}" test_cases_passed_with_warnings="0"
test_cases_failed="{}" test_cases_skipped="3" test_cases_aborted="0"></TestSuite></TestResult>"""


class ListTests(unittest.TestCase):
    def test_labels_and_filters(self):
        lines = list_tests.ctest_lines(list_tests.read_suites(DOT), "exe", "reports", "kernels")
        tests = [line.split("]==]")[0].removeprefix("add_test([==[") for line in lines[0::2]]
        self.assertEqual(tests, ["plain", "mixed", "mixed.slow", "heavy.slow", "pool", "many", "many.slow"])
        filters = [[part for part in line.split("[==[") if part.startswith("--run_test")] for line in lines[0::2]]
        self.assertEqual([[f.split("]==]")[0].removeprefix("--run_test=") for f in row] for row in filters],
                         [["plain", "!@slow"], ["mixed", "!@slow"], ["mixed/long"], ["heavy"], ["pool", "!@slow"],
                          ["many", "!@slow"], ["many/sizes"]])
        samples = [test for test, line in zip(tests, lines[0::2]) if "--sample" in line]
        self.assertEqual(samples, ["plain", "mixed", "pool", "many"])
        first = [test for test, line in zip(tests, lines[1::2]) if "COST 1" in line]
        self.assertEqual(first, ["mixed.slow", "heavy.slow", "many", "many.slow"])
        labels = [line.split("LABELS [==[")[1].split("]==]")[0] for line in lines[1::2]]
        self.assertEqual(labels, ["fast;unit", "fast;unit", "slow;unit", "slow;unit", "fast;unit;threads", "fast;unit",
                                  "slow;unit"])


class CountTests(unittest.TestCase):
    def count(self, tests, reports):
        """Returns the last line and the result for CTest's tests {name: status} and Boost's {name: (passed, failed)}."""
        with tempfile.TemporaryDirectory() as folder:
            root = pathlib.Path(folder) / "reports"
            root.mkdir()
            cases = "".join(f'<testcase name="{name}" status="{status}"/>' for name, status in tests.items())
            (root / "ctest.junit").write_text(f"<testsuite>{cases}</testsuite>")
            for name, counts in reports.items():
                (root / f"{name}.xml").write_text(REPORT.format(*counts))
            output = io.StringIO()
            with contextlib.redirect_stdout(output):
                result = count_tests.main([folder])
        return output.getvalue().splitlines()[-1], result

    def test_adds_up_both_kinds(self):
        self.assertEqual(self.count({"relu": "run", "layers": "run"}, {"relu": (5, 0)}), ("6 passed, 0 failed", 0))

    def test_counts_failures(self):
        self.assertEqual(self.count({"relu": "fail", "layers": "fail"}, {"relu": (5, 2)}), ("5 passed, 3 failed", 1))

    def test_a_crash_or_a_finding_at_exit_is_a_failure(self):
        self.assertEqual(self.count({"relu": "fail", "sum": "fail"}, {"relu": (5, 0)}), ("5 passed, 2 failed", 1))

    def test_what_could_not_run_is_a_failure(self):
        self.assertEqual(self.count({"relu": "notrun"}, {}), ("0 passed, 1 failed", 1))

    def test_nothing_to_run_is_a_failure(self):
        self.assertEqual(self.count({}, {}), ("0 passed, 1 failed", 1))


unittest.main()
