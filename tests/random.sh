#!/usr/bin/env bash
# Random networks, as many as asked for, compiled by rustc and held against the interpreter:
#   tests/random.sh 300 1    300 networks from seed 1 on
# Those of every run of the tests are recorded in tests/random; without rustc, `NETWORKS=10000 SEED=1 cargo test --release
# -p dsl-compiler --lib -- --ignored random::tests::many --nocapture` takes many more to the emitted code.
set -euo pipefail
cd "$(dirname "$0")/.."
root=$PWD
into=$root/target/random-networks
rm -rf "$into"
mkdir -p "$into/src" "$into/tests"

INTO=$into/tests NETWORKS=${1:-300} SEED=${2:-1} \
    cargo test --release -p dsl-compiler --lib -- --ignored --exact random::compiled::write --nocapture

for part in "$into"/tests/part_*; do
    sed "s|\.\./agrees|$root/tests/agrees|" tests/random/main.rs >"$part/main.rs"
done
: >"$into/src/lib.rs"
cat >"$into/Cargo.toml" <<MANIFEST
[package]
name = "random-networks"
edition = "2024"

[workspace]

[profile.dev]
debug = false

[profile.dev.package."*"]
opt-level = 3

[dev-dependencies]
dsl-runtime = { path = "$root/dsl-runtime", features = ["f64"] }
MANIFEST
cp Cargo.lock "$into/"
cd "$into"
cargo test --no-fail-fast
