"""The figures as Markdown."""

from statistics import median

from workloads import WORKLOADS

from .peers import ALL

NONE = "–"


def markdown(results):
    """The whole report."""
    parts = [header(results)]
    for title, rows in sections(results["rows"]).items():
        parts += [f"## {title}", table(rows), *notes(rows)]
    if results.get("memory"):
        parts += ["## Peak memory of a process that trains", memory(results)]
    if results.get("first_step"):
        parts += ["## From the start of a process to the end of its first step (mlp)", starts(results)]
    return "\n\n".join(parts) + "\n"


def sections(rows):
    """Rows under the titles of their tables."""
    found = {}
    for row in rows:
        if row["kind"] == "infer":
            title = f"Inference of {examples(row)}"
        elif is_half(row):
            title = "A step of training with products in bf16"
        else:
            title = "A step of training"
        found.setdefault(title, []).append(row)
    return found


def is_half(row):
    return WORKLOADS[row["workload"]].half


def examples(row):
    count = row.get("examples", 1)
    return "one example" if count == 1 else f"{count} examples"


def name(row):
    """A row in words."""
    network = WORKLOADS[row["workload"]].network
    if row["kind"] == "train":
        return f"{network}, training in bf16" if is_half(row) else f"{network}, training"
    count = row.get("examples", 1)
    return f"{network}, inference" if count == 1 else f"{network}, inference of {count}"


def ratio(row):
    """The best peer's time over ours, if there are both."""
    ours, best = row["medians"].get("ours"), best_peer(row)
    return row["medians"][best] / ours if ours and best else None


def summary(main, everywhere, folder):
    """What READMEs show: ours and the best peer on the machine `main`, and the worst and the best ratio of all."""
    results = everywhere[main]
    spread = ["worst of all", "best of all"] if len(everywhere) > 1 else []
    head = ["", "threads", "ours", "of peak", "best peer", "", "ratio", *spread, "ours, AVX2", "ours, portable"]
    body = []
    for row in results["rows"]:
        if ratio(row) is None:
            continue
        best = best_peer(row)
        cells = [name(row), row["threads"], seconds(row["medians"]["ours"]), share(row)]
        cells += [ALL[best].title, seconds(row["medians"][best]), f"{ratio(row):.2f}"]
        cells += extremes(row, everywhere) if spread else []
        variants = (row["medians"].get(variant) for variant in ("ours-avx2", "ours-portable"))
        body.append(cells + [seconds(variant) if variant else NONE for variant in variants])
    parts = [f"{place(results)}, {results['date']}. {peaks(results)}", lines(head, body)]
    if spread:
        parts.insert(1, machines(everywhere, folder))
    if results.get("memory"):
        parts += ["Peak memory of a process that trains:", memory(results, variants=False)]
    if results.get("first_step"):
        parts += ["From the start of a process to the end of its first step (mlp):", starts(results, variants=False)]
    return "\n\n".join(parts)


def extremes(row, everywhere):
    """The worst and the best ratio of a row, and on which machines, if there are several."""
    same = (name(row), row["threads"])
    found = []
    for results in everywhere.values():
        ratios = [ratio(other) for other in results["rows"] if (name(other), other["threads"]) == same]
        found += [(value, results["machine"]["processor"]) for value in ratios if value is not None]
    if len(found) < 2:
        return [NONE, NONE]
    return [f"{value:.2f}, {processor}" for value, processor in (min(found), max(found))]


def machines(everywhere, folder):
    """Where all the figures are."""
    each = (
        f"[{results['machine']['processor']}, {results['machine']['cores']} cores, {results['date']}]({folder}/{name}.md)"
        for name, results in everywhere.items()
    )
    return f"All machines: {'; '.join(each)}."


def place(results):
    machine = results["machine"]
    return f"{machine['processor']}, {machine['cores']} cores, {machine['system']}; {machine['rustc']}"


def peaks(results):
    found = {}
    for row in results["rows"]:
        found[row["threads"]] = max(found.get(row["threads"], 0), row["peak"])
    found = ", ".join(f"{peak / 1e9:.0f} GFLOP/s on {count(threads)}" for threads, peak in sorted(found.items()))
    return f"Multiply-adds at their peak: {found}."


def header(results):
    machine = results["machine"]
    half = (
        " In bf16 they agree to 2e-2, and the peers are those that multiply in bf16 too."
        if any(map(is_half, results["rows"]))
        else ""
    )
    versions = ", ".join(f"{name} {version}" for name, version in results["versions"].items())
    return "\n".join(
        (
            f"{place(results)}; commit {machine['commit']}; {results['date']}; load before the start "
            f"{machine['load']}. {peaks(results)}",
            f"Medians of {results['rounds']} rounds of {results['seconds']} s, all frameworks in turn; "
            "*ratio* is the best peer's time over ours, *of peak* the share of the peak that the products of the "
            "step alone come to. From the same weights and data, all have the same first loss (or output) to 1e-4, "
            f"and the same number of parameters.{half}",
            f"Versions: {versions}.",
        )
    )


def count(threads):
    return f"{threads} thread" if threads == 1 else f"{threads} threads"


def seconds(value):
    """Three significant digits in the unit that fits."""
    for unit, scale in (("µs", 1e-6), ("ms", 1e-3), ("s", 1.0)):
        if value < 999.5 * scale or unit == "s":
            return f"{value / scale:#.3g}".rstrip(".") + f" {unit}"


def bytes_(value):
    return f"{value / 1e6:.1f} MB" if value < 1e8 else f"{value / 1e6:.0f} MB"


def lines(head, body):
    rule = ["---"] + ["---:"] * (len(head) - 1)
    return "\n".join("| " + " | ".join(map(str, cells)) + " |" for cells in (head, rule, *body))


def present(names):
    """Peers in the order of the list of all."""
    return [name for name in ALL if name in names]


def merge(row, more):
    """Adds the rounds of the same row, measured at another time."""
    row["gaps"] |= more["gaps"]
    row["peak"] = max(row["peak"], more["peak"])
    for name, times in more["rounds"].items():
        row["rounds"].setdefault(name, []).extend(times)
    for name in row["gaps"]:
        row["rounds"].pop(name, None)
    row["medians"] = {name: median(times) for name, times in row["rounds"].items()}


def best_peer(row):
    peers = {name: time for name, time in row["medians"].items() if not ALL[name].ours}
    return min(peers, key=peers.get) if peers else None


def share(row):
    """Of the machine's peak in f32, what the products of ours come to."""
    if is_half(row):
        return NONE
    return f"{row['operations'] / row['medians']['ours'] / row['peak']:.1%}"


def table(rows):
    names = present({name for row in rows for name in (*row["medians"], *row["gaps"])})
    others = [name for name in names if name != "ours"]
    head = ["workload", "threads", "ours", "of peak", "ratio", *(ALL[name].title for name in others)]
    body = []
    for row in rows:
        ours, best = row["medians"].get("ours"), best_peer(row)
        cells = [WORKLOADS[row["workload"]].network, row["threads"], seconds(ours) if ours else NONE]
        cells.append(share(row) if ours else NONE)
        cells.append(f"**{ratio(row):.2f}**" if ours and best else NONE)
        for name in others:
            time = row["medians"].get(name)
            cell = seconds(time) if time else NONE
            cells.append(f"**{cell}**" if name == best else cell)
        body.append(cells)
    return lines(head, body)


def notes(rows):
    """Every gap once, with all the rows it is in."""
    reasons = {}
    for row in rows:
        for name, reason in row["gaps"].items():
            places = reasons.setdefault((ALL[name].title, reason), [])
            if row["workload"] not in places:
                places.append(row["workload"])
    if not reasons:
        return []
    return ["\n".join(f"* {name}, {', '.join(where)}: {why}" for (name, why), where in reasons.items())]


def memory(results, variants=True):
    rows = results["memory"]
    names = present({name for row in rows.values() for name in row["bytes"]})
    names = [name for name in names if variants or name == "ours" or not ALL[name].ours]
    head = ["workload", "planned", *(ALL[name].title for name in names)]
    body = []
    for workload, row in rows.items():
        planned = bytes_(row["planned"]) if row.get("planned") else NONE
        figures = [bytes_(row["bytes"][name]) if name in row["bytes"] else NONE for name in names]
        body.append([workload, planned, *figures])
    threads = " or ".join(count(threads) for threads in sorted({row["threads"] for row in rows.values()}))
    return f"{lines(head, body)}\n\nOn {threads}; *planned* are workspace, parameters and averages of ours."


def starts(results, variants=True):
    names = present(results["first_step"])
    names = [name for name in names if variants or name == "ours" or not ALL[name].ours]
    times = [seconds(median(results["first_step"][name])) for name in names]
    return lines(["", *(ALL[name].title for name in names)], [["first step", *times]])
