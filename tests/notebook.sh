#!/usr/bin/env bash
# Runs every cell of docs/notebook.ipynb in evcxr, Rust's kernel for Jupyter, and fails if one of them does.
#
# usage: tests/notebook.sh          runs it, and changes nothing
#        tests/notebook.sh record   the same, and stores what the cells show in the notebook
#        tests/notebook.sh missing  says what is missing, and does nothing else
#
# It needs two things, and names those that are missing (then it ends with 3):
#
#   evcxr_jupyter  cargo install --locked evcxr_jupyter; EVCXR_JUPYTER may name it
#   nbclient       pip install nbclient, for the Python that PYTHON names, or python3
#
# The first cell builds dsl-runtime, which takes a minute or more.
set -euo pipefail
cd "$(dirname "$0")/.."

kernel=${EVCXR_JUPYTER:-$(command -v evcxr_jupyter || true)}
python=${PYTHON:-python3}

missing=()
[ -n "$kernel" ] && [ -x "$kernel" ] || missing+=("evcxr_jupyter")
"$python" -c "import nbclient, nbformat" 2>/dev/null || missing+=("nbclient")
if [ ${#missing[@]} -gt 0 ]; then
    echo "missing: ${missing[*]}"
    exit 3
fi
if [ "${1:-}" = missing ]; then
    exit 0
fi

# A kernel of this name that is found nowhere else, so that no other is taken.
scratch=$(mktemp -d)
trap 'rm -r "$scratch"' EXIT
mkdir -p "$scratch/kernels/rust"
cat >"$scratch/kernels/rust/kernel.json" <<END
{"argv": ["$kernel", "--control_file", "{connection_file}"], "display_name": "Rust", "language": "rust"}
END
JUPYTER_PATH=$scratch "$python" - "${1:-}" "$(dirname "$kernel")" <<'END'
import os, pathlib, sys

import nbclient
import nbformat

os.environ["PATH"] = sys.argv[2] + os.pathsep + os.environ["PATH"]
path = pathlib.Path("docs/notebook.ipynb")
notebook = nbformat.read(path, as_version=4)
client = nbclient.NotebookClient(notebook, timeout=1800, kernel_name="rust", resources={"metadata": {"path": "docs"}})
client.execute()

shown = set()
for cell in notebook.cells:
    cell.metadata = {}
    for output in cell.get("outputs", []):
        output.get("metadata", {}).clear()
        shown.update(output.get("data", {}))
        for text in [output.get("text", ""), *output.get("data", {}).values()]:
            for host in (os.getcwd(), os.path.expanduser("~")):
                assert host not in str(text), f"a path of this machine is shown:\n{text}"
for kind in ("image/svg+xml", "text/latex", "text/plain"):
    assert kind in shown, f"no cell shows {kind}"
cells = sum(cell.cell_type == "code" for cell in notebook.cells)
print(f"{cells} cells, which show {', '.join(sorted(shown))}")
if sys.argv[1] == "record":
    nbformat.write(notebook, path)
END
