#!/usr/bin/env bash
# A step of training before and after a change, in turn in one process, so that whatever else the machine does slows both alike:
#   benches/against.sh COMMIT [NETWORK…]      the networks of benches/networks.rs on 1 and 2 threads
# Prints the median time of a step at COMMIT, that of the working tree, and the median of the ratios of neighbouring slices.
set -euo pipefail
cd "$(dirname "$0")/.."
root=$PWD
commit=$(git rev-parse "${1:?"benches/against.sh COMMIT [NETWORK…]"}")
shift
into=${CARGO_TARGET_DIR:-$root/target}/against
before=$into/before
rm -rf "$into/src"
mkdir -p "$into/src" "$before"
git archive "$commit" | tar -x -C "$before"
# Two packages of one name need two versions.
find "$before" -name Cargo.toml -exec sed -i 's/"0\.1\.0"/"0.0.1"/; s/^version.workspace = true/version = "0.0.1"/' {} +

networks=(networks.rs declarations)
mkdir "$into/src"/{before,after}
(cd "$before/benches" && cp -r "${networks[@]}" "$into/src/before")
(cd benches && cp -r "${networks[@]}" "$into/src/after")
find "$into/src/after" -name '*.rs' -exec sed -i 's/\bdsl_runtime\b/after/g' {} +
cp benches/noise.rs benches/against.rs "$into/src/"
mv "$into/src/against.rs" "$into/src/main.rs"
cat >"$into/Cargo.toml" <<MANIFEST
[package]
name = "against"
edition = "2024"

[workspace]
exclude = ["before"]

[dependencies]
# Emitted code of older commits knows no other name.
dsl_runtime = { package = "dsl-runtime", path = "$before/dsl-runtime" }
after = { package = "dsl-runtime", path = "$root/dsl-runtime" }
MANIFEST
cd "$into"
cargo run --release --quiet -- "$@"
