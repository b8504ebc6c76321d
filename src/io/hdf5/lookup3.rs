//! The checksum of HDF5's structures: `hashlittle` of Bob Jenkins' lookup3.c (public domain), from 0.

fn mix([mut a, mut b, mut c]: [u32; 3]) -> [u32; 3] {
    a = a.wrapping_sub(c) ^ c.rotate_left(4);
    c = c.wrapping_add(b);
    b = b.wrapping_sub(a) ^ a.rotate_left(6);
    a = a.wrapping_add(c);
    c = c.wrapping_sub(b) ^ b.rotate_left(8);
    b = b.wrapping_add(a);
    a = a.wrapping_sub(c) ^ c.rotate_left(16);
    c = c.wrapping_add(b);
    b = b.wrapping_sub(a) ^ a.rotate_left(19);
    a = a.wrapping_add(c);
    c = c.wrapping_sub(b) ^ b.rotate_left(4);
    b = b.wrapping_add(a);
    [a, b, c]
}

fn last([mut a, mut b, mut c]: [u32; 3]) -> u32 {
    c = (c ^ b).wrapping_sub(b.rotate_left(14));
    a = (a ^ c).wrapping_sub(c.rotate_left(11));
    b = (b ^ a).wrapping_sub(a.rotate_left(25));
    c = (c ^ b).wrapping_sub(b.rotate_left(16));
    a = (a ^ c).wrapping_sub(c.rotate_left(4));
    b = (b ^ a).wrapping_sub(a.rotate_left(14));
    (c ^ b).wrapping_sub(b.rotate_left(24))
}

fn add(state: [u32; 3], bytes: &[u8]) -> [u32; 3] {
    let word = |i: usize| bytes.iter().skip(4 * i).take(4).rev().fold(0u32, |w, b| w << 8 | u32::from(*b));
    [state[0].wrapping_add(word(0)), state[1].wrapping_add(word(1)), state[2].wrapping_add(word(2))]
}

/// The checksum of some bytes.
pub fn checksum(bytes: &[u8]) -> u32 {
    let mut state = [0xDEAD_BEEFu32.wrapping_add(bytes.len() as u32); 3];
    let mut rest = bytes;
    while rest.len() > 12 {
        state = mix(add(state, &rest[..12]));
        rest = &rest[12..];
    }
    if rest.is_empty() { state[2] } else { last(add(state, rest)) }
}

#[cfg(test)]
mod tests {
    use super::checksum;

    /// The values that lookup3.c itself gives in its driver5.
    #[test]
    fn known_values() {
        assert_eq!(checksum(b""), 0xDEAD_BEEF);
        assert_eq!(checksum(b"Four score and seven years ago"), 0x1777_0551);
    }
}
