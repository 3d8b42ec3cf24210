#!/usr/bin/env python3
"""The `lithe` command as a user runs it: each subcommand, what it prints, and what it says of mistakes.

usage: test_lithe_command.py LITHE RUNTIME_ARCHIVE [--update-goldens]
"""
import json
import os
import pathlib
import re
import shutil
import struct
import subprocess
import sys
import tempfile
import unittest

LITHE, RUNTIME = sys.argv[1:3]
UPDATE = "--update-goldens" in sys.argv
ERRORS = pathlib.Path(__file__).resolve().parents[1] / "errors"
MODEL = """#pragma once
#include <lithe/lithe.h>

struct NetImpl : lithe::nn::Module {
    lithe::nn::Linear first{4, 8}, second{8, 3};
    lithe::Tensor forward(lithe::Tensor x) { return second(lithe::relu(first(x))); }
};
LITHE_MODULE(Net);
"""


def write_safetensors(path, name, shape, values):
    data = struct.pack(f"<{len(values)}f", *values)
    header = json.dumps({name: {"dtype": "F32", "shape": shape, "data_offsets": [0, len(data)]}}).encode()
    path.write_bytes(struct.pack("<Q", len(header)) + header + data)


class Command(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.temporary = tempfile.TemporaryDirectory()
        cls.folder = pathlib.Path(cls.temporary.name)
        (cls.folder / "net.h").write_text(MODEL)

    @classmethod
    def tearDownClass(cls):
        cls.temporary.cleanup()

    def lithe(self, *words, status=0, program=LITHE, **environment):
        """Runs the command in the folder; returns what it wrote to stdout, or to stderr where it has to fail."""
        run = subprocess.run([program, *words], cwd=self.folder, capture_output=True, text=True,
                             env={**os.environ, **environment})
        self.assertEqual(run.returncode, status, run.stdout + run.stderr)
        return run.stderr if status else run.stdout

    def model(self, command, *words, inputs="x:f32[N=1..8,4]", **options):
        return self.lithe(command, "net.h", "--class", "Net", "--inputs", inputs, "--name", "net", *words, **options)

    def test_help_and_version(self):
        self.assertRegex(self.lithe("--version"), r"^lithe \d+\.\d+\.\d+\n$")
        text = self.lithe("--help")
        for command in ["compile", "trace", "dump", "check", "run", "bench", "inspect", "new"]:
            self.assertIn(f"  {command} ", text)
        self.assertIn("--inputs", self.lithe("compile", "net.h", "--class", "Net", "--help-model"))

    def test_compile_gives_the_same_bytes_again(self):
        text = self.model("compile", "-o", "a")
        self.model("compile", "-o", "b")
        for name in ["libnet.a", "net.h", "net.safetensors"]:
            self.assertIn(name, text)
            self.assertEqual((self.folder / "a" / name).read_bytes(), (self.folder / "b" / name).read_bytes())

    def test_trace_and_dump(self):
        self.assertIn("@first.weight", self.model("trace"))
        self.assertIn("group", self.model("dump"))
        self.assertEqual(json.loads(self.model("dump", "--format=json"))["name"], "net")
        self.assertTrue(self.model("dump", "--format=dot").startswith("digraph"))

    def test_other_flags_make_another_program(self):
        for width in [5, 6]:
            (self.folder / f"width{width}").mkdir()
            (self.folder / f"width{width}" / "width.h").write_text(f"constexpr int width = {width};\n")
        (self.folder / "wide.h").write_text('#include "width.h"\n' + MODEL.replace("first{4, 8}", "first{4, width}").replace("second{8,", "second{width,"))
        for width in [5, 6]:
            text = self.lithe("trace", "wide.h", "--class", "Net", "--inputs", "x:f32[2,4]", "-I", f"width{width}")
            self.assertIn(f"f32[{width}, 4]", text)

    def test_check(self):
        self.assertIn("eager and compiled agree", self.model("check", "--sizes", "N=3"))

    def test_run_and_inspect(self):
        write_safetensors(self.folder / "in.safetensors", "x", [2, 4], [1.0] * 8)
        self.model("run", "--in", "in.safetensors", "--out", "out.safetensors")
        self.assertEqual(self.lithe("inspect", "out.safetensors"), "output0 f32[2, 3]\n")
        self.model("compile", "-o", "c")
        self.assertEqual(self.lithe("inspect", "c/net.safetensors"),
                         "first.weight f32[8, 4]\nfirst.bias f32[8]\nsecond.weight f32[3, 8]\nsecond.bias f32[3]\n")

    def test_bench(self):
        times = json.loads(self.model("bench", "--json", "--repetitions", "5", "--sizes", "N=2"))
        self.assertGreater(times["min_us"], 0)
        self.assertGreaterEqual(times["median_us"], times["min_us"])
        self.assertIn("first", self.model("bench", "--steps", "--repetitions", "3"))

    def check_golden(self, name, stderr):
        """Compares the last message with its golden text; what differs from machine to machine is left out."""
        text = stderr[stderr.rindex("error: ") + len("error: "):].replace(str(self.folder), "{folder}")
        text = re.sub(r"\b[0-9a-f]{16}\b", "{hash}", text)
        text = re.sub(r"(exit status \d+\)): .* \[", r"\1: {command} [", text)
        golden = ERRORS / f"{name}.txt"
        if UPDATE:
            golden.write_text(text)
        self.assertEqual(text, golden.read_text())

    def test_command_lines_that_are_not_understood(self):
        words = ["net.h", "--class", "Net"]
        self.check_golden("tool.command", self.lithe("chekc", *words, status=2))
        self.check_golden("tool.option", self.model("trace", "--ful", status=2))
        self.check_golden("tool.arguments", self.lithe("trace", *words, status=2))
        for arguments in [[], ["--hlep"], ["trace"], ["trace", "net.h"], ["inspect"], ["inspect", "--all", "x"],
                          ["trace", *words, "--inputs"], ["compile", *words, "--inputs", "x:f32[1,4]", "--threads", "two"],
                          ["dump", *words, "--inputs", "x:f32[1,4]", "--format", "xml"]]:
            with self.subTest(arguments=arguments):
                self.assertRegex(self.lithe(*arguments, status=2), r"(?m)^error: lithe.* \[tool\.(option|arguments)\]$")

    def test_words_of_the_model_s_program_are_not_blamed(self):
        self.assertIn("--class is required [tool.arguments]", self.lithe("trace", "net.h", "--inputs", "x:f32[1,4]", status=2))
        error = self.model("compile", "--threads", "0", status=2)
        self.assertIn("--threads: expected a number above 0, got '0' [tool.arguments]", error)

    def test_paths_with_spaces_and_accents(self):
        folder = self.folder / "my models é"
        folder.mkdir()
        (folder / "net one.h").write_text("#include \"layers of mine.h\"\n" + MODEL)
        (folder / "layers of mine.h").write_text("#pragma once\n")
        words = ["compile", "my models é/net one.h", "--class", "Net", "--inputs", "x:f32[N=1..8,4]", "--name", "net", "-o",
                 "my models é/out of it", "--work", "work in progress"]
        self.assertIn("my models é/out of it/libnet.a", self.lithe(*words))
        programs = list((self.folder / "work in progress").glob("*/program"))
        built = [p.stat().st_mtime_ns for p in programs]
        self.lithe(*words)
        self.assertEqual([p.stat().st_mtime_ns for p in programs], built, "built again though nothing changed")
        (folder / "layers of mine.h").write_text("#pragma once\n#include <vector>\n")
        self.lithe(*words)
        self.assertNotEqual([p.stat().st_mtime_ns for p in programs], built)

    def test_new_overwrites_nothing(self):
        self.assertIn("wrote fresh/main.cpp", self.lithe("new", "fresh"))
        files = {p: p.read_bytes() for p in (self.folder / "fresh").iterdir()}
        self.assertEqual({p.name for p in files}, {"CMakeLists.txt", "README.md", "fresh_model.h", "main.cpp"})
        (self.folder / "fresh" / "CMakeLists.txt").unlink()
        error = self.lithe("new", "fresh", status=1)
        self.check_golden("tool.file_exists", error)
        self.assertFalse((self.folder / "fresh" / "CMakeLists.txt").exists())
        for path, content in files.items():
            if path.name != "CMakeLists.txt":
                self.assertEqual(path.read_bytes(), content)
        for name in ["Digits", "3d", "a-b", "../up", ""]:
            with self.subTest(name=name):
                self.assertIn("[tool.project_name]", self.lithe("new", name, status=1))
        self.check_golden("tool.project_name", self.lithe("new", "Digits", status=1))
        self.assertIn("lithe check fresh_model.h --class Fresh", files[self.folder / "fresh" / "README.md"].decode())

    def test_mistakes(self):
        self.check_golden("tool.model_file", self.lithe("trace", "none.h", "--class", "Net", "--inputs", "x:f32[1]", status=1))
        self.check_golden("tuning.file", self.model("compile", "--tuning", "none.txt", status=1))
        self.check_golden("tool.class", self.lithe("trace", "net.h", "--class", "Ned", "--inputs", "x:f32[1]", status=1))
        self.assertIn("[input_spec.syntax]", self.model("trace", inputs="x:f32", status=1))
        self.assertIn("[linear.features]", self.model("trace", inputs="x:f32[N=1..8,5]", status=1))
        self.assertIn("[file.open]", self.lithe("inspect", "none.safetensors", status=1))
        (self.folder / "cut.safetensors").write_bytes(b"\x10\0\0\0\0\0\0\0{")
        self.assertIn("[safetensors.truncated]", self.lithe("inspect", "cut.safetensors", status=1))
        self.assertIn("[load_state_dict.incompatible]", self.model("compile", "-o", "d", "--weights", self.wrong_weights(), status=1))
        self.assertFalse((self.folder / "d" / "libnet.a").exists())
        (self.folder / "broken.h").write_text("struct Net {")
        words = ["--class", "Net", "--inputs", "x:f32[1]"]
        self.check_golden("tool.build", self.lithe("trace", "broken.h", *words, status=1))
        (self.folder / "other.h").write_text(MODEL + "\n")
        self.check_golden("tool.start", self.lithe("trace", "other.h", *words, status=1, CXX="no-such-compiler"))
        alone = self.folder / "alone" / "lithe"
        alone.parent.mkdir()
        shutil.copy(LITHE, alone)
        self.check_golden("tool.incomplete", self.lithe("trace", "net.h", *words, status=1, program=alone))

    def test_a_model_that_throws_a_number(self):
        (self.folder / "odd.h").write_text("""#pragma once
#include <lithe/lithe.h>
struct ThrowingImpl : lithe::nn::Module {
    lithe::Tensor forward(lithe::Tensor) { throw 5; }
};
LITHE_MODULE(Throwing);
""")
        words = ("--inputs", "x:f32[2,4]", "--name", "odd")
        self.assertIn("error: the model threw what is no std::exception",
                      self.lithe("compile", "odd.h", "--class", "Throwing", *words, status=1))

    def test_a_model_that_throws_is_named(self):
        (self.folder / "throws.h").write_text("""#pragma once
#include <lithe/lithe.h>
#include <stdexcept>
struct InnerImpl : lithe::nn::Module {
    lithe::Tensor forward(const lithe::Tensor&) { throw std::runtime_error("no table for this language"); }
};
LITHE_MODULE(Inner);
struct OuterImpl : lithe::nn::Module {
    lithe::nn::Linear first{4, 4};
    std::vector<Inner> blocks{Inner(), Inner()};
    lithe::Tensor forward(const lithe::Tensor& x) { return blocks[1](first(x)); }
};
LITHE_MODULE(Outer);
""")
        for command in ["compile", "check"]:
            error = self.lithe(command, "throws.h", "--class", "Outer", "--inputs", "x:f32[2,4]", status=1)
            self.assertIn("error: forward() threw: no table for this language [trace.exception]\n"
                          "  in blocks.1 (Inner), forward() of Outer", error)

    def test_a_model_without_a_constructor_of_no_arguments(self):
        (self.folder / "sized.h").write_text(MODEL.replace("{4, 8}, second{8, 3};", "{4, 8}, second;\n"
                                             "    explicit NetImpl(int classes) : second(8, classes) {}"))
        error = self.lithe("compile", "sized.h", "--class", "Net", "--inputs", "x:f32[2,4]", status=1)
        errors = [line for line in error.splitlines() if "error:" in line]
        self.assertIn("needs a constructor without arguments", errors[0], error)
        self.assertEqual(len(errors), 2, error)  # and that the build failed

    def test_parts_that_were_built_from_other_headers(self):
        prefix = self.folder / "prefix"
        for name in ["bin", "lib", "include/lithe/dsl"]:
            (prefix / name).mkdir(parents=True)
        for name in ["lib/liblithe.so", "include/lithe/lithe.h", "include/lithe/dsl/tensor.h"]:
            (prefix / name).touch()
        reflect = pathlib.Path(LITHE).parent / "lithe-reflect"
        for program in [LITHE, reflect]:
            shutil.copy(program, prefix / "bin")
        words = ["--class", "Net", "--inputs", "x:f32[1,4]"]
        self.check_golden("tool.headers", self.lithe("trace", "net.h", *words, status=1, program=prefix / "bin" / "lithe"))
        error = self.lithe("net.h", "-o", "net.inc", "--headers=0123456789abcdef", status=1, program=reflect)
        self.assertRegex(error, r"^error: lithe-reflect was built from other headers .* \[reflect\.headers\]$")
        self.assertFalse((self.folder / "net.inc").exists())

    def test_a_mistake_is_named_once_and_mended(self):
        model = self.folder / "mended.h"
        model.write_text(MODEL.replace("lithe::relu(", "lithe::rleu("))
        words = ["trace", "mended.h", "--class", "Net", "--inputs", "x:f32[1,4]"]
        error = self.lithe(*words, status=1)
        self.assertEqual(error.count("mended.h:6:"), 1, error)
        self.assertIn("rleu", error)
        # What the tool that reads the model lets pass is the compiler's to say.
        model.write_text(MODEL + "inline int half() { asm(\"no such instruction\"); return 1; }\ninline int use = half();\n")
        self.assertIn("no such instruction", self.lithe(*words, status=1))
        model.write_text(MODEL)
        self.assertIn("@first.weight", self.lithe(*words))
        self.assertIn("@first.weight", self.lithe(*words))

    def wrong_weights(self):
        write_safetensors(self.folder / "wrong.safetensors", "first.weight", [1], [1.0])
        return "wrong.safetensors"


class Archives(unittest.TestCase):
    """The runtime and a compiled model: nothing runs before main(), and no symbol of Halide gets out."""

    def check(self, archive, needed):
        symbols = subprocess.run(["nm", "-A", archive], check=True, capture_output=True, text=True).stdout
        self.assertRegex(symbols, needed)
        self.assertNotRegex(symbols, r"\bhalide_")
        self.assertNotRegex(symbols, r"_GLOBAL__(sub_)?I")
        sections = subprocess.run(["readelf", "-S", "-W", archive], check=True, capture_output=True, text=True).stdout
        self.assertRegex(sections, r"\.text\b")
        found = re.findall(r"\] (\.(?:preinit_array|init_array|ctors|init)\S*)", sections)
        self.assertEqual(found, [])

    def test_runtime(self):
        self.check(RUNTIME, r" T .*lithe.*Session")

    def test_compiled_model(self):
        with tempfile.TemporaryDirectory() as folder:
            (pathlib.Path(folder) / "net.h").write_text(MODEL)
            subprocess.run([LITHE, "compile", "net.h", "--class", "Net", "--inputs", "x:f32[N=1..8,4]", "--name", "net",
                            "--quiet"], cwd=folder, check=True, capture_output=True)
            self.check(f"{folder}/libnet.a", r"lithe_k_")

    def test_the_check_finds_an_initialiser(self):
        with tempfile.TemporaryDirectory() as folder:
            (pathlib.Path(folder) / "a.cpp").write_text("int f();\nint x = f();\n")
            subprocess.run(["c++", "-c", "a.cpp", "-o", "a.o"], cwd=folder, check=True)
            subprocess.run(["ar", "rc", "a.a", "a.o"], cwd=folder, check=True)
            with self.assertRaises(AssertionError):
                self.check(f"{folder}/a.a", r"f")


unittest.main(argv=sys.argv[:1])
