#!/usr/bin/env python3
"""Builds the networks of the suite, checks them, times them beside their peers, and writes the report.

One command: bench/suite/suite.py. It builds every network (preset release), compares all outputs with the float64
reference, and only then times lithe and the peers of ../shared/peers, interleaved, in four settings: batch 1 and 8 by
1 and 2 threads. build/suite/ gets report.md, report.json, report.svg, report.png (for the chart: matplotlib in the
peers' environment) and state.json: a run that was stopped goes on where it was, and a network whose program
has changed since is measured again. A network that fails is a row that says so. Stage `tune`, which is run where --only
names it, compares the compiler's choices of kernels with those that measuring finds.

  bench/suite/suite.py --models mlp,resnet18 --settings 1x1,1x2 --rounds 3
  bench/suite/suite.py --only report      # the report of what was measured before
"""
import argparse
import os
import pathlib
import sys

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
STAGES = ["build", "check", "compile", "cold", "run", "tune", "report"]
LONG = {"tune"}  # not run unless named


def settings(text):
    """[(batch, threads)] of `1x1,8x2`."""
    return [tuple(int(n) for n in part.split("x")) for part in text.split(",")]


def parse(words):
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--models", default="all", help="names with commas between them; default: all twenty")
    parser.add_argument("--settings", type=settings, default="1x1,1x2,8x1,8x2", help="BATCHxTHREADS, with commas")
    parser.add_argument("--rounds", type=int, default=7, help="turns of every peer")
    parser.add_argument("--slice-ms", type=float, default=120, help="time of a turn")
    parser.add_argument("--peer-names", default="ort,ov,torch,torch_cl,aoti", help="which peers; those that are not there are left out")
    parser.add_argument("--only", default=",".join(s for s in STAGES if s not in LONG), help="stages, of: " + ",".join(STAGES))
    parser.add_argument("--again", action="store_true", help="measure also what was measured before")
    parser.add_argument("--max-foreign", type=float, default=0.25, help="a turn is repeated if others used more CPUs")
    parser.add_argument("--build", type=pathlib.Path, default=ROOT / "build/release")
    parser.add_argument("--out", type=pathlib.Path, default=ROOT / "build/suite")
    parser.add_argument("--peers", type=pathlib.Path, default=ROOT.parent / "shared/peers", help="folder of the harness")
    parser.add_argument("--peers-data", type=pathlib.Path, help="what its setup.sh has made; default: $PEERS_DIR or build/peers")
    arguments = parser.parse_args(words)
    arguments.only = set(arguments.only.split(","))
    if not arguments.only <= set(STAGES):
        parser.error(f"unknown stages: {', '.join(sorted(arguments.only - set(STAGES)))}")
    arguments.peers_data = arguments.peers_data or pathlib.Path(os.environ.get("PEERS_DIR", ROOT / "build/peers"))
    if not (arguments.peers / "peers.py").exists():
        sys.exit(f"suite: no {arguments.peers}/peers.py: the peers' harness lies beside the repository, or say --peers")
    return arguments


def enter_environment(data):
    """The peers' own Python has numpy and onnx, which the harness imports."""
    python = data / "venv/bin/python"
    if python.exists() and pathlib.Path(sys.prefix).resolve() != (data / "venv").resolve():
        os.execv(python, [str(python), str(HERE / "suite.py"), *sys.argv[1:]])


def main(words):
    arguments = parse(words)
    os.environ["PEERS_DIR"] = str(arguments.peers_data.resolve())
    os.environ["LITHE_WORKER"] = str((arguments.build / "bench/suite/lithe_worker").resolve())
    sys.path[:0] = [str(HERE), str(arguments.peers)]
    import peers
    import report
    import stages

    models = peers.ALL if arguments.models == "all" else arguments.models.split(",")
    unknown = [name for name in models if name not in peers.ALL]
    if unknown:
        sys.exit(f"suite: unknown networks {', '.join(unknown)}; known are {', '.join(peers.ALL)}")
    arguments.out.mkdir(parents=True, exist_ok=True)
    state = stages.State(arguments.out / "state.json")
    run = stages.Run(arguments, peers, state)
    for stage in STAGES[:-1]:
        if stage in arguments.only:
            run.stage(stage, models)
    if "report" in arguments.only:
        report.write(state.data, peers, models, arguments.settings, arguments.out)
    failed = stages.failures(state.data, models, arguments.settings)
    for line in failed:
        print(f"suite: {line}")
    return 1 if failed else 0


if __name__ == "__main__":
    if "-h" not in sys.argv and "--help" not in sys.argv:
        enter_environment(parse(sys.argv[1:]).peers_data)
    sys.exit(main(sys.argv[1:]))
