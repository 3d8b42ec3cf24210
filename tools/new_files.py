"""What new_op.py and new_pass.py share: checking a name, and writing files without replacing any."""
import argparse
import pathlib
import re
import sys

KEYWORDS = set("and bool break case catch char class const continue default delete do double else enum explicit "
               "export extern false float for friend goto if inline int long namespace new not operator or private "
               "protected public register return short signed sizeof static struct switch template this throw true "
               "try typedef typename union unsigned using virtual void volatile while xor".split())


class Writer:
    """Collects new files and changed ones; nothing is written before all checks have passed."""

    def __init__(self, tool, root):
        self.tool, self.root, self.files = tool, root, {}

    def fail(self, message):
        sys.exit(f"{self.tool}: {message}")

    def check_name(self, name):
        if not re.fullmatch(r"[a-z][a-z0-9]*(_[a-z0-9]+)*", name) or name in KEYWORDS:
            self.fail(f"'{name}' is not a name in lower case that C++ allows")

    def read(self, path):
        return (self.root / path).read_text()

    def create(self, path, text):
        if (self.root / path).exists():
            self.fail(f"{path} is there already")
        self.files[path] = text

    def change(self, path, text):
        self.files[path] = text

    def write(self):
        for path, text in self.files.items():
            (self.root / path).parent.mkdir(parents=True, exist_ok=True)
            (self.root / path).write_text(text)
            print(path)


def parser(description):
    """Returns a parser of what both tools take."""
    result = argparse.ArgumentParser(description=description)
    result.add_argument("--root", type=pathlib.Path, default=pathlib.Path(__file__).resolve().parents[1],
                        help="the tree to write to")
    return result
