//! Values during a rendering. Data is borrowed from the caller's JSON; only what a template makes is owned.

mod compare;
mod number;
mod text;

pub(crate) use compare::{Ordering3, contains, equals, is_empty, order};
pub(crate) use number::{Number, round_decimal};
pub(crate) use text::{json_text, push_text, to_text};

use serde_json::Value as Json;
use std::cell::Cell;
use std::rc::Rc;

/// Lists inside lists are followed this deep, so that no data can exhaust the stack.
pub(crate) const DEPTH_MAX: u32 = 64;

#[derive(Clone)]
pub(crate) enum Val<'a> {
    Nil,
    Bool(bool),
    Int(i64),
    Float(f64),
    Str(&'a str),
    Owned(Rc<str>),
    /// Text that is already right for the output context (captured, or through `raw`).
    Safe(Rc<str>),
    List(Rc<Vec<Val<'a>>>),
    /// An array or an object of the data; scalars never hide in here.
    Json(&'a Json),
    /// Both ends included; empty when the end comes before the start.
    Range(i64, i64),
    Blank,
    Empty,
    Loop(Rc<LoopState>),
}

/// What `forloop` and `tablerowloop` answer from.
pub(crate) struct LoopState {
    pub name: String,
    pub length: usize,
    pub index: Cell<usize>,
    /// Columns of a `tablerow`.
    pub columns: Option<usize>,
    pub parent: Option<Rc<LoopState>>,
}

impl<'a> Val<'a> {
    pub fn from_json(json: &'a Json) -> Val<'a> {
        match json {
            Json::Null => Val::Nil,
            Json::Bool(b) => Val::Bool(*b),
            Json::Number(n) => match n.as_i64() {
                Some(int) => Val::Int(int),
                None => Val::Float(n.as_f64().unwrap_or(0.0)),
            },
            Json::String(s) => Val::Str(s),
            Json::Array(_) | Json::Object(_) => Val::Json(json),
        }
    }

    pub fn text(text: impl Into<Rc<str>>) -> Val<'a> {
        Val::Owned(text.into())
    }

    pub fn list(items: Vec<Val<'a>>) -> Val<'a> {
        Val::List(Rc::new(items))
    }

    /// The characters, when this is a text.
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Val::Str(s) => Some(s),
            Val::Owned(s) | Val::Safe(s) => Some(s),
            _ => None,
        }
    }

    pub fn is_truthy(&self) -> bool {
        !matches!(self, Val::Nil | Val::Bool(false))
    }

    pub fn is_nil(&self) -> bool {
        matches!(self, Val::Nil)
    }

    /// How errors call this kind of value.
    pub fn kind(&self) -> &'static str {
        match self {
            Val::Nil => "nothing",
            Val::Bool(_) => "true or false",
            Val::Int(_) | Val::Float(_) => "a number",
            Val::Str(_) | Val::Owned(_) | Val::Safe(_) => "a text",
            Val::List(_) | Val::Json(Json::Array(_)) | Val::Range(..) => "a list",
            Val::Json(_) | Val::Loop(_) => "an object",
            Val::Blank => "blank",
            Val::Empty => "empty",
        }
    }

    /// `value[key]`. Unknown keys answer nil: a missing trait must not stop a message.
    pub fn index(&self, key: &Val<'a>) -> Val<'a> {
        match (self, key) {
            (_, Val::Int(at)) => self.at(*at),
            (Val::Json(Json::Object(map)), key) => match key.as_str() {
                Some(name) => map.get(name).map_or(Val::Nil, Val::from_json),
                None => Val::Nil,
            },
            _ => Val::Nil,
        }
    }

    /// Element `at` of a list; negative counts from the end.
    fn at(&self, at: i64) -> Val<'a> {
        let place = |len: usize| {
            let from_start = if at < 0 { at.checked_add(len as i64)? } else { at };
            usize::try_from(from_start).ok().filter(|place| *place < len)
        };
        match self {
            Val::List(items) => place(items.len()).map_or(Val::Nil, |place| items[place].clone()),
            Val::Json(Json::Array(items)) => place(items.len()).map_or(Val::Nil, |place| Val::from_json(&items[place])),
            Val::Range(start, _) => {
                let len = usize::try_from(self.size()).unwrap_or(usize::MAX);
                place(len).map_or(Val::Nil, |place| Val::Int(start.saturating_add(place as i64)))
            }
            _ => Val::Nil,
        }
    }

    /// `value.name`: a property, or `size`, `first`, `last` where there is none of that name.
    pub fn property(&self, name: &str) -> Val<'a> {
        if let Val::Json(Json::Object(map)) = self
            && let Some(found) = map.get(name)
        {
            return Val::from_json(found);
        }
        if let Val::Loop(state) = self {
            return state.property(name);
        }
        match name {
            "size" if self.has_size() => Val::Int(self.size()),
            "first" => self.first(),
            "last" => self.last(),
            _ => Val::Nil,
        }
    }

    fn has_size(&self) -> bool {
        self.as_str().is_some() || matches!(self, Val::List(_) | Val::Json(_) | Val::Range(..))
    }

    /// Characters of a text, elements of a list, properties of an object.
    pub fn size(&self) -> i64 {
        match self {
            Val::List(items) => items.len() as i64,
            Val::Json(Json::Array(items)) => items.len() as i64,
            Val::Json(Json::Object(map)) => map.len() as i64,
            Val::Range(start, end) if start <= end => end.saturating_sub(*start).saturating_add(1),
            _ => self.as_str().map_or(0, |text| text.chars().count() as i64),
        }
    }

    pub fn first(&self) -> Val<'a> {
        match self {
            Val::Json(Json::Object(map)) => map.iter().next().map_or(Val::Nil, |(key, value)| pair(key, value)),
            _ => match self.as_str() {
                Some(text) => text.chars().next().map_or(Val::Nil, |c| Val::text(c.to_string())),
                None => self.at(0),
            },
        }
    }

    pub fn last(&self) -> Val<'a> {
        match self.as_str() {
            Some(text) => text.chars().next_back().map_or(Val::Nil, |c| Val::text(c.to_string())),
            None => self.at(-1),
        }
    }
}

/// A property of an object as loops see it: `[name, value]`.
pub(crate) fn pair<'a>(key: &'a str, value: &'a Json) -> Val<'a> {
    Val::list(vec![Val::Str(key), Val::from_json(value)])
}

impl LoopState {
    fn property<'a>(&self, name: &str) -> Val<'a> {
        let index = self.index.get();
        let int = |n: usize| Val::Int(n as i64);
        match name {
            "length" => int(self.length),
            "index" => int(index + 1),
            "index0" => int(index),
            "rindex" => int(self.length.saturating_sub(index)),
            "rindex0" => int(self.length.saturating_sub(index + 1)),
            "first" => Val::Bool(index == 0),
            "last" => Val::Bool(index + 1 == self.length),
            _ => match self.columns {
                Some(columns) => {
                    let columns = columns.max(1);
                    match name {
                        "col" => int(index % columns + 1),
                        "col0" => int(index % columns),
                        "col_first" => Val::Bool(index.is_multiple_of(columns)),
                        "col_last" => Val::Bool(index % columns + 1 == columns),
                        "row" => int(index / columns + 1),
                        _ => Val::Nil,
                    }
                }
                None => match name {
                    "name" => Val::text(self.name.as_str()),
                    "parentloop" => self.parent.clone().map_or(Val::Nil, Val::Loop),
                    _ => Val::Nil,
                },
            },
        }
    }
}
