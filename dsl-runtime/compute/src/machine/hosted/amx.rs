//! Permission to use the tile unit (AMX), which the operating system grants to a process.

use core::arch::asm;
use core::arch::x86_64::*;

/// True if this processor multiplies tiles of bf16 numbers, and the system lets this process use them. Linux grants
/// it once, to all threads (since 5.16; Documentation/arch/x86/xstate.rst); elsewhere nobody is asked.
pub(super) fn is_permitted() -> bool {
    cfg!(target_os = "linux") && has_tiles() && is_granted()
}

/// True if the processor has tiles of the known size, and the system saves their state.
fn has_tiles() -> bool {
    const BF16: u32 = 1 << 22;
    const TILE: u32 = 1 << 24;
    const OSXSAVE: u32 = 1 << 27;
    /// The state components of the configuration and of the data of tiles.
    const TILE_STATE: u64 = 0b11 << 17;

    if __cpuid(0).eax < 0x1d || __cpuid(1).ecx & OSXSAVE == 0 {
        return false;
    }
    let features = __cpuid_count(7, 0).edx;
    if features & BF16 == 0 || features & TILE == 0 {
        return false;
    }
    // SAFETY: the bit OSXSAVE says that there is the instruction.
    if unsafe { enabled_state() } & TILE_STATE != TILE_STATE {
        return false;
    }
    // Palette 1: eight tiles of sixteen rows of 64 bytes.
    let palette = __cpuid_count(0x1d, 1);
    palette.ebx == 64 | 8 << 16 && palette.ecx & 0xffff == 16
}

#[target_feature(enable = "xsave")]
fn enabled_state() -> u64 {
    // SAFETY: register 0 is always there.
    unsafe { _xgetbv(0) }
}

/// Asks the system, and returns its answer.
fn is_granted() -> bool {
    const SYS_ARCH_PRCTL: i64 = 158;
    const ARCH_REQ_XCOMP_PERM: i64 = 0x1023;
    const XFEATURE_XTILEDATA: i64 = 18;

    let refused: i64;
    // SAFETY: a system call that touches no memory of this process; it clobbers `rcx` and `r11`.
    unsafe {
        asm!(
            "syscall",
            inlateout("rax") SYS_ARCH_PRCTL => refused,
            in("rdi") ARCH_REQ_XCOMP_PERM,
            in("rsi") XFEATURE_XTILEDATA,
            out("rcx") _,
            out("r11") _,
            options(nostack),
        );
    }
    refused == 0
}
