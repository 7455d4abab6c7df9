//! Which data a template reads, found without rendering it.
//!
//! Names the template sets itself are left out; a loop variable stands for `list[]`, and
//! `assign x = a.b` makes `x.c` count as `a.b.c`.

use crate::ast::{Block, CaseBranch, CycleName, For, Kind, Offset, PartialKind};
use crate::expr::{Comparison, Condition, Expr, Key, Path, Pipeline};
use std::collections::{BTreeSet, HashMap};

/// Paths are cut after this many steps.
const STEPS_MAX: usize = 8;
/// What only the engine itself sets.
const RESERVED: [&str; 3] = ["forloop", "tablerowloop", crate::email::PREHEADER_VARIABLE];

pub(crate) fn variables(block: &Block) -> Vec<String> {
    let mut finder = Finder::default();
    finder.block(block);
    finder.found.into_iter().collect()
}

pub(crate) fn partials(block: &Block) -> Vec<String> {
    let mut finder = Finder::default();
    finder.block(block);
    finder.partials.into_iter().collect()
}

#[derive(Default)]
struct Finder {
    found: BTreeSet<String>,
    partials: BTreeSet<String>,
    /// What the template set, and the data path it stands for, if any.
    names: HashMap<String, Option<String>>,
}

impl Finder {
    fn block(&mut self, block: &Block) {
        for node in block {
            self.node(&node.kind);
        }
    }

    fn node(&mut self, kind: &Kind) {
        match kind {
            Kind::Text(_) | Kind::Break | Kind::Continue => {}
            Kind::Output(pipeline) | Kind::Abort(pipeline) => self.pipeline(pipeline),
            Kind::Assign(name, pipeline) => {
                self.pipeline(pipeline);
                let alias = if pipeline.filters.is_empty() { self.path_of(&pipeline.value) } else { None };
                self.names.insert(name.to_string(), alias);
            }
            Kind::Capture(name, body) => {
                self.block(body);
                self.names.insert(name.to_string(), None);
            }
            Kind::Increment(name) | Kind::Decrement(name) => {
                self.names.entry(name.to_string()).or_insert(None);
            }
            Kind::If(item) => {
                for (condition, body) in &item.branches {
                    self.condition(condition);
                    self.block(body);
                }
                self.block(&item.otherwise);
            }
            Kind::Case(item) => {
                self.expr(&item.value);
                for branch in &item.branches {
                    match branch {
                        CaseBranch::When(values, body) => {
                            values.iter().for_each(|value| self.expr(value));
                            self.block(body);
                        }
                        CaseBranch::Else(body) => self.block(body),
                    }
                }
            }
            Kind::For(item) | Kind::TableRow(item) => self.for_loop(item),
            Kind::Cycle(item) => {
                if let CycleName::Given(name) = &item.name {
                    self.expr(name);
                }
                item.values.iter().for_each(|value| self.expr(value));
            }
            Kind::IfChanged(body) => self.block(body),
            Kind::Partial(item) => {
                match &item.name {
                    Expr::Str(name) => {
                        self.partials.insert(name.to_string());
                    }
                    dynamic if item.kind == PartialKind::Include => self.expr(dynamic),
                    _ => {}
                }
                item.bound.iter().for_each(|value| self.expr(value));
                item.args.iter().for_each(|(_, value)| self.expr(value));
            }
        }
    }

    fn for_loop(&mut self, item: &For) {
        self.expr(&item.items);
        item.limit.iter().chain(item.columns.iter()).for_each(|value| self.expr(value));
        if let Offset::At(value) = &item.offset {
            self.expr(value);
        }
        let element = self.path_of(&item.items).map(|path| path + "[]");
        let hidden = self.names.insert(item.variable.to_string(), element);
        self.block(&item.body);
        match hidden {
            Some(hidden) => self.names.insert(item.variable.to_string(), hidden),
            None => self.names.remove(&*item.variable),
        };
        self.block(&item.otherwise);
    }

    fn pipeline(&mut self, pipeline: &Pipeline) {
        self.expr(&pipeline.value);
        for call in &pipeline.filters {
            call.args.iter().for_each(|arg| self.expr(arg));
            call.named.iter().for_each(|(_, arg)| self.expr(arg));
        }
    }

    fn condition(&mut self, condition: &Condition) {
        let rest = condition.rest.iter().map(|(_, comparison)| comparison);
        for Comparison { left, right } in std::iter::once(&condition.first).chain(rest) {
            self.expr(left);
            right.iter().for_each(|(_, right)| self.expr(right));
        }
    }

    fn expr(&mut self, expr: &Expr) {
        match expr {
            Expr::Range(ends) => {
                self.expr(&ends.0);
                self.expr(&ends.1);
            }
            Expr::Path(path) => {
                for key in std::iter::once(&path.root).chain(&path.steps) {
                    if let Key::Index(inner) = key {
                        self.expr(inner);
                    }
                }
                if let Some(found) = self.resolve(path) {
                    self.found.insert(found);
                }
            }
            _ => {}
        }
    }

    fn path_of(&self, expr: &Expr) -> Option<String> {
        match expr {
            Expr::Path(path) => self.resolve(path),
            _ => None,
        }
    }

    /// The data path, or none when it starts at something the template made.
    fn resolve(&self, path: &Path) -> Option<String> {
        let root = match &path.root {
            Key::Name(name) => name,
            Key::Index(Expr::Str(name)) => name,
            Key::Index(_) => return None,
        };
        if RESERVED.contains(&&**root) {
            return None;
        }
        let mut out = match self.names.get(&**root) {
            Some(alias) => alias.clone()?,
            None => root.to_string(),
        };
        let is_size = |name: &str| matches!(name, "size" | "first" | "last");
        for (at, step) in path.steps.iter().take(STEPS_MAX).enumerate() {
            match step {
                Key::Name(name) if is_size(name) && at + 1 == path.steps.len() => break,
                Key::Name(name) if is_size(name) => out.push_str("[]"),
                Key::Name(name) | Key::Index(Expr::Str(name)) => {
                    out.push('.');
                    out.push_str(name);
                }
                Key::Index(_) => out.push_str("[]"),
            }
        }
        Some(out)
    }
}
