#!/usr/bin/env bash
# Runs each fuzz target, or those named, for so many seconds: `tests/fuzz.sh SECONDS [TARGET…]`. Needs cargo and a C++ compiler;
# the instrumentation is asked of whatever compiler there is, so no other toolchain is needed. `cargo fuzz run TARGET` does the
# same, for those who have it, with a nightly toolchain.
set -euo pipefail
cd "$(dirname "$0")/.."

seconds=${1:?"tests/fuzz.sh SECONDS [TARGET…]"}
shift
targets=("$@")
[ ${#targets[@]} -gt 0 ] || targets=(declaration checkpoint import training idx cifar csv npy)

host=$(rustc -vV | sed -n 's/^host: //p')
export RUSTC_BOOTSTRAP=1
export RUSTFLAGS="--cfg fuzzing -Zsanitizer=address -Cdebug-assertions -Ccodegen-units=1 -Cpasses=sancov-module \
    -Cllvm-args=-sanitizer-coverage-level=4 -Cllvm-args=-sanitizer-coverage-inline-8bit-counters \
    -Cllvm-args=-sanitizer-coverage-pc-table -Cllvm-args=-sanitizer-coverage-trace-compares"
build=(cargo build --release --manifest-path fuzz/Cargo.toml --target "$host")
for target in "${targets[@]}"; do
    build+=(--bin "$target")
done
"${build[@]}"

# Where targets write their files.
TMPDIR=$(mktemp -d)
export TMPDIR
trap 'rm -r "$TMPDIR"' EXIT

for target in "${targets[@]}"; do
    # What was found before, and what to begin with.
    corpus=fuzz/corpus/$target
    mkdir -p "$corpus" fuzz/artifacts
    options=(-max_len=20000)
    seeds=$target
    if [ "$target" = import ]; then
        seeds=checkpoint
    fi
    if [ "$target" = declaration ]; then
        # Small networks, of which the instrumented compiler does many a second.
        options=(-max_len=1000 -only_ascii=1 -dict=fuzz/declaration.dict)
    fi
    echo "== $target, for $seconds seconds"
    "fuzz/target/$host/release/$target" "$corpus" "fuzz/seeds/$seeds" "${options[@]}" \
        -max_total_time="$seconds" -timeout=60 -rss_limit_mb=4096 -artifact_prefix="fuzz/artifacts/$target-" -print_final_stats=1
done
