//! `include`, `render`, `content_block`.

use super::scope::Scope;
use super::{Flow, Renderer};
use crate::ast::{Partial, PartialKind};
use crate::error::{Fault, LimitKind};
use crate::template::Template;
use crate::value::{LoopState, Val, to_text};
use serde_json::Value as Json;
use std::cell::Cell;
use std::collections::HashMap;
use std::mem;
use std::rc::Rc;

impl<'a> Renderer<'a> {
    pub(super) fn partial(&mut self, item: &'a Partial, out: &mut String) -> Result<Flow, Fault> {
        let name = self.expr(&item.name)?;
        let name = to_text(&name).into_owned();
        let Some(template) = self.budget.ctx.partials.partial(&name) else {
            return Err(Fault::UnknownPartial(name));
        };
        self.include_depth += 1;
        if self.budget.ctx.limits.include_depth_max < self.include_depth {
            return Err(Fault::Limit(LimitKind::IncludeDepth, u64::from(self.budget.ctx.limits.include_depth_max)));
        }
        let bound = match &item.bound {
            Some(expr) => Some(self.expr(expr)?),
            None => None,
        };
        let mut args = Vec::with_capacity(item.args.len() + 1);
        for (key, expr) in &item.args {
            args.push((&**key, self.expr(expr)?));
        }
        let variable = match &item.alias {
            Some(alias) => alias,
            None => self.variable_named_like(item),
        };
        let flow = match item.kind {
            PartialKind::Include => self.include(template, variable, bound, args, out)?,
            PartialKind::Render => self.render_apart(template, variable, bound, item.is_for, args, out)?,
        };
        self.include_depth -= 1;
        Ok(flow)
    }

    /// `with` and `for` name their value after the block: the last part of `folder/name`.
    fn variable_named_like(&self, item: &'a Partial) -> &'a str {
        match &item.name {
            crate::expr::Expr::Str(name) => name.rsplit('/').next().unwrap_or(name),
            _ => "item",
        }
    }

    fn include(
        &mut self,
        template: &'a Template,
        variable: &'a str,
        bound: Option<Val<'a>>,
        args: Vec<(&'a str, Val<'a>)>,
        out: &mut String,
    ) -> Result<Flow, Fault> {
        self.scope.push();
        for (key, value) in args {
            self.scope.set_inner(key, value);
        }
        let list = bound.as_ref().and_then(list_len);
        let mut flow = Flow::On;
        match (list, bound) {
            (Some(length), Some(list)) => {
                for at in 0..length {
                    self.budget.iteration()?;
                    self.scope.set_inner(variable, list.index(&Val::Int(at as i64)));
                    flow = self.within(template, out)?;
                    if flow == Flow::Break {
                        break;
                    }
                }
            }
            (_, bound) => {
                if let Some(value) = bound {
                    self.scope.set_inner(variable, value);
                }
                flow = self.within(template, out)?;
            }
        }
        self.scope.pop();
        Ok(flow)
    }

    /// With variables of its own; what it sets is forgotten.
    fn render_apart(
        &mut self,
        template: &'a Template,
        variable: &'a str,
        bound: Option<Val<'a>>,
        is_for: bool,
        args: Vec<(&'a str, Val<'a>)>,
        out: &mut String,
    ) -> Result<Flow, Fault> {
        let list = bound.as_ref().filter(|_| is_for).and_then(list_len);
        let rounds = list.unwrap_or(1);
        let state = list.map(|length| {
            Rc::new(LoopState { name: variable.to_string(), length, index: Cell::new(0), columns: None, parent: None })
        });
        for at in 0..rounds {
            self.budget.iteration()?;
            let mut scope = Scope::new();
            for (key, value) in &args {
                scope.set(key, value.clone());
            }
            match (&bound, &state) {
                (Some(list), Some(state)) => {
                    state.index.set(at);
                    scope.set("forloop", Val::Loop(state.clone()));
                    scope.set(variable, list.index(&Val::Int(at as i64)));
                }
                (Some(value), None) => scope.set(variable, value.clone()),
                _ => {}
            }
            let outer = Apart {
                scope: mem::replace(&mut self.scope, scope),
                offsets: mem::take(&mut self.offsets),
                cycles: mem::take(&mut self.cycles),
                loops: mem::take(&mut self.loops),
                last_changed: self.last_changed.take(),
            };
            let result = self.within(template, out);
            outer.restore(self);
            result?;
        }
        Ok(Flow::On)
    }

    /// Renders another template in the scope as it is; its errors name its own lines.
    fn within(&mut self, template: &'a Template, out: &mut String) -> Result<Flow, Fault> {
        let outer = mem::replace(&mut self.template, template);
        let result = self.block(template.nodes(), out);
        self.template = outer;
        result
    }
}

/// What `render` hides from the block it shows.
struct Apart<'a> {
    scope: Scope<'a>,
    offsets: HashMap<&'a str, usize>,
    cycles: HashMap<String, usize>,
    loops: Vec<Rc<LoopState>>,
    last_changed: Option<String>,
}

impl<'a> Apart<'a> {
    fn restore(self, renderer: &mut Renderer<'a>) {
        renderer.scope = self.scope;
        renderer.offsets = self.offsets;
        renderer.cycles = self.cycles;
        renderer.loops = self.loops;
        renderer.last_changed = self.last_changed;
    }
}

fn list_len(value: &Val<'_>) -> Option<usize> {
    match value {
        Val::List(items) => Some(items.len()),
        Val::Json(Json::Array(items)) => Some(items.len()),
        Val::Range(..) => usize::try_from(value.size()).ok(),
        _ => None,
    }
}
