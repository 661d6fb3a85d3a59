"""Runs the processes side by side: checks that they do the same work, then measures round by round."""

import subprocess
import time
from statistics import median

from workloads import WORKLOADS

from .process import Gap, Process

# First losses and mean outputs must agree to this, relatively.
TOLERANCE = 1e-4
# In half width every framework rounds in other places.
HALF_TOLERANCE = 2e-2
# Threads of other processes that still wait actively for work go to sleep meanwhile.
PAUSE = 0.05
# The workload whose first step is timed from the start of the process.
FIRST_STEP = "mlp"


def peak(places, threads):
    """Floating-point operations a second that the machine can do."""
    command = [str(places.ours), "peak", str(threads)]
    return float(subprocess.run(command, stdout=subprocess.PIPE, check=True, text=True).stdout)


class Side:
    """All processes of one number of threads."""

    def __init__(self, places, peers, threads, verbose):
        self.places, self.peers, self.threads, self.verbose = places, peers, threads, verbose
        self.processes = {}

    def process(self, peer):
        """The running process of a peer, started anew if it has ended."""
        running = self.processes.get(peer.name)
        if running is None or running.child.poll() is not None:
            running = start(self.places, peer, self.threads, self.verbose)
            self.processes[peer.name] = running
        return running

    def compare(self, kind, name, examples, rounds, seconds):
        """A row of the table."""
        workload = WORKLOADS[name]
        row = {
            "kind": kind,
            "workload": name,
            "examples": examples,
            "threads": self.threads,
            "operations": workload.operations(kind, examples),
            "rounds": {},
            "values": {},
            "gaps": {},
        }
        ready = []
        for peer in self.peers:
            if not peer.does(kind, workload):
                continue
            try:
                parameters, value, planned = self.process(peer).load(kind, name, examples)
                row["values"][peer.name] = value
                if planned is not None and peer.name == "ours":
                    row["planned"] = planned
                check(workload, parameters, value, row["values"].get("ours", value))
                row["rounds"][peer.name] = []
                ready.append(peer)
            except Gap as gap:
                row["gaps"][peer.name] = str(gap)
        speeds = []
        for number in range(rounds):
            speeds.append(peak(self.places, self.threads))
            # Everybody comes first once.
            shift = number % max(len(ready), 1)
            for peer in ready[shift:] + ready[:shift]:
                if peer.name in row["gaps"]:
                    continue
                time.sleep(PAUSE)
                try:
                    row["rounds"][peer.name].append(self.processes[peer.name].measure(seconds))
                except Gap as gap:
                    row["gaps"][peer.name] = str(gap)
                    del row["rounds"][peer.name]
        row["peak"] = max(speeds)
        row["medians"] = {name: median(times) for name, times in row["rounds"].items()}
        return row

    def end(self):
        for process in self.processes.values():
            process.end()


def check(workload, parameters, value, expected):
    """The same work: as many parameters, and from equal weights and data the same first result."""
    if parameters != workload.parameters:
        raise Gap(f"{parameters} parameters where there should be {workload.parameters}")
    tolerance = HALF_TOLERANCE if workload.half else TOLERANCE
    if not abs(value - expected) <= tolerance * abs(expected):
        raise Gap(f"its first result is {value}, ours {expected}")


def start(places, peer, threads, verbose):
    return Process(places.command(peer, threads), threads, peer.environment, verbose)


def memory(places, peer, threads, name, verbose):
    """The most memory of a process that has trained for twenty steps."""
    with start(places, peer, threads, verbose) as process:
        process.load("train", name)
        process.ask("steps 19", 900)
        return process.peak_memory()


def first_step(places, peer, threads, tries, verbose):
    """Seconds from the start of a process to the end of its first step of training."""
    times = []
    for _ in range(tries):
        with start(places, peer, threads, verbose) as process:
            process.load("train", FIRST_STEP)
            times.append(time.perf_counter() - process.started)
    return times
