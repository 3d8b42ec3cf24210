"""The report of the suite: tables as Markdown, the same figures as JSON, a chart as SVG and PNG."""
import json
import statistics


def figures(row):
    """What one row of the table says; `error` where lithe has no time."""
    if "error" in row:
        return {"error": row["error"]}
    timed = {name: found for name, found in row["peers"].items() if "median_ms" in found}
    lithe = timed.get("lithe")
    if not lithe:
        return {"error": "run: no time"}
    out = {"lithe_ms": lithe["median_ms"], "iqr": lithe["iqr"], "error_to_f64": lithe["err_rel"],
           "peak_gflops": row["peak"], "rounds": row["rounds"],
           "peers_ms": {name: found["median_ms"] for name, found in timed.items() if name != "lithe"}}
    if row["flops"]:
        out["percent_of_peak"] = 100 * row["flops"] / lithe["median_ms"] * 1e-6 / row["peak"]
    if out["peers_ms"]:
        out["fastest_peer"] = min(out["peers_ms"], key=out["peers_ms"].get)
        out["ratio"] = out["peers_ms"][out["fastest_peer"]] / lithe["median_ms"]
    return out


def footprint(state, model, batch):
    """What does not depend on the number of threads; an empty dict where nothing was built."""
    key = f"{model}.b{batch}"
    built, cold = state.get("build", {}).get(key, {}), state.get("cold", {}).get(key, {})
    if "error" in built or not built:
        return {}
    out = {"arena_bytes": built["arena_bytes"], "arena_to_bound": built["arena_bytes"] / max(1, built["arena_lower_bound_bytes"]),
           "weight_bytes": built["weights_bytes"], "program_bytes": built["program_bytes"], "groups": built["groups"],
           "kernels": built["kernels"], "groups_that_share": built["groups_that_share"], "kernels_shared": built["kernels_shared"]}
    compiled = state.get("compile", {}).get(key, {})
    if "seconds" in compiled:
        out["compile_s"] = compiled["seconds"]
    for peer in ("lithe", "prepared", "ort"):
        if peer in cold:
            out[f"{peer}_cold_ms"] = cold[peer]["total_ms"]
            out[f"{peer}_rss_mb"] = cold[peer]["rss_first"]
    if "ort" in cold:  # without the start of Python and what it imports
        out["ort_cold_without_python_ms"] = cold["ort"]["total_ms"] - cold["ort"]["python_ms"]
    return out


def tuned(state, models):
    """Networks that were tuned: how much longer they take by the model's choices."""
    found = {key: row for key, row in state.get("tune", {}).items() if "error" not in row and key.split(".")[0] in models}
    return {key: {"problems": row["problems"], "changed": row["changed"], "model_us": row["model_us"], "tuned_us": row["tuned_us"],
                  "model_to_tuned": row["model_us"] / row["tuned_us"]} for key, row in found.items()}


def collect(state, models, settings):
    rows = {}
    for batch, threads in settings:
        for model in models:
            row = state.get("run", {}).get(f"{model}.b{batch}.t{threads}")
            if row is None:
                continue
            rows.setdefault(f"{batch}x{threads}", {})[model] = figures(row)
    batches = sorted({batch for batch, _ in settings})
    places = {f"{model}.b{batch}": footprint(state, model, batch) for model in models for batch in batches}
    return {"settings": rows, "footprint": {key: place for key, place in places.items() if place}, "tuned": tuned(state, models)}


def number(value, digits=3):
    return "–" if value is None else f"{value:.{digits}g}" if value < 100 else f"{value:.0f}"


def mean_line(rows):
    ratios = {model: row["ratio"] for model, row in rows.items() if "ratio" in row and "percent_of_peak" in row}
    if not ratios:
        return "no ratio"
    below = [f"{model} {ratio:.2f}" for model, ratio in sorted(ratios.items(), key=lambda item: item[1]) if ratio < 1]
    return (f"Geometric mean {statistics.geometric_mean(ratios.values()):.3f} over {len(ratios)} networks, least "
            f"{min(ratios.values()):.3f}; below 1.0: {', '.join(below) or 'none'}.")


def speed_table(setting, rows, names):
    batch, threads = setting.split("x")
    peers = sorted({name for row in rows.values() for name in row.get("peers_ms", {})})
    lines = [f"\n## Batch {batch}, {threads} thread{'s' if threads != '1' else ''}\n", mean_line(rows) + "\n",
             "| network | lithe ms | " + " | ".join(f"{names.get(p, p)} ms" for p in peers)
             + " | ratio to the fastest | % of FMA peak | IQR % | error to f64 |", "|---" * (len(peers) + 6) + "|"]
    for model, row in rows.items():
        if "error" in row:
            lines.append(f"| {model} | failed: {row['error']}" + " | – " * (len(peers) + 4) + "|")
            continue
        times = [number(row["peers_ms"].get(p), 4) for p in peers]
        lines.append(f"| {model} | {number(row['lithe_ms'], 4)} | " + " | ".join(times)
                     + f" | {number(row.get('ratio'))} | {number(row.get('percent_of_peak'))} | {100 * row['iqr']:.0f} | "
                     + f"{row['error_to_f64']:.0e} |")
    return lines


def quotient(place, a, b):
    return number(place[a] / place[b]) if a in place and b in place else "–"


def footprint_table(places):
    lines = ["\n## Footprint, cold start, compilation\n",
             "RSS and cold start (new process to first result) on one thread; ONNX Runtime's with Python, in brackets without its start. "
             "Prepared: from a file that `--with-prepared` makes. Programs are stripped, without weights.\n",
             "| network | arena KB | arena / bound | weights MB | program KB | cold ms | prepared | ORT cold ms | share | prepared | RSS MB | ORT RSS MB | share "
             "| compile s | groups | kernels | shared |", "|---" * 17 + "|"]
    for key, p in places.items():
        ort = "–" if "ort_cold_ms" not in p else f"{p['ort_cold_ms']:.0f} ({p['ort_cold_without_python_ms']:.0f})"
        lines.append(
            f"| {key} | {p['arena_bytes'] / 1024:.0f} | {p['arena_to_bound']:.3f} | {p['weight_bytes'] / 1e6:.1f} | "
            f"{p['program_bytes'] / 1024:.0f} | {number(p.get('lithe_cold_ms'))} | {number(p.get('prepared_cold_ms'))} | {ort} | "
            f"{quotient(p, 'lithe_cold_ms', 'ort_cold_ms')} | {quotient(p, 'prepared_cold_ms', 'ort_cold_ms')} | "
            f"{number(p.get('lithe_rss_mb'))} | {number(p.get('ort_rss_mb'))} | {quotient(p, 'lithe_rss_mb', 'ort_rss_mb')} | "
            f"{number(p.get('compile_s'))} | {p['groups']} | {p['kernels']} | {p['kernels_shared']} for {p['groups_that_share']} |")
    return lines


def tuned_table(rows):
    if not rows:
        return []
    mean = statistics.geometric_mean(row["model_to_tuned"] for row in rows.values())
    return ["\n## The model's choices of kernels beside measured ones\n",
            f"Geometric mean {mean:.3f} over {len(rows)} networks: time by the model's choices over time by those of `lithe tune`.\n",
            "| network | problems | changed | model us | tuned us | model / tuned |", "|---" * 6 + "|"] + [
            f"| {key} | {row['problems']} | {row['changed']} | {number(row['model_us'], 4)} | {number(row['tuned_us'], 4)} | "
            f"{row['model_to_tuned']:.3f} |" for key, row in rows.items()]


def chart(report, out):
    """Bars of the ratios, a panel for each setting. Returns the files, none where matplotlib is not installed."""
    try:
        import matplotlib
    except ImportError:
        return []
    matplotlib.use("Agg")
    from matplotlib import pyplot
    panels = {setting: {m: r["ratio"] for m, r in rows.items() if "ratio" in r} for setting, rows in report["settings"].items()}
    panels = {setting: ratios for setting, ratios in panels.items() if ratios}
    if not panels:
        return []
    figure, axes = pyplot.subplots(len(panels), 1, figsize=(11, 3.2 * len(panels)), squeeze=False, layout="constrained")
    for axis, (setting, ratios) in zip(axes[:, 0], panels.items()):
        batch, threads = setting.split("x")
        bars = axis.bar(list(ratios), list(ratios.values()), color=["#2f6f9f" if r >= 1 else "#c0504d" for r in ratios.values()])
        axis.bar_label(bars, fmt="%.2f", fontsize=8)
        axis.axhline(1, color="black", linewidth=0.8)
        axis.set_title(f"batch {batch}, {threads} thread(s): fastest peer's time / lithe's", fontsize=10)
        axis.tick_params(axis="x", rotation=35, labelsize=8)
        axis.margins(y=0.15)
    files = [out / f"report.{kind}" for kind in ("svg", "png")]
    for file in files:
        figure.savefig(file, dpi=110)
    pyplot.close(figure)
    return files


def write(state, peers, models, settings, out):
    report = collect(state, models, settings)
    (out / "report.json").write_text(json.dumps(report, indent=1) + "\n")
    lines = ["# lithe beside its peers", "",
             "Ratio: time of the fastest peer over lithe's, so more than 1 means that lithe is faster; medians of rounds that alternate. "
             "Every output was compared with a float64 reference before it was timed."]
    files = chart(report, out)
    lines += ["", f"![ratios]({files[0].name})"] if files else ["", "(no chart: matplotlib is not installed, or nothing was timed)"]
    for setting, rows in report["settings"].items():
        lines += speed_table(setting, rows, peers.NAME)
    lines += footprint_table(report["footprint"]) + tuned_table(report["tuned"])
    for stage in ("build", "check", "tune"):
        failed = {k: f["error"] for k, f in state.get(stage, {}).items() if "error" in f and k.split(".")[0] in models}
        lines += [f"\n{stage} failed for {key}: {error}" for key, error in failed.items()]
    (out / "report.md").write_text("\n".join(lines) + "\n")
    print(f"suite: wrote {', '.join(str(p) for p in [out / 'report.md', out / 'report.json', *files])}")
