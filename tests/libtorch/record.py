#!/usr/bin/env python3
"""Runs the programs of tests/libtorch/programs with LibTorch and writes recorded/*.txt.

Usage: record.py [NAME...]      with a Python that has torch installed
"""
import pathlib
import re
import subprocess
import sys
import tempfile

import torch

here = pathlib.Path(__file__).resolve().parent
top = here.parent.parent
site = pathlib.Path(torch.__file__).parent

cases = re.findall(r"BOOST_AUTO_TEST_CASE\((\w+)\)", (here / "programs.cpp").read_text())
headers = "".join(f'#include "{p.relative_to(top)}"\n' for p in sorted((here / "programs").glob("*.h")))
calls = "".join(
    f'    run("{name}", [](Log& log) {{ programs::{name}(log{", folder" if name == "save_and_load" else ""}); }});\n'
    for name in cases)
source = f"""#include <fstream>
{headers}
using programs::Log;
static std::string folder;
template <class P>
void run(const std::string& name, P program) {{
    Log log;
    program(log);
    std::ofstream(folder + "/" + name + ".txt") << log.text();
}}
int main(int, char** argv) {{
    folder = argv[1];
{calls}}}
"""

with tempfile.TemporaryDirectory() as name:
    folder = pathlib.Path(name)
    (folder / "lithe").mkdir()
    (folder / "lithe" / "torch.h").write_text("#include <torch/torch.h>\n")
    (folder / "main.cpp").write_text(source)
    include = site / "include"
    subprocess.run(["c++", "-std=c++20", "-w", f"-I{folder}", f"-I{top}", "-isystem", include, "-isystem",
                    include / "torch/csrc/api/include", folder / "main.cpp", f"-L{site / 'lib'}", "-ltorch",
                    "-ltorch_cpu", "-lc10", f"-Wl,-rpath,{site / 'lib'}", "-o", folder / "main"], check=True)
    subprocess.run([folder / "main", folder], check=True)
    for case in sys.argv[1:] or cases:
        text = (folder / f"{case}.txt").read_text()
        (here / "recorded" / f"{case}.txt").write_text(text)
