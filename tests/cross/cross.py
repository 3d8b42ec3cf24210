#!/usr/bin/env python3
"""Kernels of every family for AArch64 and the runtime, cross-compiled, run under emulation beside eager mode's results.

usage: cross.py CROSS_EMIT WORK_FOLDER. Ends with status 77 and a word where the cross compiler or the emulator is missing."""
import concurrent.futures
import pathlib
import shutil
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
COMPILER, EMULATOR = "aarch64-linux-gnu-g++", "qemu-aarch64"
PACKAGES = {COMPILER: "g++-aarch64-linux-gnu", EMULATOR: "qemu-user"}


def compiled(source, folder):
    """An object of the runtime, anew where a file of the runtime is newer."""
    target = folder / (source.stem + ".o")
    newest = max(p.stat().st_mtime for p in (ROOT / "runtime").iterdir())
    if not target.exists() or target.stat().st_mtime < newest:
        subprocess.run([COMPILER, "-std=c++20", "-O1", f"-I{ROOT}", "-c", source, "-o", target], check=True)
    return target


def main(emit, work):
    for program, package in PACKAGES.items():
        if shutil.which(program) is None:
            print(f"skipped: there is no {program} (Debian: {package}; tools/setup --cross)")
            return 77
    models, objects = work / "models", work / "runtime"
    shutil.rmtree(models, ignore_errors=True)
    for folder in (models, objects):
        folder.mkdir(parents=True, exist_ok=True)
    subprocess.run([emit, "aarch64", models], check=True)
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        runtime = list(pool.map(lambda source: compiled(source, objects), sorted((ROOT / "runtime").glob("*.cpp"))))
    program = work / "run"
    subprocess.run([COMPILER, "-std=c++20", "-O1", "-static", f"-I{ROOT}", f"-I{models}", ROOT / "tests/cross/run.cpp",
                    *sorted(models.glob("*.a")), *runtime, "-o", program, "-pthread"], check=True)
    return subprocess.run([EMULATOR, program, models]).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], pathlib.Path(sys.argv[2])))
