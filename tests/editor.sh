#!/usr/bin/env bash
# Asks rust-analyzer, as an editor does, about words inside a declaration: what it shows of each (hover), and where it is defined.
#
# usage: tests/editor.sh          asks, and fails where an answer is not what it should be
#        tests/editor.sh missing  says what is missing, and does nothing else
#
# It needs two things, and names those that are missing (then it ends with 3):
#
#   rust-analyzer  rustup component add rust-analyzer
#   python3        PYTHON may name it
set -euo pipefail
cd "$(dirname "$0")/.."

python=${PYTHON:-python3}

missing=()
rust-analyzer --version >/dev/null 2>&1 || missing+=("rust-analyzer")
"$python" -c "" 2>/dev/null || missing+=("python3")
if [ ${#missing[@]} -gt 0 ]; then
    echo "missing: ${missing[*]}"
    exit 3
fi
if [ "${1:-}" = missing ]; then
    exit 0
fi

# A crate of a user's: the minimal program of the measurement of build times.
crate=$PWD/target/editor
mkdir -p "$crate/src"
cp Cargo.lock "$crate/"
cp benches/build_time/ours.rs "$crate/src/main.rs"
cat >"$crate/Cargo.toml" <<END
[workspace]

[package]
name = "program"
edition = "2024"

[dependencies]
dsl-runtime = { path = "$PWD/dsl-runtime" }
END

exec "$python" tests/editor.py "$crate" "$PWD"
