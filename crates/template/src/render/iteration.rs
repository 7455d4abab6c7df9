//! `for` and `tablerow`.

use super::{Flow, Renderer};
use crate::ast::{For, Offset};
use crate::error::Fault;
use crate::expr::Expr;
use crate::filters::integer;
use crate::value::{LoopState, Number, Val, pair};
use serde_json::Value as Json;
use std::cell::Cell;
use std::rc::Rc;

/// What a loop goes over. Ranges are not written out.
enum Items<'a> {
    List(Rc<Vec<Val<'a>>>),
    Array(&'a [Json]),
    Pairs(Vec<(&'a str, &'a Json)>),
    Range(i64, usize),
    One(Val<'a>),
    None,
}

impl<'a> Items<'a> {
    fn of(value: &Val<'a>) -> Items<'a> {
        match value {
            Val::List(items) => Items::List(items.clone()),
            Val::Json(Json::Array(items)) => Items::Array(items),
            Val::Json(Json::Object(map)) => {
                Items::Pairs(map.iter().map(|(key, value)| (key.as_str(), value)).collect())
            }
            Val::Range(start, _) => Items::Range(*start, usize::try_from(value.size()).unwrap_or(0)),
            text => match text.as_str() {
                Some("") | None => Items::None,
                Some(_) => Items::One(text.clone()),
            },
        }
    }

    fn len(&self) -> usize {
        match self {
            Items::List(items) => items.len(),
            Items::Array(items) => items.len(),
            Items::Pairs(pairs) => pairs.len(),
            Items::Range(_, len) => *len,
            Items::One(_) => 1,
            Items::None => 0,
        }
    }

    fn get(&self, at: usize) -> Val<'a> {
        match self {
            Items::List(items) => items.get(at).cloned().unwrap_or(Val::Nil),
            Items::Array(items) => items.get(at).map_or(Val::Nil, Val::from_json),
            Items::Pairs(pairs) => pairs.get(at).map_or(Val::Nil, |(key, value)| pair(key, value)),
            Items::Range(start, _) => Val::Int(start.saturating_add(at as i64)),
            Items::One(value) => value.clone(),
            Items::None => Val::Nil,
        }
    }
}

/// The part of the items that is shown.
struct Segment<'a> {
    items: Items<'a>,
    from: usize,
    length: usize,
    is_reversed: bool,
}

impl<'a> Segment<'a> {
    fn get(&self, at: usize) -> Val<'a> {
        let place = if self.is_reversed { self.length - 1 - at } else { at };
        self.items.get(self.from + place)
    }
}

impl<'a> Renderer<'a> {
    fn segment(&mut self, item: &'a For) -> Result<Segment<'a>, Fault> {
        let value = self.expr(&item.items)?;
        let items = Items::of(&value);
        let from = match &item.offset {
            Offset::None => 0,
            Offset::Continue => self.offsets.get(&*item.name).copied().unwrap_or(0) as i64,
            Offset::At(expr) => self.whole_number(expr)?.unwrap_or(0),
        };
        let limit = match &item.limit {
            Some(expr) => self.whole_number(expr)?,
            None => None,
        };
        let (total, is_text) = (items.len(), matches!(items, Items::One(_)));
        // Negative offsets count as given for the end, but nothing comes before the first element.
        let end = limit.map_or(total as i64, |limit| from.saturating_add(limit)).clamp(0, total as i64) as usize;
        let start = from.clamp(0, total as i64) as usize;
        let segment = if is_text {
            Segment { items, from: 0, length: 1, is_reversed: false }
        } else {
            Segment { items, from: start, length: end.saturating_sub(start), is_reversed: item.is_reversed }
        };
        self.offsets.insert(&item.name, start + segment.length);
        Ok(segment)
    }

    fn whole_number(&mut self, expr: &'a Expr) -> Result<Option<i64>, Fault> {
        match self.expr(expr)? {
            Val::Nil => Ok(None),
            value => integer(&value).map(Some),
        }
    }

    pub(super) fn for_loop(&mut self, item: &'a For, out: &mut String) -> Result<Flow, Fault> {
        let segment = self.segment(item)?;
        if segment.length == 0 {
            return self.block(&item.otherwise, out);
        }
        let state = Rc::new(LoopState {
            name: item.name.to_string(),
            length: segment.length,
            index: Cell::new(0),
            columns: None,
            parent: self.loops.last().cloned(),
        });
        self.loops.push(state.clone());
        self.scope.push();
        self.scope.set_inner("forloop", Val::Loop(state.clone()));
        let mut flow = Flow::On;
        for at in 0..segment.length {
            self.budget.iteration()?;
            state.index.set(at);
            self.scope.set_inner(&item.variable, segment.get(at));
            flow = self.block(&item.body, out)?;
            if flow == Flow::Break {
                break;
            }
        }
        self.scope.pop();
        self.loops.pop();
        let _ = flow; // A break ends this loop only.
        Ok(Flow::On)
    }

    pub(super) fn table_row(&mut self, item: &'a For, out: &mut String) -> Result<(), Fault> {
        if self.expr(&item.items)?.is_nil() {
            return Ok(());
        }
        let segment = self.segment(item)?;
        let columns = match &item.columns {
            Some(expr) => Number::of(&self.expr(expr)?).float().max(0.0) as usize,
            None => segment.length,
        };
        let state = Rc::new(LoopState {
            name: String::new(),
            length: segment.length,
            index: Cell::new(0),
            columns: Some(columns),
            parent: None,
        });
        self.scope.push();
        self.scope.set_inner("tablerowloop", Val::Loop(state.clone()));
        self.write("<tr class=\"row1\">\n", out)?;
        let columns = columns.max(1);
        for at in 0..segment.length {
            self.budget.iteration()?;
            state.index.set(at);
            self.scope.set_inner(&item.variable, segment.get(at));
            self.write(&format!("<td class=\"col{}\">", at % columns + 1), out)?;
            let flow = self.block(&item.body, out)?;
            self.write("</td>", out)?;
            if flow == Flow::Break {
                break;
            }
            if at % columns + 1 == columns && at + 1 < segment.length {
                self.write(&format!("</tr>\n<tr class=\"row{}\">", at / columns + 2), out)?;
            }
        }
        self.scope.pop();
        self.write("</tr>\n", out)
    }
}
