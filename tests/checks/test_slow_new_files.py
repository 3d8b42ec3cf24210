#!/usr/bin/env python3
"""What tools/new_op.py writes compiles, is formatted, and never replaces a file."""
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
HALIDE = ROOT / "build/deps/halide/include"


class NewOp(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = pathlib.Path(folder.name)
        (self.root / "dsl").mkdir()
        shutil.copy(ROOT / "dsl/ops.h", self.root / "dsl/ops.h")
        shutil.copy(ROOT / ".clang-format", self.root)

    def new_op(self, *arguments):
        return subprocess.run([sys.executable, ROOT / "tools/new_op.py", "--root", self.root, *arguments],
                              capture_output=True, text=True)

    def test_files_compile_and_are_formatted(self):
        run = self.new_op("made_up", "--section", "activation")
        self.assertEqual(run.returncode, 0, run.stderr)
        self.assertEqual(run.stdout.split(), ["dsl/ops/made_up.cpp", "tests/ops/made_up.cpp", "dsl/ops.h"])
        (self.root / "dsl/op_list.h").write_text("namespace lithe { struct Op; extern const Op made_up_op; }\n")
        for path in ["dsl/ops/made_up.cpp", "tests/ops/made_up.cpp"]:
            file = self.root / path
            subprocess.run(["clang-format-19", "--dry-run", "--Werror", file], check=True)
            subprocess.run(["c++", "-std=c++20", "-fsyntax-only", "-Wall", "-Wextra", "-Werror", f"-I{self.root}",
                            f"-I{ROOT}", f"-I{ROOT / 'dsl/include'}", "-isystem", HALIDE, file], check=True)

    def test_refuses_what_it_cannot_do(self):
        before = (self.root / "dsl/ops.h").read_text()
        for arguments, message in [
            (["CamelCase"], "new_op: 'CamelCase' is not a name in lower case that C++ allows"),
            (["switch"], "new_op: 'switch' is not a name in lower case that C++ allows"),
            (["relu"], "new_op: dsl/ops.h declares 'relu' already"),
            (["made_up", "--section", "nowhere"], "new_op: dsl/ops.h has no section 'nowhere'; it has: "),
        ]:
            with self.subTest(arguments=arguments):
                run = self.new_op(*arguments)
                self.assertEqual(run.returncode, 1)
                self.assertTrue(run.stderr.startswith(message), run.stderr)
                self.assertEqual((self.root / "dsl/ops.h").read_text(), before)
                self.assertFalse((self.root / "dsl/ops").exists())


unittest.main()
