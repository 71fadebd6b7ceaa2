//! Choices drawn from bytes.
//!
//! A random request is made from a run of bytes. Shorter and smaller bytes make simpler requests, so whatever shrinks
//! bytes shrinks requests, and a failing one is replayed from a line of hexadecimal digits.

/// A source of choices.
#[derive(Debug, Clone)]
pub struct Tape<'b> {
    bytes: &'b [u8],
    at: usize,
}

impl<'b> Tape<'b> {
    /// Choices from these bytes; when they run out every choice is the first.
    pub fn new(bytes: &'b [u8]) -> Self {
        Tape { bytes, at: 0 }
    }

    fn byte(&mut self) -> u8 {
        let byte = self.bytes.get(self.at).copied().unwrap_or(0);
        self.at += 1;
        byte
    }

    /// One of `0..n`; the first when there is none.
    pub fn below(&mut self, n: usize) -> usize {
        if n < 2 { 0 } else { usize::from(self.byte()) % n }
    }

    /// Yes, in so many of 256 cases.
    pub fn often(&mut self, chance: u8) -> bool {
        let byte = self.byte();
        byte != 0 && byte >= 255 - chance
    }

    /// One of some things.
    pub fn pick<'t, T>(&mut self, things: &'t [T]) -> Option<&'t T> {
        let n = things.len();
        things.get(self.below(n))
    }
}

/// Bytes for a seed: a tape of its own for every schema.
pub fn bytes_of_seed(seed: u64, len: usize) -> Vec<u8> {
    let mut state = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15).wrapping_add(0x1234_5678_9ABC_DEF1);
    (0..len)
        .map(|_| {
            // splitmix64, Steele, Lea and Flood 2014.
            state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
            let mut z = state;
            z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
            z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
            (z ^ (z >> 31)) as u8
        })
        .collect()
}
