//! XXH64, a checksum of eight bytes that runs at the speed of memory.
//!
//! <https://github.com/Cyan4973/xxHash/blob/dev/doc/xxhash_spec.md> describes it. It finds accidental damage:
//! two contents that differ have the same checksum with a probability of 2⁻⁶⁴. It does not protect against
//! deliberate collisions.

const PRIMES: [u64; 5] = [
    0x9e37_79b1_85eb_ca87,
    0xc2b2_ae3d_27d4_eb4f,
    0x1656_67b1_9e37_79f9,
    0x85eb_ca77_c2b2_ae63,
    0x27d4_eb2f_1656_67c5,
];

/// The checksum of `bytes`, continued from `seed`.
pub(crate) fn xxh64(bytes: &[u8], seed: u64) -> u64 {
    let (stripes, rest) = bytes.as_chunks::<32>();
    let start = if stripes.is_empty() {
        seed.wrapping_add(PRIMES[4])
    } else {
        of_stripes(stripes, seed)
    };
    finish(start.wrapping_add(bytes.len() as u64), rest)
}

/// Merges four running sums, each of every fourth word.
fn of_stripes(stripes: &[[u8; 32]], seed: u64) -> u64 {
    let mut sums = [
        seed.wrapping_add(PRIMES[0]).wrapping_add(PRIMES[1]),
        seed.wrapping_add(PRIMES[1]),
        seed,
        seed.wrapping_sub(PRIMES[0]),
    ];
    for stripe in stripes {
        for (sum, word) in sums.iter_mut().zip(stripe.as_chunks::<8>().0) {
            *sum = round(*sum, u64::from_le_bytes(*word));
        }
    }
    let [a, b, c, d] = sums;
    let turned = [
        a.rotate_left(1),
        b.rotate_left(7),
        c.rotate_left(12),
        d.rotate_left(18),
    ];
    let start = turned.into_iter().fold(0, u64::wrapping_add);
    sums.into_iter().fold(start, |hash, sum| {
        (hash ^ round(0, sum))
            .wrapping_mul(PRIMES[0])
            .wrapping_add(PRIMES[3])
    })
}

fn round(sum: u64, word: u64) -> u64 {
    sum.wrapping_add(word.wrapping_mul(PRIMES[1]))
        .rotate_left(31)
        .wrapping_mul(PRIMES[0])
}

/// Hashes the last bytes, fewer than 32, and mixes.
fn finish(mut hash: u64, rest: &[u8]) -> u64 {
    let (words, rest) = rest.as_chunks::<8>();
    for word in words {
        hash ^= round(0, u64::from_le_bytes(*word));
        hash = hash
            .rotate_left(27)
            .wrapping_mul(PRIMES[0])
            .wrapping_add(PRIMES[3]);
    }
    let (halves, rest) = rest.as_chunks::<4>();
    for half in halves {
        hash ^= u64::from(u32::from_le_bytes(*half)).wrapping_mul(PRIMES[0]);
        hash = hash
            .rotate_left(23)
            .wrapping_mul(PRIMES[1])
            .wrapping_add(PRIMES[2]);
    }
    for &byte in rest {
        hash ^= u64::from(byte).wrapping_mul(PRIMES[4]);
        hash = hash.rotate_left(11).wrapping_mul(PRIMES[0]);
    }
    hash = (hash ^ (hash >> 33)).wrapping_mul(PRIMES[1]);
    hash = (hash ^ (hash >> 29)).wrapping_mul(PRIMES[2]);
    hash ^ (hash >> 32)
}

#[cfg(test)]
mod tests {
    use super::xxh64;

    /// Reference values of the Python package `xxhash` 4.1:
    /// `xxh64_intdigest(bytes(i * 7 % 256 for i in range(n)), seed)`.
    const KNOWN: &[(usize, u64, u64)] = &[
        (0, 0, 0xef46_db37_51d8_e999),
        (1, 0, 0xe934_a84a_db05_2768),
        (3, 1, 0xa273_4b98_a9bf_ecb9),
        (4, 0, 0xae5a_cdc0_0a55_ac41),
        (7, 0xffff_ffff_ffff_ffff, 0x6ae6_8135_f44f_7d6d),
        (8, 0, 0x8711_6b33_65b9_24eb),
        (14, 5, 0x1a2f_f9dd_fdfe_17cb),
        (31, 0, 0x0f18_7c62_b1e7_22b7),
        (32, 0, 0x91b0_cb09_31a8_c629),
        (33, 1, 0xe10d_f65d_739e_0fcd),
        (63, 0, 0x2191_10bf_13e2_fa26),
        (64, 0x8000_0000_0000_0000, 0x459e_b625_46cb_c6b7),
        (100, 0, 0x8e22_72c0_8247_d5db),
        (1000, 0x1234_5678_9abc_def0, 0xc20c_2506_3c94_43c5),
        (4125, 0, 0x4a57_f0ff_40b0_f83a),
    ];

    #[test]
    fn the_reference_implementation_says_the_same() {
        for &(len, seed, expected) in KNOWN {
            let bytes: Vec<u8> = (0..len).map(|place| (place * 7 % 256) as u8).collect();
            assert_eq!(xxh64(&bytes, seed), expected, "{len} bytes from {seed}");
        }
    }
}
