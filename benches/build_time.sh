#!/usr/bin/env bash
# What a user waits for: a minimal perceptron program in a new crate that depends on one framework alone. For each: the
# clean release build (and the seconds of all cores together), the number of crates it compiles (the program's own included),
# the stripped binary, and a rebuild after touching the network. Run from the repository's root:
#
#     benches/build_time.sh [ours] [ours-minimal] [dfdx] [candle] [burn]
#
# Without arguments `ours`, `ours-minimal` (no default features) and `dfdx`, the peer that builds fastest; candle and burn
# take minutes. What is downloaded is downloaded before. Programs and lock files go to target/build_time.
set -euo pipefail

root=$(pwd)
home=$root/target/build_time
export CARGO_TARGET_DIR="$home/target"

# The dependency of a program.
dependency() {
    case $1 in
        ours) echo "dsl-runtime = { path = \"$root/dsl-runtime\" }" ;;
        ours-minimal) echo "dsl-runtime = { path = \"$root/dsl-runtime\", default-features = false }" ;;
        dfdx) echo 'dfdx = "=0.13.0"' ;;
        candle) printf 'candle-core = "=0.11.1"\ncandle-nn = "=0.11.1"\n' ;;
        burn) echo 'burn = { version = "=0.22.1", features = ["flex"] }' ;;
        *) echo "no program for $1" >&2; exit 1 ;;
    esac
}

# Seconds on the clock, then of the cores in user and in system mode.
TIMEFORMAT='%R %U %S'

measure() {
    crate=$home/$1
    mkdir -p "$crate/src"
    cp "benches/build_time/${1%-minimal}.rs" "$crate/src/main.rs"
    {
        printf '[workspace]\n\n[package]\nname = "program"\nedition = "2024"\n\n[dependencies]\n'
        dependency "$1"
        printf '\n[profile.release]\nstrip = true\n'
    } > "$crate/Cargo.toml"
    # The same versions as elsewhere in the repository.
    case $1 in
        ours*) [ -e "$crate/Cargo.lock" ] || cp Cargo.lock "$crate/" ;;
        *) [ -e "$crate/Cargo.lock" ] || cp benches/peers/rust/Cargo.lock "$crate/" ;;
    esac
    cd "$crate"
    cargo fetch --quiet
    rm -rf "$CARGO_TARGET_DIR"
    clean=$({ time cargo build --release > "$crate/build.log" 2>&1; } 2>&1) || { cat "$crate/build.log" >&2; exit 1; }
    crates=$(grep -c '^ *Compiling ' "$crate/build.log")
    size=$(wc -c < "$CARGO_TARGET_DIR/release/program")
    "$CARGO_TARGET_DIR/release/program" > /dev/null
    # The width of a layer changes, wherever it is written; the median of five.
    rebuild=$(for width in 129 130 131 132 133; do
        sed "s/128/$width/g" "$root/benches/build_time/${1%-minimal}.rs" > src/main.rs
        { time cargo build --release --quiet 2> build.log; } 2>&1
    done | sort -n | sed -n 3p)
    cd "$root"
    echo "$1 $clean $crates $size $rebuild" | awk '{ printf "%-13s clean build %6.1f s (cores %6.1f s), %4d crates, \
stripped binary %6.2f MB, rebuild %4.1f s (cores %4.1f s)\n", $1, $2, $3 + $4, $5, $6 / 1e6, $7, $8 + $9 }'
}

[ $# -gt 0 ] || set -- ours ours-minimal dfdx
for name; do
    measure "$name"
done
