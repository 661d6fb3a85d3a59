#!/usr/bin/env bash
# Has others read what a training leaves: TensorBoard its events, Chromium its report and the comparison of two.
#
# usage: tests/report.sh                  both, as far as they are there
#        tests/report.sh events|pages     one of them
#        tests/report.sh missing [PART]   says what is missing for it, and does nothing else
#
# It needs these, and names those that are missing (then it ends with 3):
#
#   tensorboard   pip install tensorboard, for the `python3` that is found first or the one that PYTHON names
#   chromium      Debian: chromium
set -euo pipefail
cd "$(dirname "$0")/.."

python=${PYTHON:-python3}

missing() {
    if [ "$1" = events ] && ! "$python" -c 'import tensorboard' 2>/dev/null; then
        echo "missing: tensorboard"
    elif [ "$1" = pages ] && ! command -v chromium >/dev/null; then
        echo "missing: chromium"
    fi
}

parts=(events pages)
if [ "${1:-}" = missing ]; then
    if [ $# -gt 1 ]; then parts=("${@:2}"); fi
    absent=$(for part in "${parts[@]}"; do missing "$part"; done)
    if [ -n "$absent" ]; then
        echo "$absent"
        exit 3
    fi
    exit 0
fi
if [ $# -gt 0 ]; then parts=("$@"); fi

folder=$(mktemp -d)
trap 'rm -r "$folder"' EXIT
RUNS_FOLDER=$folder/runs cargo test -q -p dsl-runtime --lib --features report -- run::report::tests::reports_for_other_readers

# Every number of the log is what TensorBoard finds, in single precision, and nothing else is there.
events() {
    "$python" - "$folder/runs" <<'END'
import csv, pathlib, struct, sys
from tensorboard.backend.event_processing.plugin_event_accumulator import EventAccumulator
from tensorboard.util import tensor_util

single = lambda number: struct.unpack("<f", struct.pack("<f", number))[0]
numbers = 0
for run in sorted(path.parent for path in pathlib.Path(sys.argv[1]).glob("*/log.csv")):
    logged = {}
    with open(run / "log.csv", newline="") as log:
        for row in csv.DictReader(log):
            logged.setdefault(row["name"], []).append((int(row["step"]), single(float(row["value"]))))
    events = EventAccumulator(str(run), size_guidance={"tensors": 0})
    events.Reload()
    found = {
        tag: [(event.step, tensor_util.make_ndarray(event.tensor_proto)) for event in events.Tensors(tag)]
        for tag in events.Tags()["tensors"]
    }
    texts = events.PluginTagToContent("text").keys()
    distributions = events.PluginTagToContent("histograms").keys()
    scalars = events.PluginTagToContent("scalars").keys()
    assert set(scalars) == set(logged), (scalars, logged.keys())
    for tag, points in logged.items():
        assert [(step, float(value)) for step, value in found[tag]] == points, tag
        numbers += len(points)
    assert "batch" in str(found["configuration"][0][1]) and set(texts) == {"configuration"}
    for tag in distributions:
        step, buckets = found[tag][0]
        assert tag.startswith("parameters/") and step > 0 and buckets[:, 2].sum() > 0, tag
    assert distributions
assert numbers > 1000
print(f"TensorBoard reads {numbers} numbers as they were logged")
END
}

# No error is told, and every section is there, of a page that nothing is missing from.
pages() {
    local page dom
    for page in "$folder"/runs/fast/report.html "$folder"/runs/compared.html; do
        dom=$(chromium --headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking \
            --disable-component-update --disable-sync --user-data-dir="$folder/profile" --enable-logging=stderr \
            --dump-dom "file://$page" 2>"$folder/messages")
        if grep -E "CONSOLE|Refused|ERR_" "$folder/messages"; then
            echo "$page: Chromium complains" >&2
            exit 1
        fi
        local id sections
        sections=$(grep -o 'href="#[a-z]*"' "$page" | grep -o '[a-z]*"$' | tr -d '"')
        for id in $sections; do
            grep -q "<section id=\"$id\"" <<<"$dom" || { echo "$page: there is no $id" >&2; exit 1; }
        done
        echo "Chromium shows ${page#"$folder"/runs/}: $(wc -w <<<"$sections") sections, $(grep -c '<svg' <<<"$dom") charts"
    done
}

for part in "${parts[@]}"; do
    absent=$(missing "$part")
    if [ -n "$absent" ]; then
        echo "$part: $absent"
        continue
    fi
    "$part"
done
