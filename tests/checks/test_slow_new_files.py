#!/usr/bin/env python3
"""What tools/new_op.py and tools/new_pass.py write compiles and is formatted, and they never replace a file."""
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
HALIDE = ROOT / "build/deps/halide/include"


class NewFiles(unittest.TestCase):
    tool = None
    copied = []

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = pathlib.Path(folder.name)
        for path in [".clang-format", *self.copied]:
            (self.root / path).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / path, self.root / path)

    def run_tool(self, *arguments):
        return subprocess.run([sys.executable, ROOT / "tools" / f"{self.tool}.py", "--root", self.root, *arguments],
                              capture_output=True, text=True)

    def tree(self):
        return {path: path.read_text() for path in self.root.rglob("*") if path.is_file()}

    def check_compiles(self, *paths):
        for path in paths:
            file = self.root / path
            subprocess.run(["clang-format-19", "--dry-run", "--Werror", file], check=True)
            subprocess.run(["c++", "-std=c++20", "-fsyntax-only", "-Wall", "-Wextra", "-Werror", f"-I{self.root}",
                            f"-I{ROOT}", f"-I{ROOT / 'dsl/include'}", "-isystem", HALIDE, file], check=True)

    def check_refused(self, *cases):
        before = self.tree()
        for arguments, message in cases:
            with self.subTest(arguments=arguments):
                run = self.run_tool(*arguments)
                self.assertEqual(run.returncode, 1)
                self.assertTrue(run.stderr.startswith(f"{self.tool}: {message}"), run.stderr)
                self.assertEqual(self.tree(), before)


class NewOp(NewFiles):
    tool = "new_op"
    copied = ["dsl/ops.h"]

    def test_files_compile_and_are_formatted(self):
        run = self.run_tool("made_up", "--section", "activation")
        self.assertEqual(run.returncode, 0, run.stderr)
        self.assertEqual(run.stdout.split(), ["dsl/ops/made_up.cpp", "tests/ops/made_up.cpp", "dsl/ops.h"])
        (self.root / "dsl/op_list.h").write_text("namespace lithe { struct Op; extern const Op made_up_op; }\n")
        self.check_compiles("dsl/ops/made_up.cpp", "tests/ops/made_up.cpp")

    def test_refuses_what_it_cannot_do(self):
        self.check_refused(
            (["CamelCase"], "'CamelCase' is not a name in lower case that C++ allows"),
            (["switch"], "'switch' is not a name in lower case that C++ allows"),
            (["relu"], "dsl/ops.h declares 'relu' already"),
            (["made_up", "--section", "nowhere"], "dsl/ops.h has no section 'nowhere'; it has: "))


class NewPass(NewFiles):
    tool = "new_pass"
    copied = ["compiler/passes/passes.h", "compiler/passes/pipeline.cpp"]

    def test_files_compile_and_are_formatted(self):
        run = self.run_tool("made_up")
        self.assertEqual(run.returncode, 0, run.stderr)
        self.assertEqual(run.stdout.split(), ["compiler/passes/made_up.cpp", "tests/golden/made_up/example.ir",
                                              "compiler/passes/passes.h", "compiler/passes/pipeline.cpp"])
        self.check_compiles("compiler/passes/made_up.cpp", "compiler/passes/pipeline.cpp")

    def test_row_and_contract_stand_before_the_named_pass(self):
        self.assertEqual(self.run_tool("made_up", "--before", "group").returncode, 0)
        for path, mine, theirs in [("passes.h", "bool made_up(", "bool group("),
                                   ("pipeline.cpp", '{"made_up", made_up},', '{"group", ')]:
            text = (self.root / "compiler/passes" / path).read_text()
            self.assertLess(text.index(mine), text.index(theirs))
            self.assertNotIn("bool", text[text.index(mine) + 5:text.index(theirs)])

    def test_refuses_what_it_cannot_do(self):
        self.check_refused(
            (["group"], "pipeline.cpp has a row 'group' already"),
            (["FoldAll"], "'FoldAll' is not a name in lower case that C++ allows"),
            (["made_up", "--before", "nothing"], "pipeline.cpp has no row 'nothing'; it has: "))


unittest.main()
