#!/usr/bin/env python3
"""Writes docs/catalogue.md, the page of what equals PyTorch, from what the parity tests reported; or checks it.

usage: catalogue.py write|check BUILD_FOLDER
The suites parity_* write BUILD_FOLDER/parity/*.jsonl. `check` compares the columns whose suites have all run since the
tests were built; the column of errors is of the machine that wrote the page: a test that exceeds its tolerance fails by
itself."""
import collections
import functools
import json
import pathlib
import struct
import sys

ROOT = pathlib.Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "catalogue.md"
STAGES = ["eager", "gradient", "static", "symbolic"]
TITLES = {"eager": "eager", "gradient": "gradient", "static": "compiled", "symbolic": "dynamic size",
          "refusal": "refusals"}


def catalogue():
    """Returns [(title, [names])] from tests/parity/catalogue.txt: sections and the names below them."""
    sections = []
    for line in (ROOT / "tests/parity/catalogue.txt").read_text().splitlines():
        if line.startswith("# "):
            sections.append((line[2:], []))
        elif line.strip():
            sections[-1][1].extend(line.split())
    return sections


@functools.cache
def metadata_of_groups():
    """Returns {group: metadata} of the files of recorded cases."""
    found = {}
    for path in sorted((ROOT / "tests/parity/data").glob("*.safetensors")):
        data = path.read_bytes()
        found[path.stem] = json.loads(data[8:8 + struct.unpack("<Q", data[:8])[0]])["__metadata__"]
    return found


@functools.cache
def groups():
    """Returns {group: [row]}."""
    return {group: json.loads(metadata["cases"]) for group, metadata in metadata_of_groups().items()}


def recorded_cases():
    """Returns {call: [row]} of everything that was recorded, and PyTorch's version."""
    cases = collections.defaultdict(list)
    for rows in groups().values():
        for row in rows:
            cases[row["kind"] + "." + row["call"]].append(row)
    versions = {metadata["torch"] for metadata in metadata_of_groups().values()}
    count = collections.Counter(row["name"] for rows in cases.values() for row in rows)
    if repeated := sorted(name for name, times in count.items() if times > 1):
        sys.exit(f"catalogue: several groups have a case of the name {', '.join(repeated)}")
    return cases, ", ".join(sorted(versions))


def reasons():
    """Returns {(stage, name): reason} from tests/parity/reasons.txt: why a name has no case in a column."""
    found = {}
    for line in (ROOT / "tests/parity/reasons.txt").read_text().splitlines():
        if not line or line.startswith("#"):
            continue
        column, reason, names = (part.strip() for part in line.split("|"))
        stage = {"eager": "eager", "gradient": "gradient", "compiled": "static", "dynamic": "symbolic"}[column]
        for name in names.split():
            found[stage, name] = reason
    return found


def check_reasons(cases, listed):
    """A name without a case in a column has a reason there, and none that has one."""
    known = reasons()
    for stage in STAGES:
        for name in sorted(listed):
            has_case = any(applies(stage, row) for row in cases.get(name, []))
            if has_case and (stage, name) in known:
                sys.exit(f"catalogue: {name} has cases in the column '{TITLES[stage]}': take its reason off "
                         "tests/parity/reasons.txt")
            if not has_case and (stage, name) not in known:
                sys.exit(f"catalogue: {name} has no case in the column '{TITLES[stage]}', and no reason in "
                         "tests/parity/reasons.txt")
    stray = sorted({name for _, name in known} - listed)
    if stray:
        sys.exit(f"catalogue: reasons for names that are not listed: {', '.join(stray)}")


def reason_lines(names):
    """The reasons of a section, each with its columns and names."""
    grouped = collections.defaultdict(lambda: collections.defaultdict(list))
    known = reasons()
    for stage in STAGES:
        for name in names:
            if (stage, name) in known:
                grouped[known[stage, name]][stage].append(name)
    lines = []
    for reason, columns in grouped.items():
        for stage, found in columns.items():
            lines.append(f"- no {TITLES[stage]}: {reason}: " + ", ".join(f"`{n}`" for n in found) + ".")
    return lines


def reports(build):
    """The files of reports that are not older than the tests."""
    tests = pathlib.Path(build) / "lithe_tests"
    built = tests.stat().st_mtime if tests.exists() else 0
    return sorted(p for p in (pathlib.Path(build) / "parity").glob("*.jsonl") if p.stat().st_mtime >= built)


def results(build):
    """Returns {(stage, case): report}."""
    found = {}
    for path in reports(build):
        for line in path.read_text().splitlines():
            report = json.loads(line)
            found[report["stage"], report["case"]] = report
    return found


def whole_columns(build):
    """The stages whose suites, one for each group of cases, all have reports."""
    there = {path.stem for path in reports(build)}
    wanted = collections.defaultdict(set)
    for group, rows in groups().items():
        for row in rows:
            for stage in (*STAGES, "second"):
                if has_second(row) if stage == "second" else applies(stage, row):
                    wanted[stage].add(f"parity_{stage}_{group}")
    return {stage for stage, suites in wanted.items() if suites <= there}


def applies(stage, row):
    if "error" in row:
        return stage == "refusal"
    if row.get("eager_only") and stage in ("static", "symbolic"):
        return False
    if stage == "gradient":
        return any(k.startswith("d") for k in row["yardsticks"])
    return stage in ("eager", "static") or (stage == "symbolic" and "sizes" in row)


def cell(stage, rows, found):
    """Returns "12", "11 of 12" or, without a case, "missing"."""
    wanted = [r for r in rows if applies(stage, r)]
    passed = sum(found.get((stage, r["name"]), {"reason": "not run"})["reason"] == "" for r in wanted)
    if not wanted:
        return "" if stage == "refusal" or rows else "missing"
    return str(passed) if passed == len(wanted) else f"{passed} of {len(wanted)}"


def has_second(row):
    return any(k.startswith("ddx") for k in row.get("yardsticks", {}))


def second_lines(cases, found):
    """How many second derivatives were recorded, and what does not equal PyTorch's."""
    wanted = [(name, row["name"]) for name, rows in sorted(cases.items()) for row in rows if has_second(row)]
    wrong = [case for _, case in wanted if found.get(("second", case), {"reason": "not run"})["reason"]]
    names = len({name for name, _ in wanted})
    return [f"Second derivatives: {len(wanted) - len(wrong)} of {len(wanted)} cases that PyTorch has some for, of "
            f"{names} names."]


def page(found):
    cases, version = recorded_cases()
    sections = catalogue()
    listed = {name for _, names in sections for name in names}
    lines = ["# The catalogue", "",
             "Written by `tools/catalogue.py write` from the tests `parity_*`: do not edit. A number is how many cases,",
             f"recorded from PyTorch {version}, give the same results; `missing` says that there is none. Compiled results",
             "are compared at fixed sizes and, for dynamic sizes, with named ones, also at a size that was not recorded.",
             "The error is the largest in units of the tolerance (1 is the limit; [numbers.md](numbers.md) derives it).", ""]
    totals, tables = [], []
    for title, names in sections:
        tables += [f"## {title}", "", "| name | " + " | ".join(TITLES[s] for s in (*STAGES, "refusal")) + " | error |",
                   "|---|" + "---|" * 6]
        full = collections.Counter()
        for name in names:
            rows = cases.get(name, [])
            cells = [cell(s, rows, found) for s in (*STAGES, "refusal")]
            for stage, text in zip(STAGES, cells):
                full[stage] += text.isdigit() and text != "0"
            errors = [found[s, r["name"]]["error"] for s in STAGES for r in rows
                      if found.get((s, r["name"]), {"reason": "-"})["reason"] == ""]
            worst = f"{max(errors):.2f}" if errors else ""
            tables.append(f"| `{name}` | " + " | ".join(cells) + f" | {worst} |")
        notes = reason_lines(names)
        tables += ["", *notes, ""] if notes else [""]
        without = collections.Counter(stage for stage, name in reasons() if name in names)
        totals.append(f"| {title} | {len(names)} | " + " | ".join(
            str(full[s]) + (f" + {without[s]}" if without[s] else "") for s in STAGES) + " |")
    every = [r for name in listed for r in cases.get(name, [])]
    worst = max((r["error"] for r in found.values() if r["reason"] == ""), default=0)
    lines += [f"Cases: {sum('error' not in r for r in every)}, refusals: {sum('error' in r for r in every)}.",
              *second_lines(cases, found),
              f"Largest error in units of the tolerance: {worst:.2f}", "",
              "Names all of whose cases pass, + names that have none, for reasons given below their table:", "",
              "| | names | " + " | ".join(TITLES[s] for s in STAGES) + " |", "|---|" + "---|" * 5] + totals + [""]
    check_reasons(cases, listed)
    stray = sorted(set(cases) - listed)
    if stray:
        sys.exit(f"catalogue: cases of names that tests/parity/catalogue.txt has not: {', '.join(stray)}")
    return "\n".join(lines + tables)


def comparable(text, stages):
    """The page without the figures of errors and the columns that were not run."""
    lines = []
    for line in text.splitlines():
        if line.startswith("Largest error") or (line.startswith("Second") and "second" not in stages):
            continue
        if line.startswith("|"):
            cells = line.strip("|").split("|")
            is_total = not line.startswith(("| `", "| name", "|---"))
            first = 2 if is_total else 1
            keep = [c for s, c in zip(STAGES, cells[first:]) if s in stages]
            line = "|".join([cells[0], *keep] + ([] if is_total or len(cells) < 6 else [cells[5]]))
        lines.append(line)
    return lines


def main(command, build):
    found = results(build)
    if not found:
        sys.exit(f"catalogue: no reports in {build}/parity; run the tests parity_* first")
    written = page(found)
    if command == "write":
        PAGE.write_text(written)
        return
    stages = whole_columns(build)
    if missing := {"eager", "gradient"} - stages:  # which every run of the tests has
        sys.exit(f"catalogue: no reports of all suites of {', '.join(sorted(missing))}; run the tests parity_* first")
    want, got = comparable(written, stages), comparable(PAGE.read_text(), stages)
    for w, g in zip(want, got):
        if w != g:
            sys.exit(f"catalogue: docs/catalogue.md is not up to date: it says\n  {g}\nthe tests say\n  {w}")
    if len(want) != len(got):
        sys.exit("catalogue: docs/catalogue.md has other rows than the catalogue; write it again")
    print(f"catalogue: up to date in {', '.join(sorted(stages))}")
    if skipped := {"static", "symbolic"} - stages:
        print(f"catalogue: not compared, for their suites have not all run: {', '.join(sorted(skipped))}")


if __name__ == "__main__":
    if len(sys.argv) != 3 or sys.argv[1] not in ("write", "check"):
        sys.exit(__doc__)
    main(*sys.argv[1:])
