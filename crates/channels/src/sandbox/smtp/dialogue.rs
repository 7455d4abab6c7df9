//! One session of the sandbox's mail server: RFC 5321 with PIPELINING (RFC 2920), SIZE (RFC 1870), 8BITMIME (RFC 6152),
//! SMTPUTF8 (RFC 6531) and AUTH PLAIN/LOGIN (RFC 4954). Commands are parsed by `smtp-proto`.
//!
//! Only CR LF ends a line of a mail and only CR LF `.` CR LF ends the mail: a server that also takes a bare LF can be
//! made to see two mails where its client sent one ("SMTP smuggling", CVE-2023-51766).
//!
//! `XFINAL` is a private extension (RFC 5321 section 4.1.5): "250 to the data means that it lies in the mailbox", so
//! that the sender need not wait for a report that will not come.

use super::super::Fate;
use async_trait::async_trait;
use base::WorkspaceId;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use smtp_proto::{AUTH_LOGIN, AUTH_PLAIN, Error, Request};
use std::io;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, BufReader};
use tokio::sync::watch;

/// Longest command line; RFC 5321 section 4.5.3.1.4 asks for 512, log-ins and extensions need more.
const COMMAND_BYTES_MAX: usize = 4_096;
/// Largest mail; announced with SIZE.
pub(super) const MESSAGE_BYTES_MAX: usize = 10 * 1024 * 1024;
/// Recipients of one mail (RFC 5321 section 4.5.3.1.8 asks for at least 100).
const RECIPIENTS_MAX: usize = 100;
/// Wrong commands before a client is told to go: it does not speak SMTP.
const MISTAKES_MAX: u32 = 20;
/// Silence before a session is ended (RFC 5321 section 4.5.3.2.7).
const IDLE_MAX: Duration = Duration::from_secs(300);
/// How long `slow@…` takes.
const SLOW: Duration = Duration::from_secs(2);
const OUT_OF_ORDER: &str = "503 5.5.1 not now";
const BYE: &str = "221 2.0.0 bye";

/// A mail as it came.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Received {
    pub login: Option<WorkspaceId>,
    /// The return path; empty for a bounce.
    pub from: String,
    pub to: Vec<String>,
    pub raw: Vec<u8>,
}

/// What a session needs of the rest.
#[async_trait]
pub(super) trait Taker: Send + Sync + 'static {
    async fn log_in(&self, password: &str) -> Option<WorkspaceId>;
    /// What happens to mail for this address.
    fn fate(&self, to: &str) -> Fate;
    /// Durable when it returns; the error is the answer.
    async fn take(&self, received: Received) -> Result<(), &'static str>;
}

/// Goes on, or ends the connection.
#[derive(PartialEq, Eq)]
enum Next {
    Command,
    Close,
}

#[derive(Default)]
struct Transaction {
    from: Option<String>,
    to: Vec<(String, Fate)>,
}

pub(super) struct Session<S, T> {
    stream: BufReader<S>,
    taker: Arc<T>,
    stop: watch::Receiver<bool>,
    hello: String,
    login: Option<WorkspaceId>,
    mail: Transaction,
    mistakes: u32,
    /// Answers not written yet: what came in one piece is answered in one.
    answers: Vec<u8>,
}

enum Line {
    Text(Vec<u8>),
    TooLong,
    End,
}

impl<S: AsyncRead + AsyncWrite + Unpin, T: Taker> Session<S, T> {
    pub fn new(stream: S, taker: Arc<T>, stop: watch::Receiver<bool>) -> Self {
        Self {
            stream: BufReader::with_capacity(64 * 1024, stream),
            taker,
            stop,
            hello: String::new(),
            login: None,
            mail: Transaction::default(),
            mistakes: 0,
            answers: Vec::new(),
        }
    }

    /// Talks until the client leaves, is told to, or the program stops.
    pub async fn run(mut self) -> io::Result<()> {
        self.say("220 sandbox.tutti.invalid ESMTP the sandbox: nothing sent here goes on");
        let mut stop = self.stop.clone();
        loop {
            let line = tokio::select! {
                line = self.line() => line?,
                () = stopped(&mut stop) => {
                    self.say("421 4.3.2 the program stops");
                    return self.flush().await;
                }
            };
            let next = match line {
                Line::Text(line) => self.command(&line).await?,
                Line::TooLong => self.mistake("500 5.5.2 the line is too long"),
                Line::End => return Ok(()),
            };
            if next == Next::Close {
                return self.flush().await;
            }
        }
    }

    fn say(&mut self, answer: &str) -> Next {
        self.answers.extend_from_slice(answer.as_bytes());
        self.answers.extend_from_slice(b"\r\n");
        Next::Command
    }

    fn mistake(&mut self, answer: &str) -> Next {
        self.mistakes += 1;
        if self.mistakes < MISTAKES_MAX {
            return self.say(answer);
        }
        self.say("421 4.7.0 too many mistakes");
        Next::Close
    }

    async fn flush(&mut self) -> io::Result<()> {
        if !self.answers.is_empty() {
            self.stream.write_all(&self.answers).await?;
            self.answers.clear();
        }
        self.stream.flush().await
    }

    /// One line with its end. Waits for more only after everything said so far is on its way.
    async fn line(&mut self) -> io::Result<Line> {
        if !self.stream.buffer().contains(&b'\n') {
            self.flush().await?;
        }
        let mut line = Vec::new();
        let mut bounded = (&mut self.stream).take(COMMAND_BYTES_MAX as u64);
        let silent = |_| io::Error::new(io::ErrorKind::TimedOut, "the client is silent");
        tokio::time::timeout(IDLE_MAX, bounded.read_until(b'\n', &mut line)).await.map_err(silent)??;
        if line.ends_with(b"\n") {
            return Ok(Line::Text(line));
        }
        if line.len() < COMMAND_BYTES_MAX {
            return Ok(Line::End);
        }
        // Skipped without being kept.
        loop {
            let buffer = tokio::time::timeout(IDLE_MAX, self.stream.fill_buf()).await.map_err(silent)??;
            let (used, ended) = match buffer.iter().position(|byte| *byte == b'\n') {
                Some(at) => (at + 1, true),
                None => (buffer.len(), buffer.is_empty()),
            };
            self.stream.consume(used);
            if ended {
                return Ok(Line::TooLong);
            }
        }
    }

    async fn command(&mut self, line: &[u8]) -> io::Result<Next> {
        let request = match Request::parse(&mut line.iter()) {
            Ok(request) => request.into_owned(),
            Err(error) => return Ok(self.mistake(&refusal(&error))),
        };
        Ok(match request {
            Request::Ehlo { host } => self.greet(host, true),
            Request::Helo { host } => self.greet(host, false),
            Request::Auth { mechanism, initial_response } => return self.auth(mechanism, &initial_response).await,
            Request::Mail { from } => {
                if self.hello.is_empty() || self.mail.from.is_some() {
                    return Ok(self.mistake(OUT_OF_ORDER));
                }
                if from.size > MESSAGE_BYTES_MAX {
                    return Ok(self.say("552 5.3.4 the mail is too large"));
                }
                self.mail.from = Some(from.address);
                self.say("250 2.1.0 ok")
            }
            Request::Rcpt { to } => self.recipient(to.address),
            Request::Data => return self.data().await,
            Request::Rset => {
                self.mail = Transaction::default();
                self.say("250 2.0.0 ok")
            }
            Request::Noop { .. } => self.say("250 2.0.0 ok"),
            Request::Vrfy { .. } => self.say("252 2.5.2 send some mail and see"),
            Request::Help { .. } => self.say("214 2.0.0 this is the sandbox of Tutti"),
            Request::Quit => {
                self.say(BYE);
                Next::Close
            }
            _ => self.mistake("502 5.5.1 not here"),
        })
    }

    fn greet(&mut self, host: String, extended: bool) -> Next {
        self.hello = if host.is_empty() { "unknown".into() } else { host };
        self.mail = Transaction::default();
        if !extended {
            return self.say("250 sandbox.tutti.invalid");
        }
        self.say("250-sandbox.tutti.invalid");
        self.say("250-PIPELINING");
        self.say(&format!("250-SIZE {MESSAGE_BYTES_MAX}"));
        self.say("250-8BITMIME");
        self.say("250-SMTPUTF8");
        self.say("250-ENHANCEDSTATUSCODES");
        self.say("250-AUTH PLAIN LOGIN");
        self.say("250 XFINAL")
    }

    async fn auth(&mut self, mechanism: u64, initial: &str) -> io::Result<Next> {
        if self.hello.is_empty() || self.login.is_some() || self.mail.from.is_some() {
            return Ok(self.mistake(OUT_OF_ORDER));
        }
        let password = match mechanism {
            AUTH_PLAIN if initial.is_empty() => {
                let answer = self.ask("").await?;
                answer.and_then(|answer| plain_password(&answer))
            }
            AUTH_PLAIN => plain_password(initial),
            AUTH_LOGIN => {
                if initial.is_empty() {
                    // The user name says nothing: the key knows whose it is.
                    self.ask("Username:").await?;
                }
                self.ask("Password:").await?.and_then(|answer| decoded(&answer))
            }
            _ => return Ok(self.mistake("504 5.5.4 AUTH PLAIN or AUTH LOGIN")),
        };
        let Some(password) = password else { return Ok(self.mistake("501 5.5.2 this is no answer")) };
        self.login = self.taker.log_in(&password).await;
        Ok(match self.login {
            Some(_) => self.say("235 2.7.0 welcome"),
            None => self.mistake("535 5.7.8 the password must be an API key that may read the sandbox"),
        })
    }

    /// The client's answer to a challenge; None: it gave up, or the answer is no line.
    async fn ask(&mut self, question: &str) -> io::Result<Option<String>> {
        self.say(&format!("334 {}", STANDARD.encode(question)));
        let Line::Text(line) = self.line().await? else { return Ok(None) };
        let answer = String::from_utf8_lossy(&line).trim().to_owned();
        Ok((answer != "*").then_some(answer))
    }

    fn recipient(&mut self, to: String) -> Next {
        if self.mail.from.is_none() {
            return self.mistake(OUT_OF_ORDER);
        }
        if !deliver::sender::is_address(&to) {
            return self.say("553 5.1.3 this is no address");
        }
        if self.mail.to.len() >= RECIPIENTS_MAX {
            return self.say("452 4.5.3 too many recipients");
        }
        match self.taker.fate(&to) {
            // It refuses after the data.
            Fate::Answer(stage, reply) if stage < deliver::Stage::Body => {
                self.say(&format!("{} {}", reply.code, reply.text));
                if reply.code == 421 { Next::Close } else { Next::Command }
            }
            Fate::NoConnection => Next::Close,
            fate => {
                self.mail.to.push((to, fate));
                self.say("250 2.1.5 ok")
            }
        }
    }

    async fn data(&mut self) -> io::Result<Next> {
        if self.mail.to.is_empty() {
            return Ok(self.mistake(OUT_OF_ORDER));
        }
        self.say("354 go ahead, end with a dot on a line of its own");
        self.flush().await?;
        let mail = std::mem::take(&mut self.mail);
        let from = mail.from.unwrap_or_default();
        let mut raw = trace(&from, &self.hello, self.login.is_some());
        let whole = tokio::time::timeout(IDLE_MAX, self.body(&mut raw)).await;
        match whole.unwrap_or_else(|_| Err(io::Error::new(io::ErrorKind::TimedOut, "the client is silent")))? {
            Body::Whole => {}
            Body::TooLarge => return Ok(self.say("552 5.3.4 the mail is too large")),
            Body::Cut => return Ok(Next::Close),
        }
        if let Some(Fate::Answer(_, reply)) = mail.to.iter().map(|(_, fate)| fate).find(|fate| is_answer(fate)) {
            return Ok(self.say(&format!("{} {}", reply.code, reply.text)));
        }
        let is = |wanted: Fate| mail.to.iter().any(|(_, fate)| *fate == wanted);
        let (slow, lost) = (is(Fate::Slow), is(Fate::Lost));
        let to = mail.to.into_iter().map(|(to, _)| to).collect();
        let taken = self.taker.take(Received { login: self.login, from, to, raw }).await;
        if slow {
            tokio::time::sleep(SLOW).await;
        }
        if lost {
            self.answers.clear();
            return Ok(Next::Close);
        }
        Ok(match taken {
            Ok(()) => self.say("250 2.0.0 kept in the sandbox"),
            Err(answer) => self.say(answer),
        })
    }

    /// Reads to the lone dot, taking away the doubled ones (RFC 5321 section 4.5.2). What is too large is read and not
    /// kept, so that the dialogue stays in step.
    async fn body(&mut self, raw: &mut Vec<u8>) -> io::Result<Body> {
        let head = raw.len();
        let mut line_start = raw.len();
        let (mut at_start, mut too_large) = (true, false);
        loop {
            let buffer = self.stream.fill_buf().await?;
            if buffer.is_empty() {
                return Ok(Body::Cut);
            }
            let end = memchr_newline(buffer);
            raw.extend_from_slice(&buffer[..end]);
            self.stream.consume(end);
            if !raw.ends_with(b"\n") {
                // A part of a line; a line that alone is too large is not kept either.
                if raw.len() - head > MESSAGE_BYTES_MAX {
                    too_large = true;
                    raw.truncate(head);
                    raw.push(b'x');
                    (line_start, at_start) = (head, false);
                }
                continue;
            }
            let ended = raw.ends_with(b"\r\n");
            if at_start && raw[line_start..] == *b".\r\n" {
                raw.truncate(line_start);
                return Ok(if too_large { Body::TooLarge } else { Body::Whole });
            }
            if at_start && raw[line_start] == b'.' {
                raw.remove(line_start);
            }
            if too_large || raw.len() - head > MESSAGE_BYTES_MAX {
                too_large = true;
                raw.truncate(head);
            }
            // After a bare LF the next dot is one of the text.
            (line_start, at_start) = (raw.len(), ended);
        }
    }
}

/// Ends when the program stops (or forgot us).
async fn stopped(stop: &mut watch::Receiver<bool>) {
    let _ = stop.wait_for(|stop| *stop).await;
}

enum Body {
    Whole,
    TooLarge,
    /// The connection ended before the dot: it was never a mail.
    Cut,
}

fn memchr_newline(buffer: &[u8]) -> usize {
    buffer.iter().position(|byte| *byte == b'\n').map_or(buffer.len(), |at| at + 1)
}

fn is_answer(fate: &Fate) -> bool {
    matches!(fate, Fate::Answer(..))
}

/// What a server of final delivery puts on top (RFC 5321 section 4.4).
fn trace(from: &str, hello: &str, logged_in: bool) -> Vec<u8> {
    let clean = |text: &str| text.chars().filter(|c| c.is_ascii_graphic() && !"<>()".contains(*c)).collect::<String>();
    let with = if logged_in { "ESMTPA" } else { "ESMTP" };
    format!(
        "Return-Path: <{}>\r\nReceived: from {} by sandbox.tutti.invalid with {with}\r\n",
        clean(from),
        clean(hello)
    )
    .into_bytes()
}

fn plain_password(answer: &str) -> Option<String> {
    // authorisation-identity NUL user NUL password (RFC 4616).
    decoded(answer)?.splitn(3, '\0').nth(2).map(str::to_owned)
}

fn decoded(answer: &str) -> Option<String> {
    String::from_utf8(STANDARD.decode(answer.trim()).ok()?).ok()
}

fn refusal(error: &Error) -> String {
    match error {
        Error::UnknownCommand => "500 5.5.1 no such command".into(),
        Error::InvalidSenderAddress => "501 5.1.7 the sender is no address".into(),
        Error::InvalidRecipientAddress => "501 5.1.3 the recipient is no address".into(),
        Error::SyntaxError { syntax } => format!("501 5.5.2 it goes like this: {syntax}"),
        Error::InvalidParameter { param } => format!("501 5.5.4 the parameter {param} is not right"),
        Error::UnsupportedParameter { .. } => "555 5.5.4 this parameter is not known here".into(),
        _ => "500 5.5.2 this is no command".into(),
    }
}
