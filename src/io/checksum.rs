//! XXH64, the 64-bit checksum of xxHash (seed 0): `xxhsum -H1 FILE` prints the same. It finds damage, not forgery.

const PRIME: [u64; 5] =
    [0x9E37_79B1_85EB_CA87, 0xC2B2_AE3D_27D4_EB4F, 0x1656_67B1_9E37_79F9, 0x85EB_CA77_C2B2_AE63, 0x27D4_EB2F_1656_67C5];

fn round(lane: u64, word: u64) -> u64 {
    lane.wrapping_add(word.wrapping_mul(PRIME[1])).rotate_left(31).wrapping_mul(PRIME[0])
}

fn word(bytes: &[u8]) -> u64 {
    bytes.iter().rev().fold(0, |w, b| w << 8 | u64::from(*b))
}

/// A checksum of bytes that come one after the other.
#[derive(Clone)]
pub struct Xxh64 {
    /// the four lanes of 32-byte stripes
    lanes: [u64; 4],
    /// what does not fill a stripe yet
    rest: Vec<u8>,
    bytes: u64,
}

impl Default for Xxh64 {
    fn default() -> Xxh64 {
        let lanes = [PRIME[0].wrapping_add(PRIME[1]), PRIME[1], 0, PRIME[0].wrapping_neg()];
        Xxh64 { lanes, rest: vec![], bytes: 0 }
    }
}

impl Xxh64 {
    fn stripes(&mut self, bytes: &[u8]) {
        for stripe in bytes.as_chunks::<32>().0 {
            let (words, _) = stripe.as_chunks::<8>();
            for (lane, w) in self.lanes.iter_mut().zip(words) {
                *lane = round(*lane, u64::from_le_bytes(*w));
            }
        }
    }

    /// Some more bytes.
    pub fn add(&mut self, bytes: &[u8]) {
        self.bytes += bytes.len() as u64;
        let missing = if self.rest.is_empty() { 0 } else { (32 - self.rest.len()).min(bytes.len()) };
        let (first, bytes) = bytes.split_at(missing);
        self.rest.extend_from_slice(first);
        if self.rest.len() == 32 {
            let whole = std::mem::take(&mut self.rest);
            self.stripes(&whole);
        }
        let (whole, rest) = bytes.split_at(bytes.len() / 32 * 32);
        self.stripes(whole);
        self.rest.extend_from_slice(rest);
    }

    /// Of all so far.
    pub fn sum(&self) -> u64 {
        let mut h = if self.bytes < 32 { PRIME[4] } else { self.folded() };
        h = h.wrapping_add(self.bytes);
        let (words, rest) = self.rest.as_chunks::<8>();
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

    /// The lanes as one number.
    fn folded(&self) -> u64 {
        let turned = self.lanes.iter().zip([1, 7, 12, 18]).map(|(l, by)| l.rotate_left(by));
        let sum = turned.fold(0u64, u64::wrapping_add);
        self.lanes.iter().fold(sum, |h, l| (h ^ round(0, *l)).wrapping_mul(PRIME[0]).wrapping_add(PRIME[3]))
    }
}

/// The checksum of some bytes.
pub fn xxh64(bytes: &[u8]) -> u64 {
    let mut sum = Xxh64::default();
    sum.add(bytes);
    sum.sum()
}

#[cfg(test)]
mod tests {
    use super::{Xxh64, xxh64};

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

    /// However they come.
    #[test]
    fn pieces_make_the_whole() {
        let bytes: Vec<u8> = (0..200u8).collect();
        for piece in [1, 3, 31, 32, 33, 64, 199] {
            let mut sum = Xxh64::default();
            bytes.chunks(piece).for_each(|b| sum.add(b));
            assert_eq!(sum.sum(), xxh64(&bytes), "pieces of {piece}");
        }
    }
}
