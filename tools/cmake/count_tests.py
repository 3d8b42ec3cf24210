#!/usr/bin/env python3
"""Adds up test cases: those in the Boost reports of build folders, and one for each other CTest test.

Prints a line for each folder and, last, "N passed, N failed"; fails unless something passed and nothing failed.
usage: count_tests.py BUILD_FOLDER...
"""
import pathlib
import sys
import xml.etree.ElementTree as ET


def count(test, reports):
    """Returns (passed, failed) of one CTest test."""
    if test.get("status") == "notrun" or test.find("skipped") is not None:
        return 0, 1  # a test that was selected and cannot run
    ok = test.get("status") == "run"
    report = reports / (test.get("name") + ".xml")
    try:
        root = ET.parse(report).getroot().find("TestSuite")
    except (OSError, ET.ParseError):
        return (1, 0) if ok else (0, 1)
    passed, failed = int(root.get("test_cases_passed")), int(root.get("test_cases_failed"))
    passed += int(root.get("test_cases_passed_with_warnings"))
    if not ok and failed == 0:
        failed = 1  # a sanitizer's finding at exit, a time limit
    return passed, failed


def main(folders):
    total_passed = total_failed = 0
    for folder in map(pathlib.Path, folders):
        reports = folder / "reports"
        tests = ET.parse(reports / "ctest.junit").getroot().findall("testcase")
        counts = [(test.get("name"), *count(test, reports)) for test in tests]
        passed, failed = sum(c[1] for c in counts), sum(c[2] for c in counts)
        if not tests:
            failed = 1  # a run that was asked for and found nothing to do
        print(f"{folder.name}: {passed} passed, {failed} failed in {len(tests)} tests")
        for name, _, failures in counts:
            if failures:
                print(f"  failed: {name}")
        total_passed += passed
        total_failed += failed
    print(f"{total_passed} passed, {total_failed} failed")
    return 0 if total_passed and not total_failed else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
