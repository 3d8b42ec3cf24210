"""The stages of the suite: build, check, compile, cold, run, tune. Each keeps what it found in the state, and does again only
what is missing or was found for another program."""
import gc
import hashlib
import json
import os
import pathlib
import statistics
import subprocess
import tempfile
import time
import types
import unittest.mock

RELATIVE_LIMIT = 1e-4  # of an output from the float64 reference, relative to the largest number there


class State:
    """What is known, in one JSON file that is replaced whole."""

    def __init__(self, path):
        self.path = path
        self.data = json.loads(path.read_text()) if path.exists() else {}

    def section(self, name):
        return self.data.setdefault(name, {})

    def put(self, section, key, value):
        self.section(section)[key] = value
        temporary = self.path.with_suffix(".new")
        temporary.write_text(json.dumps(self.data, indent=1))
        os.replace(temporary, self.path)


def last_line(text):
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    errors = [line for line in lines if "error" in line.lower() or "undefined reference" in line]
    return (errors or lines or ["no output"])[-1 if not errors else 0][:300]


def program_key(program):
    """Identifies a program's bytes; None where there is none."""
    return hashlib.sha1(program.read_bytes()).hexdigest()[:16] if program.exists() else None


def stripped_bytes(program):
    """Size of the linked program; weights lie in files of their own."""
    with tempfile.TemporaryDirectory() as folder:
        copy = pathlib.Path(folder) / "program"
        subprocess.run(["strip", "-o", str(copy), str(program)], check=True)
        return copy.stat().st_size


class Run:
    def __init__(self, arguments, peers, state):
        self.arguments, self.peers, self.state = arguments, peers, state
        self.batches = sorted({batch for batch, _ in arguments.settings})

    def stage(self, name, models):
        for model in models:
            for key, action in getattr(self, name)(model):
                begin = time.monotonic()
                try:
                    found = action()
                except Exception as error:  # of one network: it becomes its row
                    found = {"error": last_line(str(error))}
                gc.collect()  # workers whose owner is gone end when their pipes close
                self.state.put(name, key, found)
                say = found.get("error") or found.get("say", "")
                print(f"{name} {key}: {say} [{time.monotonic() - begin:.1f} s]", flush=True)

    def program(self, model, batch):
        return self.arguments.build / f"bench/suite/suite_{model}_b{batch}"

    def files(self, model, batch):
        return self.arguments.build / f"bench/suite/{model}_b{batch}_model"

    def known(self, stage, key, model, batch):
        """Whether a stage has a result for this program; results that are errors are tried again."""
        found = self.state.section(stage).get(key)
        same = found and found.get("program") == program_key(self.program(model, batch))
        return same and "error" not in found and not self.arguments.again

    def usable(self, model, batch):
        """None, or why the network's program cannot be timed."""
        for stage in ("build", "check"):
            error = self.state.section(stage).get(f"{model}.b{batch}", {}).get("error")
            if error:
                return f"{stage}: {error}"
        return None if self.program(model, batch).exists() else "build: there is no program"

    def build(self, model):
        def build(batch):
            ran = subprocess.run(["cmake", "--build", str(self.arguments.build), "--target", f"suite_{model}_b{batch}"],
                                 capture_output=True, text=True)
            if ran.returncode:
                raise RuntimeError(last_line(ran.stdout + ran.stderr))
            program = self.program(model, batch)
            summary = json.loads((self.files(model, batch) / "summary.json").read_text())
            return {"program": program_key(program), "program_bytes": stripped_bytes(program), **summary,
                    "say": f"{summary['kernels']} kernels"}
        for batch in self.batches:
            yield f"{model}.b{batch}", lambda batch=batch: build(batch)

    def check(self, model):
        def check(batch):
            worker = self.peers.Worker("lithe", model, batch, 2).ready()
            try:
                found = worker.ask(op="check", save="")
            finally:
                worker.quit()
            if not found["rel"] <= RELATIVE_LIMIT:
                raise RuntimeError(f"wrong: {found['rel']:.2e} from the reference, {RELATIVE_LIMIT:.0e} is allowed")
            return {"program": program_key(self.program(model, batch)), "rel": found["rel"], "say": f"{found['rel']:.1e}"}
        for batch in self.batches:
            key = f"{model}.b{batch}"
            if "error" not in self.state.section("build").get(key, {}) and not self.known("check", key, model, batch):
                yield key, lambda batch=batch: check(batch)

    def driver(self, model, batch, command, *options):
        """What a command of the network's own compiler prints."""
        driver = self.arguments.build / f"bench/suite/{model}_b1_driver"
        inputs = self.state.section("build")[f"{model}.b{batch}"]["inputs"]
        ran = subprocess.run([str(driver), command, "--quiet", "--inputs", inputs, *options], capture_output=True, text=True)
        if ran.returncode:
            raise RuntimeError(last_line(ran.stdout + ran.stderr))
        return ran.stdout

    def compile(self, model):
        """From cold: no kernel from a cache."""
        def compile(batch):
            with tempfile.TemporaryDirectory() as folder:
                summary = pathlib.Path(folder) / "summary.json"
                self.driver(model, batch, "compile", "--output", folder, "--summary", str(summary))
                seconds = json.loads(summary.read_text())["compile_s"]
            return {"program": program_key(self.program(model, batch)), "seconds": seconds, "say": f"{seconds:.1f} s"}
        batch, key = self.batches[0], f"{model}.b{self.batches[0]}"
        if not self.usable(model, batch) and not self.known("compile", key, model, batch):
            yield key, lambda: compile(batch)

    def cold(self, model):
        """New processes of lithe, of lithe with a file that has what is prepared, and of ONNX Runtime to their first result,
        in turn; the first round warms the files."""
        def start(peer, batch, environment):
            with unittest.mock.patch.dict(os.environ, environment):
                worker = self.peers.Worker(peer, model, batch, 1).ready()
            worker.quit()
            return {**worker.cold, "rss_first": worker.rss["rss_first"]}

        def cold(batch):
            rounds = {"lithe": [], "prepared": [], "ort": []}
            with tempfile.TemporaryDirectory(dir=self.arguments.build) as folder:
                file = f"{folder}/weights.safetensors"
                subprocess.run([self.program(model, batch), "1", self.peers.MODELS, "--save", file], check=True)
                for _ in range(4):
                    rounds["lithe"].append(start("lithe", batch, {}))
                    rounds["prepared"].append(start("lithe", batch, {"SUITE_WEIGHTS_FILE": file}))
                    if "ort" in self.peer_names():
                        rounds["ort"].append(start("ort", batch, {}))
            found = {peer: {key: statistics.median(r[key] for r in list_[1:]) for key in list_[0]}
                     for peer, list_ in rounds.items() if list_}
            return {"program": program_key(self.program(model, batch)), **found,
                    "say": ", ".join(f"{peer} {f['total_ms']:.0f} ms {f['rss_first']:.0f} MB" for peer, f in found.items())}
        batch, key = self.batches[0], f"{model}.b{self.batches[0]}"
        if not self.usable(model, batch) and not self.known("cold", key, model, batch):
            yield key, lambda: cold(batch)

    def tune(self, model):
        """A run by the model's choices, and by those that were measured to be best."""
        def tune(batch):
            with tempfile.TemporaryDirectory() as folder:
                text = self.driver(model, batch, "tune", "--json", "--tuning", f"{folder}/found.tuning")
            found = json.loads(text)
            return {"program": program_key(self.program(model, batch)), **found,
                    "say": f"{found['changed']} of {found['problems']} changed, {found['model_us']:.1f} to {found['tuned_us']:.1f} us"}
        batch, key = self.batches[0], f"{model}.b{self.batches[0]}"
        if not self.usable(model, batch) and not self.known("tune", key, model, batch):
            yield key, lambda: tune(batch)

    def peer_names(self):
        return [name for name in self.arguments.peer_names.split(",")
                if os.path.exists(self.peers.PY.get(name, ""))]

    def run(self, model):
        def run(batch, threads):
            why = self.usable(model, batch)
            if why:
                return {"error": why}
            options = types.SimpleNamespace(
                peers=["lithe", *self.peer_names()], rounds=self.arguments.rounds, slice_ms=self.arguments.slice_ms, reps=3,
                gap_ms=15, warm_ms=150, max_foreign=self.arguments.max_foreign, retries=4)
            row = self.peers.measure(options, model, batch, threads)
            flops = self.peers.flops(f"{self.peers.MODELS}/{model}.b{batch}.onnx")
            row = {"program": program_key(self.program(model, batch)), **row, "rounds": self.arguments.rounds,
                   "flops": flops["flops"], "weight_bytes": flops["weight_bytes"]}
            if "error" in row["peers"].get("lithe", {}):
                return {**row, "error": "run: " + row["peers"]["lithe"]["error"]}
            row["say"] = "  ".join(f"{name} {found['median_ms']:.4g} ms" if "median_ms" in found else f"{name} failed"
                                   for name, found in row["peers"].items())
            return row
        for batch, threads in self.arguments.settings:
            key = f"{model}.b{batch}.t{threads}"
            if not self.known("run", key, model, batch):
                yield key, lambda batch=batch, threads=threads: run(batch, threads)


def failures(state, models, settings):
    """A line for each network and setting that failed."""
    lines = []
    for model in models:
        for batch, threads in settings:
            key = f"{model}.b{batch}"
            errors = [f"{stage} failed: {found['error']}" for stage in ("build", "check")
                      if "error" in (found := state.get(stage, {}).get(key, {}))]
            error = state.get("run", {}).get(f"{key}.t{threads}", {}).get("error")
            if not errors and error:
                errors = [error]
            lines += [f"{key}.t{threads}: {error}" for error in errors]
    return lines
