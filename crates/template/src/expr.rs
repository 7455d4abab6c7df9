//! Expressions: literals, paths, ranges, conditions, filters. The tree, and reading it from a tag's inside.

use crate::filters::{self, FilterInfo};
use crate::lexer::LexError;

/// Brackets inside brackets.
const EXPR_DEPTH_MAX: u32 = 32;

#[derive(Debug)]
pub(crate) enum Expr {
    Nil,
    Bool(bool),
    Int(i64),
    Float(f64),
    Str(Box<str>),
    Blank,
    Empty,
    Range(Box<(Expr, Expr)>),
    Path(Box<Path>),
}

#[derive(Debug)]
pub(crate) struct Path {
    pub root: Key,
    pub steps: Vec<Key>,
}

#[derive(Debug)]
pub(crate) enum Key {
    /// `.name`
    Name(Box<str>),
    /// `[expression]`
    Index(Expr),
}

#[derive(Debug)]
pub(crate) struct FilterCall {
    pub filter: &'static FilterInfo,
    pub args: Vec<Expr>,
    pub named: Vec<(Box<str>, Expr)>,
}

/// `value | filter | filter`.
#[derive(Debug)]
pub(crate) struct Pipeline {
    pub value: Expr,
    pub filters: Vec<FilterCall>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Op {
    Eq,
    Ne,
    Lt,
    Gt,
    Le,
    Ge,
    Contains,
}

#[derive(Debug)]
pub(crate) struct Comparison {
    pub left: Expr,
    pub right: Option<(Op, Expr)>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Join {
    And,
    Or,
}

/// `a and b or c`, which Liquid reads from the right: `a and (b or c)`.
#[derive(Debug)]
pub(crate) struct Condition {
    pub first: Comparison,
    pub rest: Vec<(Join, Comparison)>,
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Token<'s> {
    Ident(&'s str),
    Str(&'s str),
    Int(i64),
    Float(f64),
    Cmp(Op),
    Mark(char),
    DotDot,
    End,
}

/// Reads the inside of one tag, token by token.
pub(crate) struct Reader<'s> {
    markup: &'s str,
    base: usize,
    tokens: Vec<(Token<'s>, usize)>,
    next: usize,
    depth: u32,
}

pub(crate) type Read<T> = Result<T, LexError>;

impl<'s> Reader<'s> {
    /// `base` is the offset of `markup` in the template.
    pub fn new(markup: &'s str, base: usize) -> Read<Reader<'s>> {
        let mut tokens = Vec::new();
        let mut at = 0;
        loop {
            at += markup[at..].len() - markup[at..].trim_start().len();
            let (token, length) = read_token(&markup[at..]).map_err(|message| LexError { message, at: base + at })?;
            tokens.push((token, at));
            if token == Token::End {
                return Ok(Reader { markup, base, tokens, next: 0, depth: 0 });
            }
            at += length;
        }
    }

    pub fn peek(&self) -> Token<'s> {
        self.tokens[self.next].0
    }

    pub fn peek_second(&self) -> Token<'s> {
        self.tokens.get(self.next + 1).map_or(Token::End, |(token, _)| *token)
    }

    pub fn advance(&mut self) -> Token<'s> {
        let token = self.peek();
        if token != Token::End {
            self.next += 1;
        }
        token
    }

    /// Offset of the next token in the template.
    pub fn at(&self) -> usize {
        self.base + self.tokens[self.next].1
    }

    pub fn is_at_end(&self) -> bool {
        self.peek() == Token::End
    }

    pub fn error<T>(&self, message: impl Into<String>) -> Read<T> {
        Err(LexError { message: message.into(), at: self.at() })
    }

    /// The text from the next token on.
    pub fn rest(&self) -> &'s str {
        &self.markup[self.tokens[self.next].1..]
    }

    /// The text between two offsets of the template, trimmed.
    pub fn text_between(&self, from: usize, to: usize) -> &'s str {
        self.markup[from - self.base..to - self.base].trim()
    }

    pub fn expected<T>(&self, what: &str) -> Read<T> {
        self.error(format!("expected {what}, found {}", self.found()))
    }

    fn found(&self) -> String {
        match self.peek() {
            Token::End => "the end of the tag".to_string(),
            Token::Ident(name) => format!("'{name}'"),
            Token::Str(_) => "a text".to_string(),
            Token::Int(_) | Token::Float(_) => "a number".to_string(),
            Token::Cmp(_) => "a comparison".to_string(),
            Token::Mark(mark) => format!("'{mark}'"),
            Token::DotDot => "'..'".to_string(),
        }
    }

    pub fn end(&self) -> Read<()> {
        if self.is_at_end() { Ok(()) } else { self.expected("the end of the tag") }
    }

    pub fn skip(&mut self, mark: char) -> bool {
        let is_next = self.peek() == Token::Mark(mark);
        if is_next {
            self.next += 1;
        }
        is_next
    }

    pub fn expect(&mut self, mark: char) -> Read<()> {
        if self.skip(mark) { Ok(()) } else { self.expected(&format!("'{mark}'")) }
    }

    pub fn skip_word(&mut self, word: &str) -> bool {
        let is_next = self.peek() == Token::Ident(word);
        if is_next {
            self.next += 1;
        }
        is_next
    }

    pub fn ident(&mut self, what: &str) -> Read<&'s str> {
        match self.peek() {
            Token::Ident(name) => {
                self.next += 1;
                Ok(name)
            }
            _ => self.expected(what),
        }
    }

    pub fn pipeline(&mut self) -> Read<Pipeline> {
        let value = self.expr()?;
        let mut filters = Vec::new();
        while self.skip('|') {
            filters.push(self.filter()?);
        }
        Ok(Pipeline { value, filters })
    }

    fn filter(&mut self) -> Read<FilterCall> {
        let at = self.at();
        let name = self.ident("the name of a filter")?;
        let wrong = |message: String| Err(LexError { message, at });
        let Some(filter) = filters::find(name) else {
            return wrong(format!("there is no filter '{name}'{}", filters::suggestion(name)));
        };
        let mut call = FilterCall { filter, args: Vec::new(), named: Vec::new() };
        if self.skip(':') {
            loop {
                match (self.peek(), self.peek_second()) {
                    (Token::Ident(key), Token::Mark(':')) => {
                        if !filter.named.contains(&key) {
                            return self.error(format!("the filter '{name}' has no option '{key}'"));
                        }
                        self.next += 2;
                        call.named.push((key.into(), self.expr()?));
                    }
                    _ => call.args.push(self.expr()?),
                }
                if !self.skip(',') || matches!(self.peek(), Token::End | Token::Mark('|')) {
                    break;
                }
            }
        }
        let (least, most) = filter.args;
        match call.args.len() {
            given if given < least => {
                wrong(format!("the filter '{name}' needs {least} argument{}, found {given}", plural(least)))
            }
            given if most < given => {
                wrong(format!("the filter '{name}' takes at most {most} argument{}, found {given}", plural(most)))
            }
            _ => Ok(call),
        }
    }

    pub fn condition(&mut self) -> Read<Condition> {
        let first = self.comparison()?;
        let mut rest = Vec::new();
        loop {
            let join = match self.peek() {
                Token::Ident("and") => Join::And,
                Token::Ident("or") => Join::Or,
                Token::End => return Ok(Condition { first, rest }),
                Token::Ident(word) => {
                    return self.error(format!("'{word}' is no comparison; use == != < > <= >= contains, and, or"));
                }
                _ => return self.expected("'and', 'or' or the end of the tag"),
            };
            self.next += 1;
            rest.push((join, self.comparison()?));
        }
    }

    fn comparison(&mut self) -> Read<Comparison> {
        let left = self.expr()?;
        let op = match self.peek() {
            Token::Cmp(op) => op,
            Token::Ident("contains") => Op::Contains,
            _ => return Ok(Comparison { left, right: None }),
        };
        self.next += 1;
        Ok(Comparison { left, right: Some((op, self.expr()?)) })
    }

    pub fn expr(&mut self) -> Read<Expr> {
        self.depth += 1;
        if EXPR_DEPTH_MAX < self.depth {
            return self.error("too many brackets inside each other");
        }
        let expr = self.expr_inside();
        self.depth -= 1;
        expr
    }

    fn expr_inside(&mut self) -> Read<Expr> {
        let is_path_start = matches!(self.peek_second(), Token::Mark('.' | '['));
        match self.peek() {
            Token::Str(text) => self.literal(Expr::Str(text.into())),
            Token::Int(int) => self.literal(Expr::Int(int)),
            Token::Float(float) => self.literal(Expr::Float(float)),
            Token::Ident("true") if !is_path_start => self.literal(Expr::Bool(true)),
            Token::Ident("false") if !is_path_start => self.literal(Expr::Bool(false)),
            Token::Ident("nil" | "null") if !is_path_start => self.literal(Expr::Nil),
            Token::Ident("blank") if !is_path_start => self.literal(Expr::Blank),
            Token::Ident("empty") if !is_path_start => self.literal(Expr::Empty),
            Token::Mark('(') => self.range(),
            Token::Ident(name) => {
                self.next += 1;
                self.path(Key::Name(name.into()))
            }
            Token::Mark('[') => {
                self.next += 1;
                let root = self.expr()?;
                self.expect(']')?;
                self.path(Key::Index(root))
            }
            _ => self.expected("a value"),
        }
    }

    fn literal(&mut self, expr: Expr) -> Read<Expr> {
        self.next += 1;
        Ok(expr)
    }

    fn range(&mut self) -> Read<Expr> {
        self.next += 1;
        let start = self.expr()?;
        if self.peek() != Token::DotDot {
            return self.expected("'..' of a range");
        }
        self.next += 1;
        let end = self.expr()?;
        self.expect(')')?;
        Ok(Expr::Range(Box::new((start, end))))
    }

    fn path(&mut self, root: Key) -> Read<Expr> {
        let mut steps = Vec::new();
        loop {
            if self.skip('.') {
                steps.push(Key::Name(self.ident("a name after '.'")?.into()));
            } else if self.skip('[') {
                steps.push(Key::Index(self.expr()?));
                self.expect(']')?;
            } else {
                return Ok(Expr::Path(Box::new(Path { root, steps })));
            }
        }
    }
}

fn plural(count: usize) -> &'static str {
    if count == 1 { "" } else { "s" }
}

/// The token at the start of `text` and its length.
fn read_token(text: &str) -> Result<(Token<'_>, usize), String> {
    let mut chars = text.chars();
    let Some(first) = chars.next() else {
        return Ok((Token::End, 0));
    };
    let second = chars.next();
    match (first, second) {
        ('\'' | '"', _) => match text[1..].find(first) {
            Some(length) => Ok((Token::Str(&text[1..1 + length]), length + 2)),
            None => Err(format!("this text is not closed: {first} is missing")),
        },
        ('.', Some('.')) => Ok((Token::DotDot, 2)),
        ('=', Some('=')) => Ok((Token::Cmp(Op::Eq), 2)),
        ('!', Some('=')) | ('<', Some('>')) => Ok((Token::Cmp(Op::Ne), 2)),
        ('<', Some('=')) => Ok((Token::Cmp(Op::Le), 2)),
        ('>', Some('=')) => Ok((Token::Cmp(Op::Ge), 2)),
        ('<', _) => Ok((Token::Cmp(Op::Lt), 1)),
        ('>', _) => Ok((Token::Cmp(Op::Gt), 1)),
        ('.' | ',' | ':' | '|' | '[' | ']' | '(' | ')' | '=', _) => Ok((Token::Mark(first), 1)),
        ('-', Some('0'..='9')) | ('0'..='9', _) => read_number(text),
        (c, _) if c.is_alphabetic() || c == '_' => {
            let mut end = text.find(|c: char| !(c.is_alphanumeric() || c == '_' || c == '-')).unwrap_or(text.len());
            if text[end..].starts_with('?') {
                end += 1;
            }
            Ok((Token::Ident(&text[..end]), end))
        }
        _ => Err(format!("unexpected character '{first}'")),
    }
}

fn read_number(text: &str) -> Result<(Token<'_>, usize), String> {
    let digits_end = |from: usize| text[from..].find(|c: char| !c.is_ascii_digit()).map_or(text.len(), |at| from + at);
    let whole_end = digits_end(1);
    let fraction_end = if text[whole_end..].starts_with('.') { digits_end(whole_end + 1) } else { whole_end };
    let is_float = whole_end + 1 < fraction_end;
    let end = if is_float { fraction_end } else { whole_end };
    if text[end..].starts_with(|c: char| c.is_alphanumeric() || c == '_') {
        return Err("a name cannot start with a digit".to_string());
    }
    let number = &text[..end];
    match number.parse::<i64>() {
        Ok(int) if !is_float => Ok((Token::Int(int), end)),
        _ => Ok((Token::Float(number.parse().map_err(|_| "this number cannot be read".to_string())?), end)),
    }
}
