//! Reads a formula: the usual order of operations, brackets, calls; `[names with spaces]`.

use super::{Expression, FORMULA_BYTES_MAX, FUNCTIONS, Function, Operator};
use crate::error::Mistake;

/// Brackets inside brackets.
const DEPTH_MAX: usize = 40;

struct Parser<'t> {
    text: &'t str,
    at: usize,
    depth: usize,
}

pub(super) fn read(text: &str) -> Result<Expression, Mistake> {
    if text.len() > FORMULA_BYTES_MAX {
        return Err(Mistake::new("", "formula_invalid", format!("a formula has at most {FORMULA_BYTES_MAX} bytes")));
    }
    let mut parser = Parser { text, at: 0, depth: 0 };
    let expression = parser.sum()?;
    match parser.peek() {
        None => Ok(expression),
        Some(letter) => Err(parser.wrong(format!("\"{letter}\" is not expected here"))),
    }
}

impl Parser<'_> {
    fn wrong(&self, what: impl Into<String>) -> Mistake {
        let position = self.text[..self.at].chars().count() + 1;
        Mistake::new("", "formula_invalid", format!("position {position}: {}", what.into()))
    }

    fn peek(&mut self) -> Option<char> {
        let rest = &self.text[self.at..];
        self.at += rest.len() - rest.trim_start().len();
        self.text[self.at..].chars().next()
    }

    fn eat(&mut self, wanted: char) -> bool {
        let found = self.peek() == Some(wanted);
        if found {
            self.at += wanted.len_utf8();
        }
        found
    }

    fn expect(&mut self, wanted: char) -> Result<(), Mistake> {
        if self.eat(wanted) { Ok(()) } else { Err(self.wrong(format!("\"{wanted}\" is missing"))) }
    }

    fn sum(&mut self) -> Result<Expression, Mistake> {
        self.depth += 1;
        if self.depth > DEPTH_MAX {
            return Err(self.wrong(format!("more than {DEPTH_MAX} brackets inside one another")));
        }
        let mut left = self.product()?;
        loop {
            let operator = match self.peek() {
                Some('+') => Operator::Add,
                Some('-' | '−') => Operator::Subtract,
                _ => break,
            };
            self.at += self.peek().map_or(0, char::len_utf8);
            left = Expression::Binary(operator, Box::new(left), Box::new(self.product()?));
        }
        self.depth -= 1;
        Ok(left)
    }

    fn product(&mut self) -> Result<Expression, Mistake> {
        let mut left = self.factor()?;
        loop {
            let operator = match self.peek() {
                Some('*' | '×') => Operator::Multiply,
                Some('/' | '÷') => Operator::Divide,
                _ => return Ok(left),
            };
            self.at += self.peek().map_or(0, char::len_utf8);
            left = Expression::Binary(operator, Box::new(left), Box::new(self.factor()?));
        }
    }

    fn factor(&mut self) -> Result<Expression, Mistake> {
        let mut negative = false;
        while self.eat('-') {
            negative = !negative;
        }
        let value = self.value()?;
        Ok(if negative { Expression::Negative(Box::new(value)) } else { value })
    }

    fn value(&mut self) -> Result<Expression, Mistake> {
        match self.peek() {
            None => Err(self.wrong("something is missing at the end")),
            Some('(') => {
                self.at += 1;
                let inner = self.sum()?;
                self.expect(')')?;
                Ok(inner)
            }
            Some('[') => self.bracketed(),
            Some(letter) if letter.is_ascii_digit() || letter == '.' => self.number(),
            Some(letter) if letter.is_alphabetic() || letter == '_' => self.named(),
            Some(letter) => Err(self.wrong(format!("\"{letter}\" is not expected here"))),
        }
    }

    fn number(&mut self) -> Result<Expression, Mistake> {
        let digits = self.taken_while(|letter| letter.is_ascii_digit() || letter == '.').to_owned();
        match digits.parse() {
            Ok(number) => Ok(Expression::Number(number)),
            Err(_) => Err(self.wrong(format!("\"{digits}\" is not a number; write 0.5"))),
        }
    }

    fn bracketed(&mut self) -> Result<Expression, Mistake> {
        self.at += 1;
        let name = self.taken_while(|letter| letter != ']').trim().to_owned();
        self.expect(']')?;
        if name.is_empty() { Err(self.wrong("a trait is named between [ and ]")) } else { Ok(Expression::Trait(name)) }
    }

    fn named(&mut self) -> Result<Expression, Mistake> {
        let start = self.at;
        let name = self.taken_while(|letter| letter.is_alphanumeric() || letter == '_' || letter == '.').to_owned();
        if self.peek() != Some('(') {
            return Ok(Expression::Trait(name));
        }
        let Some((_, function, least, most)) = FUNCTIONS.iter().find(|known| known.0.eq_ignore_ascii_case(&name))
        else {
            self.at = start;
            let known: Vec<&str> = FUNCTIONS.iter().map(|known| known.0).collect();
            let mistake = self.wrong(format!("there is no function \"{name}\"; use {}", known.join(", ")));
            return Err(Mistake { code: "formula_unknown_function", ..mistake });
        };
        self.at += 1;
        let mut arguments = Vec::new();
        if self.peek() != Some(')') {
            arguments.push(self.sum()?);
            while self.eat(',') {
                arguments.push(self.sum()?);
            }
        }
        self.expect(')')?;
        if arguments.len() < *least || *most < arguments.len() {
            return Err(self.wrong(format!("{name} takes {least} to {most} values, not {}", arguments.len())));
        }
        let all_traits = arguments.iter().all(|argument| matches!(argument, Expression::Trait(_)));
        if *function == Function::DaysBetween && !all_traits {
            return Err(self.wrong("days_between takes two traits that hold dates"));
        }
        Ok(Expression::Call(*function, arguments))
    }

    fn taken_while(&mut self, belongs: impl Fn(char) -> bool) -> &str {
        let rest = &self.text[self.at..];
        let end = rest.find(|letter| !belongs(letter)).unwrap_or(rest.len());
        self.at += end;
        &rest[..end]
    }
}
