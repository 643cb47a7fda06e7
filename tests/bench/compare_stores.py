"""Prints the table of scripts/bench-store and appends the run to the results file.

Usage: compare_stores.py MEASURED RESULTS COMMIT ETCD_VERSION
"""
import json
import os
import statistics
import sys
import time

THEIRS, OURS = ("grpc", "etcd-json"), ("protobuf", "json")


def medians(runs):
    """{(name, unit): {label: {value, p50_ms, p99_ms, max_ms, errors}}}, in order of appearance."""
    samples = {}
    for run in runs:
        for r in run["results"]:
            of = samples.setdefault((r["name"], r["unit"]), {}).setdefault(run["label"], [])
            of.append(r)
    return {name: {label: median(rs) for label, rs in labels.items()} for name, labels in samples.items()}


def median(results):
    fields = ("value", "p50_ms", "p99_ms", "max_ms")
    out = {f: statistics.median(r[f] for r in results) for f in fields if f in results[0]}
    out["errors"] = sum(r.get("errors", 0) for r in results)
    return out


def text_of(result, unit):
    if result is None:
        return "-"
    value = f"{result['value']:,.0f}" if result["value"] >= 100 else f"{result['value']:.2f}"
    if "p99_ms" in result and result["p99_ms"] > 0:
        value += f" ({result['p50_ms']:.1f}/{result['p99_ms']:.1f})"
    return value + ("!" if result["errors"] else "")


def row(name, unit, labels):
    """Rates: more is better; memory, seconds and paced load (where the p99 counts): less is."""
    theirs = [labels[p] for p in THEIRS if p in labels]
    cells = [name if unit == "/s" else f"{name}, {unit}"] + [text_of(labels.get(p), unit) for p in THEIRS + OURS]
    paced = " during " in name
    for path in OURS:
        ours, ratio = labels.get(path), "-"
        if ours and theirs:
            if paced:
                best = min(t["p99_ms"] for t in theirs)
                ratio = f"{best / ours['p99_ms']:.1f}" if ours["p99_ms"] else "-"
            elif unit == "/s":
                ratio = f"{ours['value'] / max(max(t['value'] for t in theirs), 1e-9):.1f}"
            elif ours["value"]:
                ratio = f"{min(t['value'] for t in theirs) / ours['value']:.1f}"
        cells.append(ratio)
    return cells


def main():
    measured, results, commit, etcd = sys.argv[1:]
    with open(measured) as lines:
        table = medians(json.loads(line) for line in lines)
    rows = [["", "etcd gRPC", "etcd JSON", "ours protobuf", "ours JSON", "x protobuf", "x JSON"]]
    rows += [row(name, unit, labels) for (name, unit), labels in table.items()]
    widths = [max(len(r[i]) for r in rows) for i in range(len(rows[0]))]
    print()
    for r in rows:
        print("| " + " | ".join(c.ljust(w) if i == 0 else c.rjust(w) for i, (c, w) in enumerate(zip(r, widths))) + " |")
        if r is rows[0]:
            print("|" + "|".join("-" * (w + 2) for w in widths) + "|")
    print("\nRates are per second, with p50/p99 in ms; \"!\": some requests failed. x: ours against etcd's better path,")
    print("above 1 is better for us (for \"during\": etcd's p99 by ours).")
    record = {"time": int(time.time()), "commit": commit, "etcd": etcd, "cores": os.cpu_count(),
              "results": [{"name": n, "unit": u, **{label: r for label, r in labels.items()}}
                          for (n, u), labels in table.items()]}
    with open(results, "a") as out:
        out.write(json.dumps(record) + "\n")
    print(f"appended to {results}")


main()
