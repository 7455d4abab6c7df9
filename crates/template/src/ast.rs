//! The tree of a template. Made once, then only walked.

use crate::expr::{Condition, Expr, Pipeline};

pub(crate) type Block = Vec<Node>;

/// A node and the byte where its tag starts.
#[derive(Debug)]
pub(crate) struct Node {
    pub at: u32,
    pub kind: Kind,
}

#[derive(Debug)]
pub(crate) enum Kind {
    Text(Box<str>),
    Output(Box<Pipeline>),
    Assign(Box<str>, Box<Pipeline>),
    Capture(Box<str>, Block),
    Increment(Box<str>),
    Decrement(Box<str>),
    If(Box<If>),
    Case(Box<Case>),
    For(Box<For>),
    TableRow(Box<For>),
    Cycle(Box<Cycle>),
    IfChanged(Block),
    Partial(Box<Partial>),
    Break,
    Continue,
    Abort(Box<Pipeline>),
}

/// `if` and `unless`; `unless` is an `if` whose first condition is turned round.
#[derive(Debug)]
pub(crate) struct If {
    pub is_unless: bool,
    pub branches: Vec<(Condition, Block)>,
    pub otherwise: Block,
}

#[derive(Debug)]
pub(crate) struct Case {
    pub value: Expr,
    pub branches: Vec<CaseBranch>,
}

#[derive(Debug)]
pub(crate) enum CaseBranch {
    /// Shown once for every value that matches.
    When(Vec<Expr>, Block),
    /// Shown when nothing before it matched.
    Else(Block),
}

/// `for` and `tablerow`.
#[derive(Debug)]
pub(crate) struct For {
    pub variable: Box<str>,
    pub items: Expr,
    /// `variable-items` as written: what `offset: continue` continues.
    pub name: Box<str>,
    pub limit: Option<Expr>,
    pub offset: Offset,
    pub is_reversed: bool,
    pub columns: Option<Expr>,
    pub body: Block,
    pub otherwise: Block,
}

#[derive(Debug)]
pub(crate) enum Offset {
    None,
    Continue,
    At(Expr),
}

#[derive(Debug)]
pub(crate) struct Cycle {
    pub name: CycleName,
    pub values: Vec<Expr>,
}

#[derive(Debug)]
pub(crate) enum CycleName {
    Given(Expr),
    /// The values as written.
    Values(Box<str>),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum PartialKind {
    /// Sees and sets the variables around it.
    Include,
    /// Sees the data and its arguments only.
    Render,
}

#[derive(Debug)]
pub(crate) struct Partial {
    pub kind: PartialKind,
    pub name: Expr,
    /// `with value` or `for list`.
    pub bound: Option<Expr>,
    pub is_for: bool,
    pub alias: Option<Box<str>>,
    pub args: Vec<(Box<str>, Expr)>,
}
