//! The variables a template sets. Inner scopes (loops, includes) hide outer ones; `assign` always sets the outermost.

use crate::value::Val;
use std::collections::HashMap;

pub(super) struct Scope<'a> {
    outer: HashMap<&'a str, Val<'a>>,
    inner: Vec<HashMap<&'a str, Val<'a>>>,
    counters: HashMap<&'a str, i64>,
}

impl<'a> Scope<'a> {
    pub fn new() -> Scope<'a> {
        Scope { outer: HashMap::new(), inner: Vec::new(), counters: HashMap::new() }
    }

    pub fn get(&self, name: &str) -> Option<Val<'a>> {
        let inner = self.inner.iter().rev().find_map(|scope| scope.get(name));
        match inner.or_else(|| self.outer.get(name)) {
            Some(value) => Some(value.clone()),
            None => self.counters.get(name).map(|count| Val::Int(*count)),
        }
    }

    pub fn set(&mut self, name: &'a str, value: Val<'a>) {
        self.outer.insert(name, value);
    }

    pub fn push(&mut self) {
        self.inner.push(HashMap::new());
    }

    pub fn pop(&mut self) {
        self.inner.pop();
    }

    /// Sets in the innermost scope.
    pub fn set_inner(&mut self, name: &'a str, value: Val<'a>) {
        self.inner.last_mut().unwrap_or(&mut self.outer).insert(name, value);
    }

    /// Adds `before` to the counter, answers it, adds `after`.
    pub fn counter(&mut self, name: &'a str, before: i64, after: i64) -> i64 {
        let counter = self.counters.entry(name).or_insert(0);
        let shown = counter.saturating_add(before);
        *counter = shown.saturating_add(after);
        shown
    }
}
