//! Walks the tree and writes the text.

mod iteration;
mod partial;
mod scope;

use crate::ast::{Block, Case, CaseBranch, Cycle, CycleName, If, Kind, Node};
use crate::budget::Budget;
use crate::context::{OutputContext, RenderContext};
use crate::error::{Fault, LimitKind, RenderError};
use crate::escape;
use crate::expr::{Comparison, Condition, Expr, FilterCall, Join, Key, Op, Path, Pipeline};
use crate::filters::Args;
use crate::template::Template;
use crate::value::{LoopState, Number, Ordering3, Val, contains, equals, order, push_text, to_text};
use scope::Scope;
use serde_json::Value as Json;
use std::cmp::Ordering;
use std::collections::HashMap;
use std::rc::Rc;

/// What a block did besides writing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Flow {
    On,
    Break,
    Continue,
}

pub(crate) struct Renderer<'a> {
    data: &'a Json,
    budget: Budget<'a>,
    output: OutputContext,
    scope: Scope<'a>,
    /// `offset: continue` goes on from here, by the name of the loop.
    offsets: HashMap<&'a str, usize>,
    cycles: HashMap<String, usize>,
    loops: Vec<Rc<LoopState>>,
    last_changed: Option<String>,
    template: &'a Template,
    depth: u32,
    include_depth: u32,
}

/// Renders `template` into a new text; `locals` are set before it starts.
pub(crate) fn render<'a>(
    template: &'a Template,
    data: &'a Json,
    ctx: &'a RenderContext<'a>,
    locals: &[(&'a str, &'a str)],
) -> Result<String, RenderError> {
    let mut renderer = Renderer {
        data,
        budget: Budget::new(ctx),
        output: ctx.output,
        scope: Scope::new(),
        offsets: HashMap::new(),
        cycles: HashMap::new(),
        loops: Vec::new(),
        last_changed: None,
        template,
        depth: 0,
        include_depth: 0,
    };
    for (name, text) in locals {
        renderer.scope.set(name, Val::Str(text));
    }
    let mut out = String::with_capacity(template.source_len() + template.source_len() / 4);
    match renderer.block(template.nodes(), &mut out) {
        Ok(_) => Ok(out),
        Err(fault) => Err(fault.placed(|| template.position(0))),
    }
}

impl<'a> Renderer<'a> {
    fn block(&mut self, block: &'a Block, out: &mut String) -> Result<Flow, Fault> {
        self.depth += 1;
        if self.budget.ctx.limits.nesting_max < self.depth {
            return Err(Fault::Limit(LimitKind::Nesting, u64::from(self.budget.ctx.limits.nesting_max)));
        }
        let template = self.template;
        for node in block {
            let flow = self
                .node(node, out)
                .map_err(|fault| Fault::Placed(fault.placed(|| template.position(node.at as usize))))?;
            if flow != Flow::On {
                self.depth -= 1;
                return Ok(flow);
            }
        }
        self.depth -= 1;
        Ok(Flow::On)
    }

    fn node(&mut self, node: &'a Node, out: &mut String) -> Result<Flow, Fault> {
        self.budget.steps(1)?;
        match &node.kind {
            Kind::Text(text) => self.write(text, out)?,
            Kind::Output(pipeline) => {
                let value = self.pipeline(pipeline)?;
                self.show(&value, out)?;
            }
            Kind::Assign(name, pipeline) => {
                let value = self.pipeline(pipeline)?;
                self.scope.set(name, value);
            }
            Kind::Capture(name, body) => return self.capture(name, body),
            Kind::Increment(name) => {
                let value = self.scope.counter(name, 0, 1);
                self.write(&value.to_string(), out)?;
            }
            Kind::Decrement(name) => {
                let value = self.scope.counter(name, -1, 0);
                self.write(&value.to_string(), out)?;
            }
            Kind::If(branches) => return self.branches(branches, out),
            Kind::Case(case) => return self.case(case, out),
            Kind::For(item) => return self.for_loop(item, out),
            Kind::TableRow(item) => self.table_row(item, out)?,
            Kind::Cycle(cycle) => self.cycle(cycle, out)?,
            Kind::IfChanged(body) => return self.if_changed(body, out),
            Kind::Partial(partial) => return self.partial(partial, out),
            Kind::Break => return Ok(Flow::Break),
            Kind::Continue => return Ok(Flow::Continue),
            Kind::Abort(reason) => {
                let reason = self.pipeline(reason)?;
                return Err(Fault::Placed(RenderError::Aborted(to_text(&reason).into_owned())));
            }
        }
        Ok(Flow::On)
    }

    /// Text of the template itself, or made by the engine.
    fn write(&mut self, text: &str, out: &mut String) -> Result<(), Fault> {
        if self.budget.ctx.limits.output_bytes_max < (out.len() + text.len()) as u64 {
            return Err(Fault::Limit(LimitKind::OutputBytes, self.budget.ctx.limits.output_bytes_max));
        }
        self.budget.text(text.len())?;
        out.push_str(text);
        Ok(())
    }

    /// A value, made harmless for where it goes.
    fn show(&mut self, value: &Val<'a>, out: &mut String) -> Result<(), Fault> {
        let before = out.len();
        match (value, self.output) {
            (Val::Safe(text), context) if context != OutputContext::Header => out.push_str(text),
            (Val::Nil, _) => return Ok(()),
            (value, OutputContext::Text) => push_text(value, out),
            (value, context) => escape::push_escaped(context, &to_text(value), out),
        }
        if self.budget.ctx.limits.output_bytes_max < out.len() as u64 {
            return Err(Fault::Limit(LimitKind::OutputBytes, self.budget.ctx.limits.output_bytes_max));
        }
        self.budget.text(out.len() - before)
    }

    /// Captured text is already escaped, so it is not escaped again when shown.
    fn capture(&mut self, name: &'a str, body: &'a Block) -> Result<Flow, Fault> {
        let mut text = String::new();
        let flow = self.block(body, &mut text)?;
        let value = match self.output {
            OutputContext::Text => Val::text(text),
            _ => Val::Safe(Rc::from(text)),
        };
        self.scope.set(name, value);
        Ok(flow)
    }

    fn branches(&mut self, item: &'a If, out: &mut String) -> Result<Flow, Fault> {
        for (at, (condition, block)) in item.branches.iter().enumerate() {
            let holds = self.condition(condition)?;
            if holds != (item.is_unless && at == 0) {
                return self.block(block, out);
            }
        }
        self.block(&item.otherwise, out)
    }

    fn case(&mut self, item: &'a Case, out: &mut String) -> Result<Flow, Fault> {
        let value = self.expr(&item.value)?;
        let mut has_matched = false;
        for branch in &item.branches {
            let (times, block) = match branch {
                CaseBranch::Else(block) => (usize::from(!has_matched), block),
                CaseBranch::When(candidates, block) => {
                    let mut times = 0;
                    for candidate in candidates {
                        let candidate = self.expr(candidate)?;
                        times += usize::from(self.equals(&value, &candidate)?);
                    }
                    has_matched |= 0 < times;
                    (times, block)
                }
            };
            for _ in 0..times {
                let flow = self.block(block, out)?;
                if flow != Flow::On {
                    return Ok(flow);
                }
            }
        }
        Ok(Flow::On)
    }

    fn cycle(&mut self, item: &'a Cycle, out: &mut String) -> Result<(), Fault> {
        let key = match &item.name {
            CycleName::Given(name) => format!("named {}", to_text(&self.expr(name)?)),
            CycleName::Values(written) => format!("values {written}"),
        };
        let at = self.cycles.get(&key).copied().unwrap_or(0);
        self.cycles.insert(key, if at + 1 < item.values.len() { at + 1 } else { 0 });
        if let Some(value) = item.values.get(at) {
            let value = self.expr(value)?;
            self.show(&value, out)?;
        }
        Ok(())
    }

    fn if_changed(&mut self, body: &'a Block, out: &mut String) -> Result<Flow, Fault> {
        let mut text = String::new();
        let flow = self.block(body, &mut text)?;
        if self.last_changed.as_ref() != Some(&text) {
            self.write(&text, out)?;
            self.last_changed = Some(text);
        }
        Ok(flow)
    }

    fn pipeline(&mut self, pipeline: &'a Pipeline) -> Result<Val<'a>, Fault> {
        let mut value = self.expr(&pipeline.value)?;
        for call in &pipeline.filters {
            value = self.filter(value, call)?;
        }
        Ok(value)
    }

    fn filter(&mut self, value: Val<'a>, call: &'a FilterCall) -> Result<Val<'a>, Fault> {
        let mut args = Args { list: Vec::with_capacity(call.args.len()), named: Vec::new() };
        for arg in &call.args {
            args.list.push(self.expr(arg)?);
        }
        for (name, arg) in &call.named {
            args.named.push((name, self.expr(arg)?));
        }
        let size = value.as_str().map_or(0, str::len) as u64;
        self.budget.steps(1 + size / 64)?;
        (call.filter.run)(value, &args, &mut self.budget).map_err(|fault| match fault {
            Fault::Message(message) => Fault::Message(format!("{message} (filter '{}')", call.filter.name)),
            other => other,
        })
    }

    fn condition(&mut self, condition: &'a Condition) -> Result<bool, Fault> {
        let mut current = &condition.first;
        for (join, next) in &condition.rest {
            let holds = self.comparison(current)?;
            match join {
                Join::And if !holds => return Ok(false),
                Join::Or if holds => return Ok(true),
                _ => current = next,
            }
        }
        self.comparison(current)
    }

    fn comparison(&mut self, comparison: &'a Comparison) -> Result<bool, Fault> {
        self.budget.steps(1)?;
        let left = self.expr(&comparison.left)?;
        let Some((op, right)) = &comparison.right else {
            return Ok(left.is_truthy());
        };
        let right = self.expr(right)?;
        let wanted: fn(Ordering) -> bool = match op {
            Op::Eq => return self.equals(&left, &right),
            Op::Ne => return Ok(!self.equals(&left, &right)?),
            Op::Contains => {
                let mut work = 0;
                let holds = contains(&left, &right, &mut work);
                self.budget.steps(work)?;
                return Ok(holds);
            }
            Op::Lt => Ordering::is_lt,
            Op::Gt => Ordering::is_gt,
            Op::Le => Ordering::is_le,
            Op::Ge => Ordering::is_ge,
        };
        match order(&left, &right) {
            Ordering3::Is(ordering) => Ok(wanted(ordering)),
            Ordering3::Unordered => Ok(false),
            Ordering3::Mismatch => Err(Fault::msg(format!(
                "cannot compare {} with {}; use '| plus: 0' to make a text a number",
                left.kind(),
                right.kind()
            ))),
        }
    }

    fn equals(&mut self, a: &Val<'a>, b: &Val<'a>) -> Result<bool, Fault> {
        let mut work = 0;
        let holds = equals(a, b, &mut work);
        self.budget.steps(work)?;
        Ok(holds)
    }

    fn expr(&mut self, expr: &'a Expr) -> Result<Val<'a>, Fault> {
        Ok(match expr {
            Expr::Nil => Val::Nil,
            Expr::Bool(b) => Val::Bool(*b),
            Expr::Int(int) => Val::Int(*int),
            Expr::Float(float) => Val::Float(*float),
            Expr::Str(text) => Val::Str(text),
            Expr::Blank => Val::Blank,
            Expr::Empty => Val::Empty,
            Expr::Range(ends) => {
                let end_of = |value: Val<'a>| match Number::of(&value) {
                    Number::Int(int) => int,
                    Number::Float(float) => float as i64,
                };
                let (start, end) = (self.expr(&ends.0)?, self.expr(&ends.1)?);
                Val::Range(end_of(start), end_of(end))
            }
            Expr::Path(path) => self.path(path)?,
        })
    }

    fn path(&mut self, path: &'a Path) -> Result<Val<'a>, Fault> {
        let mut value = match &path.root {
            Key::Name(name) => self.variable(name),
            Key::Index(key) => {
                let key = self.expr(key)?;
                self.variable(&to_text(&key))
            }
        };
        if 2 < path.steps.len() {
            self.budget.steps(path.steps.len() as u64)?;
        }
        for step in &path.steps {
            value = match step {
                Key::Name(name) => value.property(name),
                Key::Index(key) => value.index(&self.expr(key)?),
            };
        }
        Ok(value)
    }

    fn variable(&self, name: &str) -> Val<'a> {
        if let Some(value) = self.scope.get(name) {
            return value;
        }
        match self.data {
            Json::Object(map) => map.get(name).map_or(Val::Nil, Val::from_json),
            _ => Val::Nil,
        }
    }
}
