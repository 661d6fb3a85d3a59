#!/usr/bin/env python3
"""Counts what the inner loops of the products do besides multiplying: `python3 benches/inner_loops.py`.

It compiles dsl-compute to assembly, finds the innermost loops of the register-tiled micro-kernels for AVX-512, and prints
for the largest of each function the fused multiply-adds, loads, comparisons and jumps. It fails if a loop over packed
panels has more than one comparison for 16 multiply-adds, or keeps sums in memory.
"""

import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
FUNCTION = re.compile(r"^(_R\w+):")
LABEL = re.compile(r"^(\.LBB\d+_\d+):")
JUMP = re.compile(r"^\tj(\w+)\t(\.LBB\d+_\d+)")
# In mangled names: the micro-kernels, each a function of its own.
KERNEL = re.compile(r"6avx512.*kernels\d+(packed_tile|tile)\d+(\w+?)9Arguments([fd])")


def assembly():
    """The assembly of dsl-compute, as lines."""
    folder = ROOT / "target" / "inner_loops"
    command = ["cargo", "rustc", "--release", "--lib", "-p", "dsl-compute", "--target-dir", str(folder), "--"]
    flags = ["--emit", "asm", "-C", "symbol-mangling-version=v0", "-C", "codegen-units=1"]
    subprocess.run(command + flags, cwd=ROOT, check=True)
    files = (folder / "release" / "deps").glob("dsl_compute-*.s")
    return max(files, key=lambda file: file.stat().st_mtime).read_text().splitlines()


def functions(lines):
    """The name and the instructions of each function."""
    name, body = None, []
    for line in lines:
        start = FUNCTION.match(line)
        if start:
            if name:
                yield name, body
            name, body = start[1], []
        elif name:
            body.append(line)
    if name:
        yield name, body


def innermost_loops(body):
    """The instructions of each loop that holds no other."""
    places = {}
    for place, line in enumerate(body):
        label = LABEL.match(line)
        if label:
            places[label[1]] = place
    loops = []
    for place, line in enumerate(body):
        jump = JUMP.match(line)
        if jump and places.get(jump[2], place) < place:
            loops.append((places[jump[2]], place + 1))
    for start, end in loops:
        if not any((a, b) != (start, end) and start <= a and b <= end for a, b in loops):
            yield body[start:end]


def counts(loop):
    """The kinds of instructions in a loop."""
    instructions = [line for line in loop if line.startswith("\t") and not line.startswith("\t.")]
    count = lambda pattern: sum(bool(re.match(pattern, line)) for line in instructions)
    return {
        "fma": count(r"\tvfn?m(add|sub)\w+p[sd]"),
        "loads": sum("(" in line and not re.match(r"\tlea", line) for line in instructions),
        "compares": count(r"\t(cmp|test)"),
        "jumps": count(r"\tj"),
        "spills": count(r"\tvmov\w+\t%zmm\d+, .*\(%r[sb]p\)"),
        "all": len(instructions),
    }


def main():
    bad = []
    print(f"{'kernel':34} {'fma':>4} {'loads':>6} {'compares':>9} {'jumps':>6} {'spills':>7} {'all':>5}")
    for name, body in functions(assembly()):
        kernel = KERNEL.search(name)
        loops = [counts(loop) for loop in innermost_loops(body)] if kernel else []
        if not loops:
            continue
        title = f"{kernel[1]}::{kernel[2]}<f{64 if kernel[3] == 'd' else 32}>"
        most = max(loops, key=lambda loop: loop["fma"])
        print(
            f"{title:34} {most['fma']:4} {most['loads']:6} {most['compares']:9} {most['jumps']:6} {most['spills']:7}"
            f" {most['all']:5}"
        )
        if kernel[1] == "packed_tile" and (16 * most["compares"] > most["fma"] or most["spills"]):
            bad.append(title)
    if bad:
        sys.exit(f"loops that compare too often, or keep sums in memory: {', '.join(bad)}")


if __name__ == "__main__":
    main()
