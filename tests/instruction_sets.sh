#!/usr/bin/env bash
# Prints the names that `DSL_ISA` takes and this machine has, that of any machine of its kind first and what is chosen
# otherwise last.
set -euo pipefail

case $(uname -m) in
    aarch64 | arm64) echo neon ;;
    *) echo portable ;;
esac
[ "$(uname -m)" = x86_64 ] && [ -r /proc/cpuinfo ] || exit 0
flags=" $(sed -n '/^flags/{s/.*: //p;q;}' /proc/cpuinfo) "
has() { for flag; do [[ $flags == *" $flag "* ]] || return 1; done; }
has avx2 fma || exit 0
echo avx2
has avx512f avx512vl avx512bw avx512dq || exit 0
by_intel=$(grep -m1 -c GenuineIntel /proc/cpuinfo || true)
if ! has avx512_bf16; then
    echo avx512
elif [ "$by_intel" = 0 ]; then
    echo avx512
    echo avx512bf16
else
    # Multiplying pairs is slower there.
    echo avx512bf16
    echo avx512
    # A system that does not know tiles does not name them.
    if has amx_tile amx_bf16; then
        echo amx
    fi
fi
