#!/usr/bin/env python3
"""Compares ours with other frameworks, side by side on this machine.

    python3 benches/compare.py --install          # once: the peers, into benches/peers
    python3 benches/compare.py                    # everything, about two hours
    python3 benches/compare.py --only mlp,gpt --threads 1 --peers torch,jax --rounds 9

Every framework is a process of its own, bound to as many cores as it may have threads. All start from the same weights
and data, and what the first step comes to is compared; then they are measured in turn, round by round. What a framework
cannot do, or does differently, is a gap with a reason. Results go to benches/results, after every row, in files by
the name of the machine.

Needs Linux, Python 3.10 with nothing installed, and cargo. See benches/peers/README.md.
"""

import argparse
import json
import os
import subprocess
from datetime import datetime, timezone
from pathlib import Path

from comparison import BENCHES, PEERS
from comparison import measure, peers, report
from comparison.process import Gap
from workloads import EXAMPLES, INFERRED, TRAINED, WORKLOADS


def arguments():
    about = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    names = sorted({*TRAINED, *INFERRED})
    about.add_argument("--only", type=words(names), default=names, help="workloads, with commas between")
    about.add_argument("--kinds", type=words(["train", "infer"]), default=["train", "infer"])
    about.add_argument("--examples", type=numbers, default=EXAMPLES, help="inferred at once, such as 1,8")
    about.add_argument("--peers", type=words(peers.ALL), default=list(peers.ALL), help="ours is always there")
    about.add_argument("--threads", type=numbers, default=[1, 2], help="such as 1,2")
    about.add_argument("--rounds", type=int, default=5)
    about.add_argument("--seconds", type=float, default=0.5, help="of one framework in one round")
    about.add_argument("--no-memory", action="store_true", help="leave out peak memory")
    about.add_argument("--no-start", action="store_true", help="leave out the time to the first step")
    about.add_argument("--install", action="store_true", help="install the peers and do nothing else")
    about.add_argument("--index", help="a further package index for --install")
    about.add_argument("--python", type=Path, help="an interpreter that has the packages already")
    about.add_argument("--target", type=Path, default=PEERS / "target", help="where the Rust peers are built")
    machine = peers.slug(peers.machine())
    about.add_argument("--name", default=machine, help=f"of the files in benches/results, here {machine}")
    about.add_argument("--render", action="store_true", help="write the Markdown of results that are there")
    about.add_argument("--readme", action="store_true", help="with --render: put the summary into the READMEs too")
    about.add_argument("--add", action="store_true", help="add the rounds to those of the same commit that are there")
    about.add_argument("--verbose", action="store_true", help="show what the processes say on standard error")
    return about.parse_args()


def words(known):
    def parse(text):
        chosen = text.split(",")
        for word in chosen:
            if word not in known:
                raise argparse.ArgumentTypeError(f"`{word}` is none of {', '.join(known)}")
        return chosen

    return parse


def numbers(text):
    return [int(number) for number in text.split(",")]


class Results:
    """The figures so far, on disk after every change."""

    def __init__(self, options):
        self.path = BENCHES / "results" / f"{options.name}.json"
        self.values = {
            "date": datetime.now(timezone.utc).strftime("%Y-%m-%d"),
            "machine": peers.machine(),
            "versions": peers.versions(),
            "rounds": options.rounds,
            "seconds": options.seconds,
            "rows": [],
            "memory": {},
            "first_step": {},
        }
        if options.add:
            self.take_up(json.loads(self.path.read_text()))

    def take_up(self, before):
        """Goes on from results on disk: other tenants of a machine come and go, so two short runs say more than a long one."""
        for key in ("versions", "seconds"):
            if before[key] != self.values[key]:
                raise SystemExit(f"the results that are there have other {key}: {before[key]}")
        if before["machine"]["commit"] != self.values["machine"]["commit"]:
            raise SystemExit(f"the results that are there are of commit {before['machine']['commit']}")
        before["rounds"] += self.values["rounds"]
        before["machine"]["load"] = max(before["machine"]["load"], self.values["machine"]["load"])
        self.values = before

    def add(self, row):
        """A row of its own, or more rounds of one that is there."""
        same = ("kind", "workload", "examples", "threads")
        for other in self.values["rows"]:
            if all(other.get(key) == row[key] for key in same):
                report.merge(other, row)
                return
        self.values["rows"].append(row)

    def save(self):
        self.path.parent.mkdir(exist_ok=True)
        self.path.write_text(json.dumps(self.values, indent=1) + "\n")
        render(self.path)


def render(path):
    text = report.markdown(json.loads(path.read_text()))
    path.with_suffix(".md").write_text(text)
    return text


def into_readmes(path):
    """The summary of results, between the marks of every README that has them."""
    everywhere = {other.stem: json.loads(other.read_text()) for other in sorted(path.parent.glob("*.json"))}
    for readme in (BENCHES / "README.md", BENCHES.parent / "README.md"):
        before, mark, rest = readme.read_text().partition("<!-- comparison -->\n")
        if not mark:
            continue
        _, end, after = rest.partition("<!-- end of comparison -->")
        folder = path.parent.relative_to(readme.parent)
        readme.write_text(f"{before}{mark}{report.summary(path.stem, everywhere, folder)}\n{end}{after}")


def jobs(options):
    """Kind, workload and number of examples of every row."""
    for name in TRAINED:
        if "train" in options.kinds and name in options.only:
            yield "train", name, 1
    for name in INFERRED:
        if "infer" in options.kinds and name in options.only:
            yield from (("infer", name, examples) for examples in options.examples)


def run(options, places, chosen):
    results = Results(options)
    for threads in options.threads:
        side = measure.Side(places, chosen, threads, options.verbose)
        try:
            for job in jobs(options):
                row = side.compare(*job, options.rounds, options.seconds)
                results.add(row)
                results.save()
                say(row)
        finally:
            side.end()
    # Workloads stand together, with all their numbers of threads.
    order = {name: place for place, name in enumerate(WORKLOADS)}
    results.values["rows"].sort(
        key=lambda row: (row["kind"] != "train", order[row["workload"]], row["examples"], row["threads"])
    )
    threads = options.threads[-1]
    if not options.no_memory and "train" in options.kinds:
        measure_memory(options, places, chosen, threads, results)
    if not options.no_start:
        for peer in chosen:
            if peer.does("train", WORKLOADS[measure.FIRST_STEP]):
                try:
                    tries = 9 if peer.ours else 3
                    times = measure.first_step(places, peer, threads, tries, options.verbose)
                    results.values["first_step"].setdefault(peer.name, []).extend(times)
                except Gap as gap:
                    print(f"first step of {peer.name}: {gap}", flush=True)
    results.save()
    return results.path


def measure_memory(options, places, chosen, threads, results):
    planned = {row["workload"]: row["planned"] for row in results.values["rows"] if "planned" in row}
    failed = {
        (row["workload"], name) for row in results.values["rows"] if row["kind"] == "train" for name in row["gaps"]
    }
    for name in TRAINED:
        if name not in options.only:
            continue
        row = {"threads": threads, "planned": planned.get(name), "bytes": {}}
        for peer in chosen:
            if peer.does("train", WORKLOADS[name]) and (name, peer.name) not in failed:
                try:
                    row["bytes"][peer.name] = measure.memory(places, peer, threads, name, options.verbose)
                except Gap as gap:
                    print(f"memory of {peer.name}, {name}: {gap}", flush=True)
        results.values["memory"][name] = row
        results.save()


def say(row):
    times = ", ".join(f"{name} {report.seconds(time)}" for name, time in row["medians"].items())
    gaps = "".join(f"\n    {name}: {reason}" for name, reason in row["gaps"].items())
    print(f"{report.name(row)}, {report.count(row['threads'])}: {times}{gaps}", flush=True)


def main():
    options = arguments()
    if options.render:
        path = BENCHES / "results" / f"{options.name}.json"
        print(render(path), end="")
        if options.readme:
            into_readmes(path)
        return
    python = options.python or PEERS / ".venv" / "bin" / "python"
    chosen = [peer for name, peer in peers.ALL.items() if name in {"ours", *options.peers}]
    if options.install:
        if any(peer.in_python for peer in chosen) and not options.python:
            peers.install_python(python, options.index)
        packages = [peer.runs for peer in chosen if not peer.ours and not peer.in_python]
        peers.build_rust(options.target.absolute(), packages)
        return
    data = PEERS / "data"
    # Not resolved: an interpreter in a virtual environment is known by its path.
    if (load := os.getloadavg()[0]) > 0.5:
        print(f"the load of this machine is {load:.1f}: other programs run, and figures will be too high", flush=True)
    places = peers.Places(python.absolute(), options.target.absolute(), data, peers.build_ours())
    subprocess.run([places.ours, "export", data], check=True)
    if "infer" in options.kinds and peers.OF_MODELS & {peer.name for peer in chosen}:
        peers.export_models(places, options.examples, [name for name in INFERRED if name in options.only])
    print(render(run(options, places, chosen)), end="")


if __name__ == "__main__":
    main()
