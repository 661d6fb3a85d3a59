#!/bin/sh
# How long a declaration takes to compile: `network!` itself (at opt-level 0, as users get it) and all of rustc, in dev
# and release builds. Run from the repository's root: benches/compile_time.sh [blocks of the decoder, else 12]
set -eu

blocks=${1:-12}
root=$(pwd)
crate=$root/target/compile_time
# For `-Z time-passes`; some build scripts look at it, so everything is built with it, in a folder of its own.
export RUSTC_BOOTSTRAP=1 CARGO_TARGET_DIR="$crate/target"
mkdir -p "$crate/src"
cp Cargo.lock "$crate/"
cat > "$crate/Cargo.toml" <<TOML
[workspace]

[package]
name = "compile_time"
edition = "2024"

[dependencies]
dsl-runtime = { path = "$root/dsl-runtime" }

[profile.dev.package.dsl-runtime]
opt-level = 3
TOML

# The fixture at the sizes of a small language model.
decoder() {
    sed -e 's/VOCABULARY: usize = .*/VOCABULARY: usize = 96;/' -e 's/TIME: usize = .*/TIME: usize = 64;/' \
        -e 's/WIDTH: usize = .*/WIDTH: usize = 128;/' -e 's/HEADS: usize = .*/HEADS: usize = 4;/' \
        -e "s/BLOCKS: usize = .*/BLOCKS: usize = $blocks;/" tests/networks/decoder.rs
}

# One library; `-Z time-passes` says how long macros take.
measure() {
    name=$1
    for profile in dev release; do
        touch "$crate/src/lib.rs"
        start=$(date +%s.%N)
        passes=$(cd "$crate" && cargo rustc --quiet --lib --profile "$profile" -- -Z time-passes 2>&1)
        end=$(date +%s.%N)
        macros=$(echo "$passes" | awk '/macro_expand_crate/ { print $2 }' | tr -d ';' | tail -1)
        echo "$name $profile $macros $start $end" |
            awk '{ printf "%-10s %-8s macros %6.2f s, all %6.2f s\n", $1, $2, $3, $5 - $4 }'
    done
}

for name in mlp lenet decoder; do
    {
        echo '//! A network, compiled.'
        echo 'use dsl_runtime::prelude::*;'
        if [ "$name" = decoder ]; then decoder; else cat "tests/networks/$name.rs"; fi
        # What a user's program makes of it: code for f32.
        type=$(sed -n 's/.*pub struct \([A-Za-z]*\);.*/\1/p' "tests/networks/$name.rs")
        echo "/// Compiles every entry point."
        echo "pub fn step(model: &mut $type, work: &mut Workspace<$type>, inputs: <$type as Train>::Inputs<'_>) -> f32 {"
        echo "    model.train_step(work, inputs, &mut Sgd::new(0.1)).unwrap_or(f32::NAN)"
        echo "}"
    } > "$crate/src/lib.rs"
    (cd "$crate" && cargo build --quiet && cargo build --quiet --release)
    measure "$name"
done
