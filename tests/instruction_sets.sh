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
echo avx512
if has avx512_bf16; then
    echo avx512bf16
fi
