#!/bin/sh
# How long declarations take to compile: `network!` itself (at opt-level 0, as users get it) and all of rustc after
# touching one declaration, in dev and release builds, and how many lines the expansion has. Run from the repository's
# root: benches/compile_time.sh [declaration ...]
#
# Declarations are files of tests/networks and benches/declarations; `decoder` is at the sizes of a small language model,
# `decoder:24` has that many blocks; `lstm` is that of `benches/declarations`, `lstm:1000` over that many steps.
set -eu

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

[profile.dev.package]
dsl-compute = { opt-level = 3, debug-assertions = false, overflow-checks = false }
TOML

# The text of a declaration.
declaration() {
    case $1 in
        decoder*)
            blocks=${1#decoder}
            blocks=${blocks#:}
            sed -e 's/VOCABULARY: usize = .*/VOCABULARY: usize = 96;/' -e 's/TIME: usize = .*/TIME: usize = 64;/' \
                -e 's/WIDTH: usize = .*/WIDTH: usize = 128;/' -e 's/HEADS: usize = .*/HEADS: usize = 4;/' \
                -e "s/BLOCKS: usize = .*/BLOCKS: usize = ${blocks:-12};/" tests/networks/decoder.rs ;;
        lstm*)
            steps=${1#lstm}
            steps=${steps#:}
            sed -e "s/TIME: usize = .*/TIME: usize = ${steps:-28};/" benches/declarations/lstm.rs ;;
        *)
            if [ -e "benches/declarations/$1.rs" ]; then
                cat "benches/declarations/$1.rs"
            else
                cat "tests/networks/$1.rs"
            fi ;;
    esac
}

# A library that trains the network and asks it: code for f32 of every entry point.
library() {
    echo '//! A network, compiled.'
    echo 'use dsl_runtime::prelude::*;'
    declaration "$1"
    type=$(declaration "$1" | sed -n 's/.*pub struct \([A-Za-z0-9]*\).*;.*/\1/p')
    cat <<RUST
/// Compiles a step of training.
pub fn step(model: &mut $type, work: &mut Workspace<$type>, inputs: <$type as Train>::Inputs<'_>) -> f32 {
    model.train_step(work, inputs, &mut Sgd::new(0.1)).unwrap_or(f32::NAN)
}
/// Compiles the loss alone.
pub fn loss(model: &$type, work: &mut Workspace<$type>, inputs: <$type as Train>::Inputs<'_>) -> f32 {
    Train::loss(model, work, inputs).unwrap_or(f32::NAN)
}
RUST
}

# `-Z time-passes` says how long macros take.
measure() {
    lines=$(cd "$crate" && cargo rustc --quiet --lib -- -Z unpretty=expanded | rustfmt --edition 2024 | wc -l)
    for profile in dev release; do
        touch "$crate/src/lib.rs"
        start=$(date +%s.%N)
        passes=$(cd "$crate" && cargo rustc --quiet --lib --profile "$profile" -- -Z time-passes 2>&1)
        end=$(date +%s.%N)
        macros=$(echo "$passes" | awk '/macro_expand_crate/ { print $2 }' | tr -d ';' | tail -1)
        echo "$1 $profile $macros $start $end $lines" |
            awk '{ printf "%-12s %-8s macros %6.2f s, all %6.2f s, %6d lines\n", $1, $2, $3, $5 - $4, $6 }'
    done
}

[ $# -gt 0 ] || set -- mlp lenet resnet20 vgg16 lstm:10 lstm:1000 decoder gpt transformer
for name; do
    library "$name" > "$crate/src/lib.rs"
    (cd "$crate" && cargo build --quiet && cargo build --quiet --release)
    measure "$name"
done
