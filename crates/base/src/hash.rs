//! A fingerprint of content: xxh3, 128 bits. Finds damage; not for secrets.

/// Takes bytes in pieces.
#[derive(Clone)]
pub struct ContentHash(xxhash_rust::xxh3::Xxh3);

impl Default for ContentHash {
    fn default() -> Self {
        Self(xxhash_rust::xxh3::Xxh3::new())
    }
}

impl ContentHash {
    pub fn update(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }
    /// 32 hexadecimal digits; the same content gives the same digits on every machine and in every version.
    pub fn finish(&self) -> String {
        format!("{:032x}", self.0.digest128())
    }
}
