"""One framework in a process of its own, bound to so many cores, that does what it is told line by line."""

import os
import select
import subprocess
import time

from . import PEERS


class Gap(Exception):
    """Why there is no figure."""


class Process:
    def __init__(self, command, threads, environment, verbose=False):
        count = str(threads)
        limits = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS", "RAYON_NUM_THREADS")
        environment = os.environ | {name: count for name in limits} | environment
        cores = sorted(os.sched_getaffinity(0))[:threads]
        if len(cores) < threads:
            raise Gap(f"this machine has {len(cores)} cores")
        self.name = command[0]
        self.started = time.perf_counter()
        try:
            self.child = subprocess.Popen(
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=None if verbose else subprocess.DEVNULL,
                env=environment,
                cwd=PEERS,
                bufsize=0,
                preexec_fn=lambda: os.sched_setaffinity(0, cores),
            )
        except OSError as error:
            raise Gap(f"not installed ({error.strerror})") from None

    def ask(self, command, seconds):
        """The words of the answer, without the first, which says what it is."""
        try:
            self.child.stdin.write(f"{command}\n".encode())
        except BrokenPipeError:
            raise Gap("the process ended") from None
        kind, *words = self.line(time.monotonic() + seconds).split(" ")
        if kind == "gap":
            raise Gap(" ".join(words))
        return words

    def line(self, deadline):
        line = b""
        while not line.endswith(b"\n"):
            if not select.select([self.child.stdout], [], [], max(deadline - time.monotonic(), 0))[0]:
                self.end()
                raise Gap("it took too long")
            more = self.child.stdout.read(4096)
            if not more:
                raise Gap(f"the process ended with status {self.child.wait()}")
            line += more
        return line.decode().strip()

    def load(self, kind, workload, examples=1, seconds=900):
        """Number of parameters, what the first step came to, and the bytes planned, where they are known."""
        command = f"load {kind} {workload}" if examples == 1 else f"load {kind} {workload} {examples}"
        parameters, value, *planned = self.ask(command, seconds)
        return int(parameters), float(value), int(planned[0]) if planned else None

    def measure(self, seconds):
        """The median seconds of a step."""
        return float(self.ask(f"measure {seconds}", 60 + 10 * seconds)[0])

    def peak_memory(self):
        """The most bytes of memory the process has had, by the kernel's count."""
        with open(f"/proc/{self.child.pid}/status") as status:
            for line in status:
                if line.startswith("VmHWM:"):
                    return int(line.split()[1]) * 1024
        raise Gap("the kernel does not say")

    def end(self):
        self.child.stdin.close()
        try:
            self.child.wait(timeout=2)
        except subprocess.TimeoutExpired:
            self.child.kill()
            self.child.wait()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.end()
