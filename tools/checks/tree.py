"""What the checks of the tree share: its files and how findings are reported."""
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
SOURCE_SUFFIXES = {".h", ".cpp"}


def tracked_files():
    """Returns the paths that git tracks or would add, relative to the root; those that exist, sorted."""
    command = ["git", "-c", "safe.directory=*", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    output = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return sorted(p for p in set(output.split("\0")) if p and (ROOT / p).is_file())


def read(path):
    return (ROOT / path).read_text(encoding="utf-8", errors="replace")


def report(check, findings, summary):
    """Prints the findings, or the summary where there are none, and ends the program."""
    for finding in findings:
        print(finding)
    if findings:
        sys.exit(f"{check}: {len(findings)} findings")
    print(f"{check}: {summary}")
    sys.exit(0)
