//! Distances between short texts, on bytes and without allocation.
//!
//! Optimal string alignment is the bit-parallel algorithm of Hyyrö (2003), Jaro-Winkler keeps its flags in one
//! word. Both therefore look at the first [`COMPARED_MAX`] bytes of a value. Tests compare both with `strsim`.

/// Bytes of a value that are compared: one machine word of flags.
pub const COMPARED_MAX: usize = 64;

/// Below this Jaro score Winkler's prefix bonus is not given (as in his 1990 paper and in `strsim`).
const WINKLER_FROM: f64 = 0.7;
/// Bonus for each equal leading byte, at most four.
const WINKLER_BONUS: f64 = 0.1;
const WINKLER_PREFIX: usize = 4;

/// Scratch space for comparing: where each byte occurs in the left value.
pub struct Comparer {
    positions: Box<[u64; 256]>,
}

impl Default for Comparer {
    fn default() -> Self {
        Self { positions: Box::new([0; 256]) }
    }
}

impl Comparer {
    fn load(&mut self, left: &[u8]) {
        for (index, byte) in left.iter().enumerate() {
            self.positions[usize::from(*byte)] |= 1 << index;
        }
    }

    fn unload(&mut self, left: &[u8]) {
        for byte in left {
            self.positions[usize::from(*byte)] = 0;
        }
    }

    /// Insertions, deletions, substitutions and swaps of neighbours that turn one into the other, no part edited twice.
    pub fn edits(&mut self, left: &[u8], right: &[u8]) -> u32 {
        let (left, right) = (cut(left), cut(right));
        if left.is_empty() {
            return right.len() as u32;
        }
        self.load(left);
        let (mut plus, mut minus, mut diagonal, mut previous) = (u64::MAX, 0u64, 0u64, 0u64);
        let last = 1u64 << (left.len() - 1);
        let mut distance = left.len() as u32;
        for byte in right {
            let here = self.positions[usize::from(*byte)];
            let swap = ((!diagonal & here) << 1) & previous;
            diagonal = ((here & plus).wrapping_add(plus) ^ plus) | here | minus | swap;
            let up = minus | !(diagonal | plus);
            let down = diagonal & plus;
            distance += u32::from(up & last != 0);
            distance -= u32::from(down & last != 0);
            let up = (up << 1) | 1;
            plus = (down << 1) | !(diagonal | up);
            minus = up & diagonal;
            previous = here;
        }
        self.unload(left);
        distance
    }

    /// Jaro-Winkler similarity in `0..=1`.
    pub fn jaro_winkler(&mut self, left: &[u8], right: &[u8]) -> f64 {
        let (left, right) = (cut(left), cut(right));
        if left.is_empty() || right.is_empty() {
            return f64::from(u8::from(left.is_empty() && right.is_empty()));
        }
        self.load(left);
        let reach = (left.len().max(right.len()) / 2).saturating_sub(1);
        let (mut taken_left, mut taken_right) = (0u64, 0u64);
        for (index, byte) in right.iter().enumerate() {
            let window = ones(index + reach + 1) & !ones(index.saturating_sub(reach));
            let free = self.positions[usize::from(*byte)] & window & !taken_left;
            if free != 0 {
                taken_left |= free & free.wrapping_neg();
                taken_right |= 1 << index;
            }
        }
        self.unload(left);
        let matches = taken_left.count_ones();
        if matches == 0 {
            return 0.0;
        }
        let mut out_of_place = 0;
        while taken_left != 0 {
            let (at_left, at_right) = (taken_left.trailing_zeros() as usize, taken_right.trailing_zeros() as usize);
            out_of_place += u32::from(left[at_left] != right[at_right]);
            taken_left &= taken_left - 1;
            taken_right &= taken_right - 1;
        }
        let matches = f64::from(matches);
        let in_place = matches - f64::from(out_of_place / 2);
        let jaro = (matches / left.len() as f64 + matches / right.len() as f64 + in_place / matches) / 3.0;
        if jaro <= WINKLER_FROM {
            return jaro;
        }
        let prefix = left.iter().zip(right).take(WINKLER_PREFIX).take_while(|(l, r)| l == r).count();
        jaro + WINKLER_BONUS * prefix as f64 * (1.0 - jaro)
    }
}

fn cut(value: &[u8]) -> &[u8] {
    &value[..value.len().min(COMPARED_MAX)]
}

/// A word with the lowest `count` bits set.
fn ones(count: usize) -> u64 {
    if count >= 64 { u64::MAX } else { (1 << count) - 1 }
}

/// Which bytes a value has, as bits: letters once and twice, digits once, the rest in two bins.
/// An edit changes at most two bits and a swap none, so `edits >= differing bits / 2`.
pub fn signature(value: &[u8]) -> u64 {
    let mut bits = 0u64;
    for byte in cut(value) {
        match byte {
            b'a'..=b'z' => {
                let once = 1u64 << (byte - b'a');
                bits |= if bits & once == 0 { once } else { once << 26 };
            }
            b'0'..=b'9' => bits |= 1 << (52 + byte - b'0'),
            other => bits |= 1 << (62 + (other & 1)),
        }
    }
    bits
}

/// The least number of edits two values with these signatures can have.
pub fn edits_at_least(left: u64, right: u64) -> u32 {
    (left ^ right).count_ones().div_ceil(2)
}

/// The highest Jaro-Winkler similarity that two values with these signatures and lengths can have.
pub fn jaro_winkler_at_most(left: u64, right: u64, left_len: usize, right_len: usize) -> f64 {
    let (left_len, right_len) = (left_len.min(COMPARED_MAX) as f64, right_len.min(COMPARED_MAX) as f64);
    let alone_left = f64::from((left & !right).count_ones());
    let alone_right = f64::from((right & !left).count_ones());
    let matches = (left_len - alone_left).min(right_len - alone_right);
    if matches <= 0.0 {
        return 0.0;
    }
    let jaro = (matches / left_len + matches / right_len + 1.0) / 3.0;
    jaro + WINKLER_BONUS * WINKLER_PREFIX as f64 * (1.0 - jaro)
}

/// How a name sounds, roughly, across English, Dutch, Frisian, Swedish and German spelling: consonant classes
/// without vowels (but for a leading one) and without repeats. Empty for a value without letters.
pub fn sound(value: &str) -> String {
    let mut text = value.to_owned();
    for (from, to) in SPELLINGS {
        if text.contains(from) {
            text = text.replace(from, to);
        }
    }
    let bytes: Vec<u8> = text.bytes().filter(u8::is_ascii_lowercase).collect();
    let mut key = String::new();
    for (index, byte) in bytes.iter().enumerate() {
        let soft = matches!(bytes.get(index + 1), Some(b'e' | b'i' | b'y'));
        let class = match byte {
            b'a' | b'e' | b'i' | b'o' | b'u' | b'y' | b'j' | b'h' if index > 0 => continue,
            b'a' | b'e' | b'i' | b'o' | b'u' | b'y' | b'j' => 'a',
            b'c' if soft => 's',
            b'c' | b'q' => 'k',
            b'z' => 's',
            b'w' => 'v',
            b'd' => 't',
            b'b' => 'p',
            other => char::from(*other),
        };
        if !key.ends_with(class) {
            key.push(class);
        }
    }
    key
}

/// Letter groups that stand for one sound, longest first.
const SPELLINGS: &[(&str, &str)] = &[
    ("sch", "sk"),
    ("tch", "s"),
    ("ph", "f"),
    ("ck", "k"),
    ("qu", "kv"),
    ("x", "ks"),
    ("th", "t"),
    ("dt", "t"),
    ("sh", "s"),
    ("sj", "s"),
    ("ch", "k"),
    ("gh", "g"),
];

#[cfg(test)]
mod tests;
