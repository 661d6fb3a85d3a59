#!/usr/bin/env bash
# All tests of what holds `unsafe` code, and of what calls it, with the compiler's sanitizers, on every instruction set of
# this machine, as releases are built: without checks of arithmetic, where only the code's own checks stand between a size
# and memory that is not its own.
#
# usage: tests/sanitizers.sh [address] [thread] [miri]      all three unless named; what cannot be run is said and skipped
#
# A toolchain that is not nightly will do. Builds go to target/sanitizers, about five minutes each on two cores.
set -euo pipefail
cd "$(dirname "$0")/.."

target=$(rustc -vV | sed -n 's/^host: //p')
crates=(-p dsl-compute -p dsl-runtime)
# What is not nightly's to offer is unlocked for these builds alone.
export RUSTC_BOOTSTRAP=1
export CARGO_PROFILE_DEV_DEBUG=line-tables-only CARGO_INCREMENTAL=0
as_released="-Coverflow-checks=off -Cdebug-assertions=off"
skipped=()

# Tests built with some flags, on every instruction set. Documentation's examples are built by another program, which knows
# nothing of the flags, and hold no unsafe code.
run_on_all_sets() {
    local name=$1
    shift
    cargo test "$@" "${crates[@]}" --lib --tests --target "$target" --target-dir "target/sanitizers/$name" --no-run
    for set in $(tests/instruction_sets.sh); do
        echo "== $name, $set"
        DSL_ISA=$set cargo test "$@" "${crates[@]}" --lib --tests --target "$target" \
            --target-dir "target/sanitizers/$name" --quiet
    done
}

address() {
    case $target in
    x86_64-*-linux-gnu | aarch64-*-linux-gnu | *-apple-darwin) ;;
    *) skipped+=("address: not on $target") && return ;;
    esac
    RUSTFLAGS="-Zsanitizer=address $as_released" run_on_all_sets address
}

thread() {
    # The standard library has to know of the sanitizer too, or its locks would look like races.
    if [ ! -e "$(rustc --print sysroot)/lib/rustlib/src/rust/library/Cargo.lock" ]; then
        skipped+=("thread: the standard library's source is not installed (rustup component add rust-src)")
        return
    fi
    # A forked child of a process with threads is what one of the tests is about.
    TSAN_OPTIONS=die_after_fork=0 RUSTFLAGS="-Zsanitizer=thread $as_released" run_on_all_sets thread -Zbuild-std
}

miri() {
    if ! cargo miri --version >/dev/null 2>&1; then
        skipped+=("miri: not installed (rustup +nightly component add miri)")
        return
    fi
    # It knows no vector instructions, and is slow: the threads and what they are handed are what it is asked about.
    DSL_ISA=portable MIRIFLAGS="-Zmiri-disable-isolation" \
        cargo miri test -p dsl-compute --lib --target-dir target/sanitizers/miri -- parallel::
}

for sanitizer in "${@:-address thread miri}"; do
    for name in $sanitizer; do
        case $name in
        address | thread | miri) "$name" ;;
        *) echo "no sanitizer called $name: address, thread or miri" >&2 && exit 2 ;;
        esac
    done
done

echo "== passed, but for what was skipped:"
printf '%s\n' "${skipped[@]:-nothing}"
