#!/usr/bin/env bash
# Runs the tests of kernels and runtime as a 64-bit ARM machine would, on one that is none.
#
# usage: tests/arm.sh          the kernels' tests, those of the runtime, and benchmarks checked, not run
#        tests/arm.sh kernels  the first alone: three minutes
#        tests/arm.sh missing  says what is missing, and does nothing else
#
# It needs four things, and names those that are missing (then it ends with 3):
#
#   the target   rustup target add aarch64-unknown-linux-gnu
#                (or a nightly toolchain, to build `std` from the component rust-src)
#   a linker     aarch64-linux-gnu-gcc (Debian: gcc-aarch64-linux-gnu), or zig (PyPI: ziglang)
#   an emulator  qemu-aarch64 or qemu-aarch64-static (Debian: qemu-user-static)
#   libraries    those of ARM's C, in /usr/aarch64-linux-gnu (Debian: libc6-arm64-cross, which comes with that linker) or
#                where QEMU_LD_PREFIX says
#
# The emulator tells right from wrong, not fast from slow. On a 64-bit ARM machine `cargo test` does all this.
set -euo pipefail
cd "$(dirname "$0")/.."

target=aarch64-unknown-linux-gnu
export CARGO_INCREMENTAL=0 CARGO_PROFILE_DEV_DEBUG=0

# The cargo that has a standard library for the target, or can build one.
cargo=()
if [ -d "$(rustc --print sysroot)/lib/rustlib/$target/lib" ]; then
    cargo=(cargo)
    flags=()
elif nightly=$(rustc +nightly --print sysroot 2>/dev/null) &&
    { [ -d "$nightly/lib/rustlib/src/rust/library" ] || [ -n "${__CARGO_TESTS_ONLY_SRC_ROOT:-}" ]; }; then
    cargo=(cargo +nightly)
    flags=(-Zbuild-std)
fi

first() { command -v "$@" 2>/dev/null | head -n 1; }
linker=$(first aarch64-linux-gnu-gcc || true)
zig=$(first zig || true)
if [ -z "$zig" ] && python3 -c 'import ziglang' 2>/dev/null; then
    zig="python3 -m ziglang"
fi
emulator=$(first qemu-aarch64 qemu-aarch64-static || true)
export QEMU_LD_PREFIX=${QEMU_LD_PREFIX:-/usr/aarch64-linux-gnu}

missing=()
[ ${#cargo[@]} -gt 0 ] || missing+=("the target (rustup target add $target)")
[ -n "$linker$zig" ] || missing+=("a linker (gcc-aarch64-linux-gnu, or zig)")
[ -n "$emulator" ] || missing+=("an emulator (qemu-user)")
[ -d "$QEMU_LD_PREFIX/lib" ] || missing+=("libraries (libc6-arm64-cross)")
if [ ${#missing[@]} -gt 0 ]; then
    printf 'missing: %s\n' "${missing[@]}"
    exit 3
fi
if [ "${1:-}" = missing ]; then
    exit 0
fi

if [ -z "$linker" ]; then
    # Cargo takes a program, not a command with arguments.
    folder=$(mktemp -d)
    trap 'rm -r "$folder"' EXIT
    linker=$folder/linker
    printf '#!/bin/sh\nexec %s cc -target aarch64-linux-gnu.2.36 "$@"\n' "$zig" >"$linker"
    chmod +x "$linker"
fi
export CARGO_TARGET_AARCH64_UNKNOWN_LINUX_GNU_LINKER=$linker
export CARGO_TARGET_AARCH64_UNKNOWN_LINUX_GNU_RUNNER="$emulator -cpu max"

on_arm() {
    local command=$1
    shift
    "${cargo[@]}" "$command" ${flags[@]+"${flags[@]}"} --target "$target" "$@"
}

# Not the comparisons with matrixmultiply, which take longer than all else and say what plain loops say.
on_arm test -p dsl-compute --lib --features f64 --quiet -- --skip matrixmultiply
if [ "${1:-}" != kernels ]; then
    on_arm test -p dsl-runtime --lib --features f64 --quiet
    on_arm check --bench kernels --bench train_step
fi
