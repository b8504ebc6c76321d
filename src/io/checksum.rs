//! XXH64, the 64-bit checksum of xxHash (seed 0): `xxhsum -H1 FILE` prints the same. It finds damage, not forgery.

const PRIME: [u64; 5] =
    [0x9E37_79B1_85EB_CA87, 0xC2B2_AE3D_27D4_EB4F, 0x1656_67B1_9E37_79F9, 0x85EB_CA77_C2B2_AE63, 0x27D4_EB2F_1656_67C5];

fn round(lane: u64, word: u64) -> u64 {
    lane.wrapping_add(word.wrapping_mul(PRIME[1])).rotate_left(31).wrapping_mul(PRIME[0])
}

fn word(bytes: &[u8]) -> u64 {
    bytes.iter().rev().fold(0, |w, b| w << 8 | u64::from(*b))
}

/// The four lanes of 32-byte stripes, as one number.
fn stripes(stripes: &[[u8; 32]]) -> u64 {
    let mut lanes = [PRIME[0].wrapping_add(PRIME[1]), PRIME[1], 0, PRIME[0].wrapping_neg()];
    for stripe in stripes {
        let (words, _) = stripe.as_chunks::<8>();
        for (lane, w) in lanes.iter_mut().zip(words) {
            *lane = round(*lane, u64::from_le_bytes(*w));
        }
    }
    let turned = lanes.iter().zip([1, 7, 12, 18]).map(|(l, by)| l.rotate_left(by));
    let sum = turned.fold(0u64, u64::wrapping_add);
    lanes.iter().fold(sum, |h, l| (h ^ round(0, *l)).wrapping_mul(PRIME[0]).wrapping_add(PRIME[3]))
}

/// The checksum of some bytes.
pub fn xxh64(bytes: &[u8]) -> u64 {
    let (whole, rest) = bytes.as_chunks::<32>();
    let mut h = if whole.is_empty() { PRIME[4] } else { stripes(whole) };
    h = h.wrapping_add(bytes.len() as u64);
    let (words, rest) = rest.as_chunks::<8>();
    for w in words {
        h = (h ^ round(0, u64::from_le_bytes(*w))).rotate_left(27).wrapping_mul(PRIME[0]).wrapping_add(PRIME[3]);
    }
    let (half, rest) = rest.split_at(if rest.len() >= 4 { 4 } else { 0 });
    if !half.is_empty() {
        h = (h ^ word(half).wrapping_mul(PRIME[0])).rotate_left(23).wrapping_mul(PRIME[1]).wrapping_add(PRIME[2]);
    }
    for b in rest {
        h = (h ^ u64::from(*b).wrapping_mul(PRIME[4])).rotate_left(11).wrapping_mul(PRIME[0]);
    }
    h = (h ^ h >> 33).wrapping_mul(PRIME[1]);
    h = (h ^ h >> 29).wrapping_mul(PRIME[2]);
    h ^ h >> 32
}

#[cfg(test)]
mod tests {
    use super::xxh64;

    /// Values of the reference implementation; together they reach every branch.
    #[test]
    fn the_reference_values() {
        for (text, sum) in [
            ("", 0xef46_db37_51d8_e999),
            ("a", 0xd24e_c4f1_a98c_6e5b),
            ("abc", 0x44bc_2cf5_ad77_0999),
            ("message digest", 0x066e_d728_fcee_b3be),
            ("abcdefghijklmnopqrstuvwxyz", 0xcfe1_f278_fa89_835c),
            ("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789", 0xaaa4_6907_d304_7814),
            ("12345678901234567890123456789012345678901234567890123456789012345678901234567890", 0xe04a_477f_19ee_145d),
        ] {
            assert_eq!(xxh64(text.as_bytes()), sum, "{text}");
        }
    }
}
