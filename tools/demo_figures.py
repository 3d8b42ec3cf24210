#!/usr/bin/env python3
"""Puts the demo's figures together: eager beside compiled, sizes, times. usage: demo_figures.py FOLDER

Writes FOLDER/figures.json. Fails where eager and compiled accuracy differ.
"""
import json
import os
import re
import struct
import subprocess
import sys


def read_logits(path):
    """The only f32 tensor of a safetensors file, flattened."""
    with open(path, "rb") as file:
        header = json.loads(file.read(struct.unpack("<Q", file.read(8))[0]))
        data = file.read()
    begin, end = header["logits"]["data_offsets"]
    return struct.unpack(f"<{(end - begin) // 4}f", data[begin:end])


def text_bytes(path):
    """The program's text without the kernels of its model: the runtime and what it takes from libraries."""
    whole = int(run(["size", path]).splitlines()[1].split()[0])
    symbols = [line.split() for line in run(["nm", "-S", path]).splitlines()]
    return whole - sum(int(s[1], 16) for s in symbols if len(s) == 4 and s[3].startswith("lithe_k_"))


def run(command):
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def main(folder):
    with open(f"{folder}/eager.json") as file:
        eager = json.load(file)
    with open(f"{folder}/compile.json") as file:
        compiled = json.load(file)
    with open(f"{folder}/digits.txt") as file:
        program = json.loads(next(line for line in file if line.startswith("{")))
    logits = read_logits(f"{folder}/compiled_logits.safetensors")
    figures = {
        "eager_accuracy": eager["eager_accuracy"],
        "compiled_accuracy": program["compiled_accuracy"],
        "max_logit_difference": max(abs(a - b) for a, b in zip(eager["logits"], logits)),
        "latency_us_batch1": program["latency_us_batch1"],
        "latency_us_batch64": program["latency_us_batch64"],
        "eager_us_batch1": eager["eager_us_batch1"],
        "library_bytes": os.path.getsize(f"{folder}/liblenet.a"),
        "runtime_text_bytes": text_bytes(f"{folder}/digits"),
        "arena_bytes": program["arena_bytes"],
        "arena_lower_bound_bytes": program["arena_lower_bound_bytes"],
        "load_to_first_result_ms": program["load_to_first_result_ms"],
        "compile_s": compiled["compile_s"],
    }
    with open(f"{folder}/figures.json", "w") as file:
        json.dump(figures, file, indent=2)
        file.write("\n")
    print(f"\n== figures (also in {folder}/figures.json)")
    for name, value in figures.items():
        print(f"  {name:26} {value:.6g}" if isinstance(value, float) else f"  {name:26} {value:,}")
    libraries = subprocess.run(["ldd", f"{folder}/digits"], check=True, capture_output=True, text=True).stdout
    names = sorted(line.split()[0] for line in libraries.splitlines())
    print("  shared libraries of the program: " + ", ".join(names))
    foreign = [name for name in names
               if not re.match(r"(linux-vdso|libc|libm|libstdc\+\+|libgcc_s|/lib(64)?/ld-linux-[\w-]+)\.so", name)]
    if foreign:
        sys.exit("demo: the program needs more than the C and C++ libraries: " + ", ".join(foreign))
    if figures["runtime_text_bytes"] > 300_000:
        sys.exit(f"demo: {figures['runtime_text_bytes']:,} bytes of text, 300,000 are allowed")
    if abs(figures["eager_accuracy"] - figures["compiled_accuracy"]) > 1e-6:  # printed with six digits
        sys.exit("demo: eager and compiled accuracy differ")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(sys.argv[1])
