#!/usr/bin/env python3
"""The suite's stages and report, with a harness in place of the peers': a network that fails is a row, a run goes on."""
import json
import os
import pathlib
import stat
import subprocess
import sys
import tempfile
import unittest

SUITE = pathlib.Path(__file__).resolve().parents[2] / "bench" / "suite" / "suite.py"
HARNESS = '''
import json, os, pathlib
ALL, PY, NAME, MODELS = ["good", "wrong", "broken", "dies"], {"ort": __file__, "ov": "/nowhere"}, {"ort": "ORT"}, "models"
LOG = pathlib.Path(__file__).with_name("log")
def flops(path): return {"flops": 2e6, "weight_bytes": 8}
class Worker:
    def __init__(self, peer, model, batch, threads): self.peer, self.model = peer, model
    def ready(self):
        self.cold, self.rss = {"total_ms": 2 if self.peer == "lithe" else 40, "python_ms": 1}, {"rss_first": 5}
        return self
    def ask(self, **command): return {"rel": 1e-2 if self.model == "wrong" else 1e-6}
    def quit(self): pass
def measure(options, model, batch, threads):
    with LOG.open("a") as log: log.write(f"{model} {batch} {threads} {' '.join(options.peers)}\\n")
    if model == "dies": raise RuntimeError("exit -11")
    found = {"median_ms": 0.1 * batch, "iqr": 0.01, "err_rel": 1e-6}
    return {"peers": {"lithe": found, "ort": {**found, "median_ms": 0.2 * batch}}, "peak": 200}
'''
# Stands for `cmake`: makes a program and a summary, or fails.
BUILD = '''#!/usr/bin/env python3
import json, pathlib, shutil, sys
build, target = pathlib.Path(sys.argv[2]), sys.argv[4]
if "broken" in target: sys.exit("error: no schedule")
folder = build / "bench/suite"
(folder / (target[6:] + "_model")).mkdir(parents=True, exist_ok=True)
shutil.copy("/bin/true", folder / target)
driver = folder / (target[6:] + "_driver")
driver.write_text("#!/bin/sh\\n[ $1 = tune ] && echo '" + json.dumps({"problems": 3, "changed": 1, "model_us": 11.0, "tuned_us": 10.0}) + "'\\n")
driver.chmod(0o755)
(folder / (target[6:] + "_model") / "summary.json").write_text(json.dumps({"inputs": "x", "kernels": 2, "groups": 3,
    "arena_bytes": 100, "arena_lower_bound_bytes": 100, "weights_bytes": 8, "kernels_shared": 1, "groups_that_share": 2}))
'''


class Suite(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory()))
        for name in ("peers", "bin", "data"):
            (self.folder / name).mkdir()
        (self.folder / "peers/peers.py").write_text(HARNESS)
        cmake = self.folder / "bin/cmake"
        cmake.write_text(BUILD)
        cmake.chmod(cmake.stat().st_mode | stat.S_IXUSR)

    def run_suite(self, *words):
        paths = {"peers": "peers", "peers-data": "data", "build": "build", "out": "out"}
        found = [f"--{option}={self.folder / path}" for option, path in paths.items()]
        environment = {**os.environ, "PATH": f"{self.folder / 'bin'}:{os.environ['PATH']}"}
        return subprocess.run([sys.executable, SUITE, *found, *words], env=environment, capture_output=True, text=True)

    def report(self):
        return json.loads((self.folder / "out/report.json").read_text())

    def log(self):
        return (self.folder / "peers/log").read_text().splitlines()

    def test_a_network_that_fails_is_a_row(self):
        done = self.run_suite("--settings", "1x1,8x2", "--only", "build,check,cold,run,report")
        self.assertEqual(done.returncode, 1, done.stdout + done.stderr)
        rows = self.report()["settings"]["8x2"]
        self.assertAlmostEqual(rows["good"]["ratio"], 2)
        self.assertAlmostEqual(rows["good"]["percent_of_peak"], 100 * 2e6 / 0.8e-3 / 200e9)
        self.assertEqual(rows["good"]["fastest_peer"], "ort")
        self.assertIn("build: error: no schedule", rows["broken"]["error"])
        self.assertIn("wrong: 1.00e-02", rows["wrong"]["error"])
        self.assertIn("exit -11", rows["dies"]["error"])
        self.assertNotIn("ratio", rows["wrong"])
        # What is wrong or was not built is not timed; peers that are not installed are left out.
        self.assertEqual({line.split()[0] for line in self.log()}, {"good", "dies"})
        self.assertEqual({" ".join(line.split()[3:]) for line in self.log()}, {"lithe ort"})
        text = (self.folder / "out/report.md").read_text()
        self.assertIn("| broken | failed: build: error: no schedule", text)
        self.assertIn("Geometric mean 2.000 over 1 networks", text)
        self.assertIn("| good.b1 | 0 | 1.000 |", text)
        self.assertEqual(self.report()["footprint"]["good.b1"]["lithe_cold_ms"], 2)
        self.assertIn("wrong.b8.t2: check failed", done.stdout)

    def test_a_run_goes_on_where_it_was(self):
        words = ["--models", "good", "--only", "build,check,run,report"]
        self.assertEqual(self.run_suite("--settings", "1x1", *words).returncode, 0)
        self.assertEqual(self.run_suite("--settings", "1x1,1x2", *words).returncode, 0)
        self.assertEqual([line.split()[2] for line in self.log()], ["1", "2"])
        self.assertEqual(self.run_suite("--settings", "1x2", "--again", *words).returncode, 0)
        self.assertEqual([line.split()[2] for line in self.log()], ["1", "2", "2"])
        # Another program under the same name.
        build = self.folder / "bin/cmake"
        build.write_text(BUILD.replace("/bin/true", "/bin/false"))
        self.assertEqual(self.run_suite("--settings", "1x1", *words).returncode, 0)
        self.assertEqual(len(self.log()), 4)

    def test_choices_beside_measured_ones(self):
        words = ["--settings", "1x1", "--models", "good"]
        self.assertEqual(self.run_suite(*words, "--only", "build,check,run,report").returncode, 0)
        self.assertEqual(self.report()["tuned"], {})
        self.assertEqual(self.run_suite(*words, "--only", "tune,report").returncode, 0)
        self.assertAlmostEqual(self.report()["tuned"]["good.b1"]["model_to_tuned"], 1.1)
        self.assertIn("Geometric mean 1.100 over 1 networks", (self.folder / "out/report.md").read_text())

    def test_unknown_words(self):
        self.assertIn("unknown networks nobody; known are good, wrong", self.run_suite("--models", "nobody").stderr)
        self.assertIn("unknown stages: fly", self.run_suite("--only", "fly").stderr)


if __name__ == "__main__":
    unittest.main()
