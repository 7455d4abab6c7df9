//! A brake on public forms: so many requests of one sender in ten minutes. In memory: it protects the program and the
//! mailboxes of others from a script, not a secret.

use base::Timestamp;
use parking_lot::Mutex;
use std::collections::HashMap;

const WINDOW_MS: i64 = 10 * 60_000;
/// Requests of one sender in a window. Behind a proxy everybody has one address, so it is not small; what an address is
/// mailed has a limit of its own.
pub const FORM_REQUESTS_MAX: u32 = 120;
/// Senders remembered; more are let through until the window ends.
const SENDERS_MAX: usize = 20_000;

#[derive(Debug, Default)]
pub(crate) struct Brake(Mutex<(i64, HashMap<String, u32>)>);

impl Brake {
    /// False: too many.
    pub fn allows(&self, sender: &str, now: Timestamp) -> bool {
        let window = now.ms().div_euclid(WINDOW_MS);
        let mut held = self.0.lock();
        if held.0 != window {
            *held = (window, HashMap::new());
        }
        if held.1.len() >= SENDERS_MAX && !held.1.contains_key(sender) {
            return true;
        }
        let count = held.1.entry(sender.to_owned()).or_default();
        *count += 1;
        *count <= FORM_REQUESTS_MAX
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_sender_is_braked_until_the_window_ends_and_others_are_not() {
        let brake = Brake::default();
        let now = testkit::NOW;
        assert!((0..FORM_REQUESTS_MAX).all(|_| brake.allows("a", now)));
        assert!(!brake.allows("a", now) && brake.allows("b", now));
        assert!(brake.allows("a", now.plus_ms(WINDOW_MS)));
    }
}
