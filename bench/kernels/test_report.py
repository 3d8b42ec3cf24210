#!/usr/bin/env python3
"""A short run of bench_kernels has a whole row for every case asked for. usage: test_report.py BENCH_KERNELS"""
import json
import math
import pathlib
import subprocess
import sys
import tempfile

CASES = {"gemm_33x100x77": 2 * 33 * 100 * 77, "conv3x3_32@33": 2 * 32 * 32 * 33 * 33 * 9, "softmax_64x1000": 0,
         "embedding_26of1000x64": 0}

with tempfile.TemporaryDirectory() as folder:
    report = pathlib.Path(folder) / "report.json"
    subprocess.run([sys.argv[1], "--only", "^(" + "|".join(CASES) + ")$", "--seconds", "0.001", "--threads", "2",
                    "--json", report], check=True)
    rows = {row["name"]: row for row in json.loads(report.read_text())["rows"]}
assert rows.keys() == CASES.keys(), rows.keys()
for name, flop in CASES.items():
    row = rows[name]
    assert row["flop"] == flop, row
    for key in ["median_us", "min_us", "compile_s", "bytes", "peak_gflops", "gb_s", "copy_gb_s", "copy_percent"]:
        assert math.isfinite(row[key]) and row[key] > 0, (key, row)
    assert (row["gflops"] > 0) == (flop > 0) and row["min_us"] <= row["median_us"], row
# 26 rows of 64 floats are read and written, and 26 indices read.
assert rows["embedding_26of1000x64"]["bytes"] == 26 * (64 * 4 * 2 + 8), rows["embedding_26of1000x64"]
