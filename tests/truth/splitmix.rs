//! The generator of reference_transport.py and reference_decades.py, which write values only: the samples are made here again.

/// SplitMix64.
pub struct SplitMix(pub u64);

impl SplitMix {
    /// 64 bits.
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }
    /// From [0, 1).
    pub fn uniform(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1u64 << 53) as f64
    }
    /// From 0, 1, …, n − 1.
    pub fn below(&mut self, n: u64) -> usize {
        (self.next() % n) as usize
    }
}
