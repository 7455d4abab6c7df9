//! Compiled messages, kept by the hash of what was written: a campaign is compiled once, not per batch.

use crate::{EmailMessage, PartError, footer};
use parking_lot::Mutex;
use std::collections::VecDeque;
use std::sync::Arc;
use template::email::CompiledEmail;
use xxhash_rust::xxh3::xxh3_128;

/// Messages kept compiled; each takes up to a few megabytes.
const COMPILED_MAX: usize = 64;

/// Oldest first; so few that a search through them is cheaper than a map.
#[derive(Default)]
pub(crate) struct CompileCache(Mutex<VecDeque<(u128, Arc<CompiledEmail>)>>);

impl CompileCache {
    /// The message with its footer, compiled.
    pub fn get(&self, message: &EmailMessage) -> Result<Arc<CompiledEmail>, PartError> {
        let mut source = message.source();
        footer::add(&mut source);
        // Derived from plain text fields, so it cannot fail; an empty key would only share a cache place.
        let key = xxh3_128(&serde_json::to_vec(&source).unwrap_or_default());
        if let Some(found) = self.take(key) {
            return Ok(found);
        }
        let compiled = Arc::new(CompiledEmail::compile(&source)?);
        let mut kept = self.0.lock();
        kept.push_back((key, compiled.clone()));
        if COMPILED_MAX < kept.len() {
            kept.pop_front();
        }
        Ok(compiled)
    }

    /// Finds one and makes it the youngest.
    fn take(&self, key: u128) -> Option<Arc<CompiledEmail>> {
        let mut kept = self.0.lock();
        let at = kept.iter().position(|(other, _)| *other == key)?;
        let entry = kept.remove(at)?;
        let compiled = entry.1.clone();
        kept.push_back(entry);
        Some(compiled)
    }

    #[cfg(test)]
    pub fn len(&self) -> usize {
        self.0.lock().len()
    }
}
