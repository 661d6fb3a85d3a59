"""The frameworks: how each is installed, started and told its number of threads."""

import json
import os
import platform
import re
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

from . import BENCHES, PEERS

BOTH, TRAIN, INFER = ("train", "infer"), ("train",), ("infer",)
# Of workloads: whether they are of half width.
FULL_WIDTH, HALF_WIDTH, BOTH_WIDTHS = (False,), (True,), (False, True)


@dataclass(frozen=True)
class Peer:
    name: str
    title: str
    kinds: tuple
    # The file that runs it: a script beside `workloads.py`, or a package of `rust`.
    runs: str
    arguments: tuple = ()
    environment: dict = field(default_factory=dict)
    # For whom it stands in the comparison.
    ours: bool = False
    # Which workloads it runs.
    widths: tuple = FULL_WIDTH

    def does(self, kind, workload):
        return kind in self.kinds and workload.half in self.widths

    @property
    def in_python(self):
        return self.runs.endswith(".py")


ALL = {
    peer.name: peer
    for peer in (
        Peer("ours", "ours", BOTH, "ours", ours=True, widths=BOTH_WIDTHS),
        Peer("ours-avx2", "ours, AVX2", BOTH, "ours", environment={"DSL_ISA": "avx2"}, ours=True),
        Peer("ours-portable", "ours, portable", BOTH, "ours", environment={"DSL_ISA": "portable"}, ours=True),
        Peer("torch", "PyTorch", BOTH, "torch_peer.py", ("eager",)),
        Peer("torch-fused", "PyTorch, fused optimizer", TRAIN, "torch_peer.py", ("fused",)),
        Peer("torch-compile", "PyTorch, compiled", BOTH, "torch_peer.py", ("compile",)),
        Peer("torch-bf16", "PyTorch, autocast bf16", TRAIN, "torch_peer.py", ("fused",), widths=HALF_WIDTH),
        Peer(
            "torch-compile-bf16",
            "PyTorch, compiled, autocast bf16",
            TRAIN,
            "torch_peer.py",
            ("compile",),
            widths=HALF_WIDTH,
        ),
        Peer("jax", "JAX", BOTH, "jax_peer.py"),
        Peer("onnxruntime", "ONNX Runtime", INFER, "onnx_peer.py"),
        Peer("openvino", "OpenVINO", INFER, "openvino_peer.py"),
        Peer("tract", "tract", INFER, "tract"),
        Peer("rten", "rten", INFER, "rten"),
        Peer("candle", "candle", BOTH, "candle"),
        Peer("burn", "burn", BOTH, "burn"),
        Peer("dfdx", "dfdx", BOTH, "dfdx"),
    )
}


@dataclass(frozen=True)
class Places:
    """Where things are."""

    # The interpreter that has the Python packages.
    python: Path
    # The target folder of the Rust peers.
    target: Path
    # Weights and data.
    data: Path
    # Our own program.
    ours: Path

    def command(self, peer, threads):
        if peer.ours:
            program = [self.ours]
        elif peer.in_python:
            program = [self.python, PEERS / peer.runs]
        else:
            program = [self.target / "release" / f"peer-{peer.runs}"]
        return [*map(str, program), str(self.data), str(threads), *peer.arguments]


def build_ours():
    """Compiles our side and says where it is."""
    command = ["cargo", "bench", "--bench", "ours", "--no-run", "--message-format", "json"]
    built = subprocess.run(command, cwd=BENCHES.parent, stdout=subprocess.PIPE, check=True, text=True)
    messages = (json.loads(line) for line in built.stdout.splitlines() if line.startswith("{"))
    for message in messages:
        if message.get("executable") and message["target"]["name"] == "ours":
            return Path(message["executable"])
    raise SystemExit("cargo built no benchmark")


def install_python(python, index):
    """A virtual environment with the pinned packages."""
    environment = python.parent.parent
    subprocess.run([sys.executable, "-m", "venv", environment], check=True)
    pip = [python, "-m", "pip", "install", "--requirement", PEERS / "requirements.txt"]
    subprocess.run(pip + (["--extra-index-url", index] if index else []), check=True)


def build_rust(target, packages):
    """The Rust peers, one after the other: one that does not build leaves a gap."""
    for package in packages:
        command = ["cargo", "build", "--release", "--locked", "--package", f"peer-{package}"]
        built = subprocess.run(command, cwd=PEERS / "rust", env=os.environ | {"CARGO_TARGET_DIR": str(target)})
        if built.returncode != 0:
            print(f"{package} does not build", file=sys.stderr)


# Those that run models which PyTorch exports.
OF_MODELS = {"onnxruntime", "openvino", "tract", "rten"}


def export_models(places, examples, workloads):
    """Models for who runs such. PyTorch writes them."""
    examples = ",".join(map(str, examples))
    command = [places.python, PEERS / "onnx_export.py", places.data, examples, *workloads]
    done = subprocess.run(command, cwd=PEERS, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    if done.returncode != 0:
        print(f"no models could be exported:\n{done.stderr[-2000:]}", file=sys.stderr)


def processor():
    """Its name, without what all names have; where it has no number, as in clouds, that of the model is added."""
    try:
        pairs = (line.split(":", 1) for line in Path("/proc/cpuinfo").read_text().splitlines() if ":" in line)
        # Every core has the same lines.
        known = {key.strip(): value.strip() for key, value in pairs}
    except OSError:
        known = {}
    name = known.get("model name") or platform.processor() or platform.machine()
    name = re.sub(r"\((R|TM|tm)\)|@.*|\b(CPU|Processor|\d+-Core)\b", " ", name)
    if not re.search(r"\d", name) and "model" in known:
        # All of Intel's servers are of family 6.
        family = known.get("cpu family", "6")
        name += f" family {family}" * (family != "6") + f" model {known['model']}"
    return " ".join(name.split())


def slug(machine):
    """The machine as a name of files."""
    words = f"{machine['processor']} {machine['cores']} cores".lower()
    return "-".join(re.findall(r"[a-z0-9]+", words))


def machine():
    """What the figures were taken on."""
    try:
        compiler = subprocess.run(["rustc", "--version"], stdout=subprocess.PIPE, text=True).stdout.strip()
        commit = ["git", "rev-parse", "--short", "HEAD"]
        commit = subprocess.run(commit, cwd=BENCHES, stdout=subprocess.PIPE, text=True).stdout.strip()
    except OSError:
        compiler = commit = ""
    cores = len(os.sched_getaffinity(0))
    return {
        "processor": processor(),
        "cores": cores,
        "system": f"{platform.system()} {platform.release().split('-')[0]}",
        "rustc": compiler.split(" (")[0],
        "commit": commit,
        "load": round(os.getloadavg()[0], 2),
    }


def versions():
    """The pinned versions, by the names of packages."""
    found = {}
    for line in (PEERS / "requirements.txt").read_text().splitlines():
        name, pinned, version = line.partition("==")
        if pinned:
            found[name] = version
    for manifest in sorted((PEERS / "rust").glob("*/Cargo.toml")):
        for line in manifest.read_text().splitlines():
            name, pinned, rest = line.partition(" = ")
            if pinned and '"=' in rest:
                found[name] = rest.split('"=', 1)[1].split('"', 1)[0]
    return found
