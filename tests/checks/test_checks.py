#!/usr/bin/env python3
"""The checks of the tree find what they are there for."""
import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "tools" / "checks"))
import error_goldens
import file_sizes
import format as formatting
import layers
import machine_paths


class Layers(unittest.TestCase):
    def findings(self, path, *headers, **others):
        text = "".join(f"#include {h}\n" for h in headers)
        return layers.check({path: text, **others})

    def test_accepts_the_flow(self):
        for path, header in [
            ("runtime/a.cpp", '"runtime/b.h"'), ("dsl/a.cpp", '"runtime/b.h"'), ("compiler/ir/a.h", '"dsl/b.h"'),
            ("compiler/passes/a.cpp", '"compiler/ir/b.h"'), ("compiler/plan/a.cpp", '"compiler/lower/b.h"'),
            ("compiler/emit/a.cpp", '"compiler/plan/b.h"'), ("compiler/compile.cpp", '"compiler/ir/b.h"'),
            ("tools/lithe/a.cpp", '"compiler/plan/b.h"'), ("tests/ops/a.cpp", '"tests/ops/b.h"'),
            ("runtime/a.cpp", "<vector>"), ("runtime/a.cpp", "<sys/mman.h>"), ("dsl/ops/relu.cpp", "<Halide.h>"),
            ("compiler/lower/gemm.h", "<Halide.h>"), ("compiler/emit/a.cpp", "<llvm/Object/Archive.h>"),
        ]:
            with self.subTest(path=path, header=header):
                self.assertEqual(self.findings(path, header), [])

    def test_rejects_what_points_up(self):
        for path, header in [
            ("runtime/a.cpp", '"dsl/b.h"'), ("runtime/a.cpp", "<lithe/lithe.h>"), ("dsl/a.h", '"compiler/ir/b.h"'),
            ("compiler/ir/a.cpp", '"compiler/passes/b.h"'), ("compiler/passes/a.cpp", '"compiler/lower/b.h"'),
            ("compiler/lower/a.cpp", '"compiler/plan/b.h"'), ("compiler/plan/a.cpp", '"compiler/emit/b.h"'),
            ("compiler/trace/a.cpp", '"compiler/compile.h"'), ("compiler/emit/a.cpp", '"tools/b.h"'),
            ("tools/a.cpp", '"tests/b.h"'), ("dsl/tensor.cpp", "<Halide.h>"), ("compiler/ir/a.h", "<Halide.h>"),
            ("compiler/passes/a.cpp", "<HalideBuffer.h>"), ("dsl/a.h", "<llvm/ADT/StringRef.h>"),
            ("tools/lithe/a.cpp", "<clang/AST/AST.h>"), ("runtime/a.cpp", "<fmt/format.h>"),
            ("runtime/a.cpp", "<Eigen/Core>"), ("runtime/a.cpp", '"error.h"'.replace("error", "some/error")),
            ("dsl/a.h", "<boost/test/unit_test.hpp>"), ("dsl/a.cpp", "  <compiler/ir/b.h>"),
        ]:
            with self.subTest(path=path, header=header):
                self.assertEqual(len(self.findings(path, header)), 1)

    def test_public_headers_reach_no_library(self):
        tree = {"dsl/include/lithe/lithe.h": '#include "dsl/tensor.h"\n', "dsl/tensor.h": "#include <vector>\n",
                "dsl/inner.h": "#include <fmt/format.h>\n"}
        self.assertEqual(layers.check(tree), [])
        tree["dsl/tensor.h"] += '#include "dsl/inner.h"\n'
        self.assertEqual(layers.check(tree), [
            "dsl/inner.h:1: a public header includes <fmt/format.h>: "
            "dsl/include/lithe/lithe.h -> dsl/tensor.h -> dsl/inner.h"])

    def test_a_models_header_does_not_reach_the_compiler(self):
        tree = {"dsl/include/lithe/lithe.h": "#include <lithe/driver.h>\n",
                "compiler/include/lithe/driver.h": '#include "compiler/driver.h"\n', "compiler/driver.h": ""}
        self.assertEqual(layers.check(tree), ['dsl/include/lithe/lithe.h:1: dsl may not include "lithe/driver.h"'])
        del tree["dsl/include/lithe/lithe.h"]
        self.assertEqual(layers.check(tree), [])


class MachinePaths(unittest.TestCase):
    def test_finds_paths_and_hosts(self):
        for text in ["cd /ro" + "ot/x", "#include \"/wo" + "rk/a.h\"", "py" + "pi.org", "/ho" + "me/me/x"]:
            with self.subTest(text=text):
                self.assertEqual(len(machine_paths.check({"a": "fine\n" + text})), 1)

    def test_accepts_relative_paths_and_the_system(self):
        text = "build/wo" + "rk/x /usr/lib/llvm-19 ${HOME}/ro" + "ot/x a/ho" + "me/b/c"
        self.assertEqual(machine_paths.check({"a": text}), [])


class FileSizes(unittest.TestCase):
    def test_limits(self):
        good = {"dsl/a.cpp": 600, "dsl/README.md": 30}
        self.assertEqual(file_sizes.check(good), [])
        self.assertEqual(len(file_sizes.check({**good, "dsl/a.cpp": 601})), 1)
        self.assertEqual(len(file_sizes.check({**good, "dsl/README.md": 31})), 1)
        self.assertEqual(len(file_sizes.check({"dsl/a.cpp": 1})), 1)



class Format(unittest.TestCase):
    def test_names_each_file_once(self):
        line = "dsl/a.cpp:3:1: error: code should be clang-formatted [-Wclang-format-violations]\n"
        self.assertEqual(formatting.check(line + line), ["dsl/a.cpp: run tools/format"])
        self.assertEqual(formatting.check(""), [])


class ErrorGoldens(unittest.TestCase):
    TREE = {"dsl/a.cpp": 'throw UserError("cat.empty", "x"); throw InternalError("lower.bug", "y");',
            "dsl/b.cpp": 'throw UserError(op + ".rank", "x");  // "not.an_id"',
            "runtime/c.cpp": 'void fail() { throw UserError(concat({"zip.", reason}), ""); }\n'
                             'fail(where_, "format", {"no.match", 1}); fail("input.size", port);'}

    def test_finds_ids(self):
        self.assertEqual(sorted(error_goldens.ids(self.TREE)),
                         ["*.rank", "cat.empty", "input.size", "no.match", "zip.format"])

    def test_reports_ids_without_golden(self):
        found = error_goldens.ids({p: self.TREE[p] for p in ["dsl/a.cpp", "dsl/b.cpp"]})
        self.assertEqual(error_goldens.check(found, {"cat.empty", "conv.rank"}, {}), [])
        self.assertEqual(len(error_goldens.check(found, {"conv.rank"}, {})), 1)
        self.assertEqual(len(error_goldens.check(found, {"cat.empty"}, {})), 1)

    def test_the_list_shrinks(self):
        found = error_goldens.ids({"dsl/a.cpp": self.TREE["dsl/a.cpp"]})
        self.assertEqual(error_goldens.check(found, set(), {"cat.empty": "why"}), [])
        self.assertEqual(len(error_goldens.check(found, {"cat.empty"}, {"cat.empty": "why"})), 1)
        self.assertEqual(len(error_goldens.check(found, {"cat.empty"}, {"cat.gone": "why"})), 1)


unittest.main()
