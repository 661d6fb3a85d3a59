#!/usr/bin/env bash
# What `network!` costs before and after a change, by itself and at opt-level 0, as users get it:
#   benches/expansion.sh COMMIT [DECLARATION…]      files of tests/networks; mlp, lenet, resnet20, lstm, gpt unless named
# Expands each declaration in turn by the compiler of COMMIT and by that of the working tree, in one process, and prints the
# fastest of each in CPU time, which other programs disturb least, the ratio, and the lines of both expansions.
set -euo pipefail
cd "$(dirname "$0")/.."
root=$PWD
commit=$(git rev-parse "${1:?"benches/expansion.sh COMMIT [DECLARATION…]"}")
shift
[ $# -gt 0 ] || set -- mlp lenet resnet20 lstm gpt
into=${CARGO_TARGET_DIR:-$root/target}/expansion
before=$into/before
rm -rf "$into/src"
mkdir -p "$into/src" "$before"
git archive "$commit" | tar -x -C "$before"
# Two packages of one name need two versions.
find "$before" -name Cargo.toml -exec sed -i 's/"0\.1\.0"/"0.0.1"/; s/^version.workspace = true/version = "0.0.1"/' {} +
cp benches/expansion.rs "$into/src/main.rs"
cat >"$into/Cargo.toml" <<MANIFEST
[package]
name = "expansion"
edition = "2024"

[workspace]
exclude = ["before"]

[dependencies]
proc-macro2 = "1"
prettyplease = "0.3"
syn = { version = "3", features = ["full"] }
before = { package = "dsl-compiler", path = "$before/dsl-macros/compiler" }
after = { package = "dsl-compiler", path = "$root/dsl-macros/compiler" }
MANIFEST
cp Cargo.lock "$into/"
cd "$into"
cargo run --quiet -- "${@/#/$root/tests/networks/}"
