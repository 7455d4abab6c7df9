//! One SMTP connection: greeting, TLS, log-in, messages.

use super::SmtpTimeouts;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use deliver::bounce::Reply;
use deliver::{SmtpSettings, Stage, TlsMode};
use rustls::ClientConfig;
use rustls::pki_types::ServerName;
use std::future::Future;
use std::io;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

/// Longest line and most lines of one reply; a server that goes on is not speaking SMTP.
const REPLY_LINE_BYTES_MAX: u64 = 4_096;
const REPLY_LINES_MAX: usize = 100;
/// After a broken write: how long the reason the server may have given is waited for.
const LAST_WORDS: Duration = Duration::from_millis(500);

trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}
impl<T: AsyncRead + AsyncWrite + Send + Unpin> Stream for T {}

/// Who sends to whom, in ASCII.
pub struct Envelope {
    pub from: String,
    pub to: String,
}

/// Why a message was not accepted.
#[derive(Debug)]
pub enum Failure {
    /// The server said no. `Mail` and later: about this message.
    Answered { stage: Stage, reply: Reply },
    /// The connection failed before the final dot: nothing was handed over.
    Broken { detail: String },
    /// The connection failed after the final dot: it may have been accepted.
    AnswerLost { detail: String },
}

pub struct Connection {
    stream: BufReader<Box<dyn Stream>>,
    timeouts: SmtpTimeouts,
    pipelining: bool,
    size_max: Option<usize>,
    utf8: bool,
    /// The server says that its 250 means "delivered", and it is on this machine.
    is_final: bool,
    local: bool,
    usable: bool,
    pub messages: u32,
    pub last_used: Instant,
}

fn broken(stage: Stage, error: impl std::fmt::Display) -> Failure {
    Failure::Broken { detail: format!("{stage:?}: {error}") }
}

async fn within<T>(limit: Duration, step: impl Future<Output = io::Result<T>>) -> io::Result<T> {
    tokio::time::timeout(limit, step).await.unwrap_or_else(|_| {
        Err(io::Error::new(io::ErrorKind::TimedOut, format!("no answer within {} ms", limit.as_millis())))
    })
}

impl Connection {
    /// Connects, secures and logs in.
    pub async fn open(
        settings: &SmtpSettings,
        tls: &Arc<ClientConfig>,
        timeouts: SmtpTimeouts,
    ) -> Result<Self, Failure> {
        let target = (settings.host.as_str(), settings.port);
        let tcp = within(timeouts.connect, TcpStream::connect(target)).await.map_err(|error| {
            broken(Stage::Connect, format!("{}:{} cannot be reached: {error}", settings.host, settings.port))
        })?;
        let _ = tcp.set_nodelay(true);
        let local = tcp.peer_addr().is_ok_and(|peer| peer.ip().is_loopback());
        let stream: Box<dyn Stream> = match settings.tls {
            TlsMode::Tls => Box::new(secure(tcp, settings, tls, timeouts).await?),
            TlsMode::None | TlsMode::Starttls => Box::new(tcp),
        };
        let mut connection = Self::over(stream, timeouts, local);
        let greeting = connection.reply(timeouts.command).await.map_err(|error| broken(Stage::Connect, error))?;
        expect(Stage::Connect, greeting, 220)?;
        connection.hello().await?;
        if settings.tls == TlsMode::Starttls {
            connection = connection.starttls(settings, tls).await?;
        }
        if !settings.username.is_empty() {
            connection.log_in(settings).await?;
        }
        Ok(connection)
    }

    fn over(stream: Box<dyn Stream>, timeouts: SmtpTimeouts, local: bool) -> Self {
        Self {
            stream: BufReader::new(stream),
            timeouts,
            pipelining: false,
            size_max: None,
            utf8: false,
            is_final: false,
            local,
            usable: true,
            messages: 0,
            last_used: Instant::now(),
        }
    }

    async fn hello(&mut self) -> Result<Vec<String>, Failure> {
        let name = "tutti.invalid";
        let (code, lines) = self.command_lines(Stage::Hello, &format!("EHLO {name}\r\n")).await?;
        if code >= 500 {
            let (code, lines) = self.command_lines(Stage::Hello, &format!("HELO {name}\r\n")).await?;
            expect(Stage::Hello, reply_of(code, &lines), 250)?;
            return Ok(Vec::new());
        }
        expect(Stage::Hello, reply_of(code, &lines), 250)?;
        let words: Vec<String> = lines.iter().map(|line| line.to_ascii_uppercase()).collect();
        self.pipelining = words.iter().any(|word| word == "PIPELINING");
        self.utf8 = words.iter().any(|word| word == "SMTPUTF8");
        // Our sandbox's private extension; from elsewhere it is not believed.
        self.is_final = self.local && words.iter().any(|word| word == "XFINAL");
        self.size_max = words
            .iter()
            .find_map(|word| word.strip_prefix("SIZE "))
            .and_then(|size| size.trim().parse().ok())
            .filter(|size| *size > 0);
        Ok(words)
    }

    async fn starttls(mut self, settings: &SmtpSettings, tls: &Arc<ClientConfig>) -> Result<Self, Failure> {
        let reply = self.command(Stage::Tls, "STARTTLS\r\n").await?;
        expect(Stage::Tls, reply, 220)?;
        // Anything sent before TLS stands would be believed after it (the STARTTLS injection of CVE-2011-0411).
        if !self.stream.buffer().is_empty() {
            return Err(broken(Stage::Tls, "the server spoke out of turn"));
        }
        let local = self.local;
        let stream = secure(self.stream.into_inner(), settings, tls, self.timeouts).await?;
        let mut connection = Self::over(Box::new(stream), self.timeouts, local);
        connection.hello().await?;
        Ok(connection)
    }

    async fn log_in(&mut self, settings: &SmtpSettings) -> Result<(), Failure> {
        let words = self.hello().await?;
        let methods = words.iter().find_map(|word| word.strip_prefix("AUTH ")).unwrap_or_default();
        let offers = |method: &str| methods.split_whitespace().any(|word| word == method);
        let reply = if offers("PLAIN") || !offers("LOGIN") {
            let token = STANDARD.encode(format!("\0{}\0{}", settings.username, settings.password));
            self.command(Stage::Auth, &format!("AUTH PLAIN {token}\r\n")).await?
        } else {
            let reply = self.command(Stage::Auth, "AUTH LOGIN\r\n").await?;
            expect(Stage::Auth, reply, 334)?;
            let reply = self.command(Stage::Auth, &format!("{}\r\n", STANDARD.encode(&settings.username))).await?;
            expect(Stage::Auth, reply, 334)?;
            self.command(Stage::Auth, &format!("{}\r\n", STANDARD.encode(&settings.password))).await?
        };
        expect(Stage::Auth, reply, 235)
    }

    /// True when an accepted message lies in its mailbox already.
    pub fn is_final(&self) -> bool {
        self.is_final
    }

    /// False once the dialogue is in a state that another message must not be started from.
    pub fn usable(&self) -> bool {
        self.usable
    }

    /// One message. On `Ok` the server has taken responsibility for it.
    pub async fn send(&mut self, envelope: &Envelope, mail: &[u8]) -> Result<Reply, Failure> {
        self.messages += 1;
        self.last_used = Instant::now();
        if self.size_max.is_some_and(|max| mail.len() > max) {
            let text =
                format!("5.3.4 the message has {} bytes, the relay takes {}", mail.len(), self.size_max.unwrap_or(0));
            return Err(Failure::Answered { stage: Stage::Mail, reply: Reply::new(552, &text) });
        }
        if !envelope.to.is_ascii() && !self.utf8 {
            let reply = Reply::new(553, "5.6.7 the relay does not take addresses with these letters");
            return Err(Failure::Answered { stage: Stage::Rcpt, reply });
        }
        let result = self.transact(envelope, mail).await;
        match &result {
            Ok(_) => {}
            Err(Failure::Answered { reply, .. }) if reply.code != 421 => self.reset().await,
            Err(_) => self.usable = false,
        }
        result
    }

    async fn transact(&mut self, envelope: &Envelope, mail: &[u8]) -> Result<Reply, Failure> {
        let utf8 = if envelope.to.is_ascii() { "" } else { " SMTPUTF8" };
        let from = format!("MAIL FROM:<{}>{utf8}\r\n", envelope.from);
        let to = format!("RCPT TO:<{}>\r\n", envelope.to);
        if self.pipelining {
            self.write(Stage::Mail, format!("{from}{to}DATA\r\n").as_bytes()).await?;
            // After 421 the server closes: what it said counts, and nothing more comes.
            let mail_reply = self.answer(Stage::Mail).await?;
            if mail_reply.code == 421 {
                return Err(Failure::Answered { stage: Stage::Mail, reply: mail_reply });
            }
            let to_reply = self.answer(Stage::Rcpt).await?;
            if to_reply.code == 421 {
                return Err(Failure::Answered { stage: Stage::Rcpt, reply: to_reply });
            }
            let data_reply = self.answer(Stage::Data).await?;
            let refused = expect(Stage::Mail, mail_reply, 250).and_then(|()| expect(Stage::Rcpt, to_reply, 250));
            if let Err(failure) = refused {
                // A server that says "go ahead" although it took no recipient waits for a dot.
                if data_reply.code == 354 {
                    self.command(Stage::Data, ".\r\n").await?;
                }
                return Err(failure);
            }
            expect(Stage::Data, data_reply, 354)?;
        } else {
            for (stage, line, code) in
                [(Stage::Mail, from.as_str(), 250), (Stage::Rcpt, &to, 250), (Stage::Data, "DATA\r\n", 354)]
            {
                let reply = self.command(stage, line).await?;
                expect(stage, reply, code)?;
            }
        }
        self.write(Stage::Body, &stuffed(mail)).await?;
        // From the first byte of this write on, a lost connection leaves the question open.
        let dot = async {
            self.stream.write_all(b".\r\n").await?;
            self.stream.flush().await
        };
        let lost =
            |error: io::Error| Failure::AnswerLost { detail: format!("the answer to the message was lost: {error}") };
        within(self.timeouts.command, dot).await.map_err(lost)?;
        let reply = self.reply(self.timeouts.accept).await.map_err(lost)?;
        match reply.code {
            200..=299 => Ok(reply),
            400..=599 => Err(Failure::Answered { stage: Stage::Body, reply }),
            code => Err(Failure::AnswerLost {
                detail: format!("the server answered the message with {code}, which means nothing"),
            }),
        }
    }

    async fn reset(&mut self) {
        match self.command(Stage::Mail, "RSET\r\n").await {
            Ok(reply) if reply.code == 250 => {}
            _ => self.usable = false,
        }
    }

    /// Ends the session politely; the answer does not matter.
    pub async fn quit(mut self) {
        let _ = within(LAST_WORDS, async {
            self.stream.write_all(b"QUIT\r\n").await?;
            self.stream.flush().await
        })
        .await;
    }

    async fn command(&mut self, stage: Stage, line: &str) -> Result<Reply, Failure> {
        let (code, lines) = self.command_lines(stage, line).await?;
        Ok(reply_of(code, &lines))
    }

    async fn command_lines(&mut self, stage: Stage, line: &str) -> Result<(u16, Vec<String>), Failure> {
        self.write(stage, line.as_bytes()).await?;
        within(self.timeouts.command, read_reply(&mut self.stream)).await.map_err(|error| broken(stage, error))
    }

    async fn answer(&mut self, stage: Stage) -> Result<Reply, Failure> {
        self.reply(self.timeouts.command).await.map_err(|error| broken(stage, error))
    }

    async fn reply(&mut self, limit: Duration) -> io::Result<Reply> {
        let (code, lines) = within(limit, read_reply(&mut self.stream)).await?;
        Ok(reply_of(code, &lines))
    }

    /// A server that closes in the middle has often said why: that answer counts more than the broken pipe.
    async fn write(&mut self, stage: Stage, bytes: &[u8]) -> Result<(), Failure> {
        let written = within(self.timeouts.command, async {
            self.stream.write_all(bytes).await?;
            self.stream.flush().await
        })
        .await;
        let Err(error) = written else { return Ok(()) };
        self.usable = false;
        match within(LAST_WORDS, read_reply(&mut self.stream)).await {
            Ok((code, lines)) if code >= 400 => Err(Failure::Answered { stage, reply: reply_of(code, &lines) }),
            _ => Err(broken(stage, error)),
        }
    }
}

async fn secure<S: AsyncRead + AsyncWrite + Send + Unpin + 'static>(
    stream: S,
    settings: &SmtpSettings,
    tls: &Arc<ClientConfig>,
    timeouts: SmtpTimeouts,
) -> Result<tokio_rustls::client::TlsStream<S>, Failure> {
    let name = ServerName::try_from(settings.host.clone()).map_err(|error| broken(Stage::Tls, error))?;
    within(timeouts.connect, TlsConnector::from(tls.clone()).connect(name, stream))
        .await
        .map_err(|error| broken(Stage::Tls, error))
}

fn expect(stage: Stage, reply: Reply, code: u16) -> Result<(), Failure> {
    // 251: "user not local, will forward" is a yes.
    if reply.code == code || (code == 250 && reply.code == 251) {
        return Ok(());
    }
    if reply.code < 400 {
        return Err(broken(stage, format!("the server answered {}, out of order", reply.code)));
    }
    Err(Failure::Answered { stage, reply })
}

fn reply_of(code: u16, lines: &[String]) -> Reply {
    Reply::new(code, &lines.join(" "))
}

async fn read_reply(stream: &mut BufReader<Box<dyn Stream>>) -> io::Result<(u16, Vec<String>)> {
    let mut lines = Vec::new();
    loop {
        let mut line = Vec::new();
        let read = (&mut *stream).take(REPLY_LINE_BYTES_MAX).read_until(b'\n', &mut line).await?;
        if read == 0 || !line.ends_with(b"\n") {
            return Err(io::Error::new(io::ErrorKind::UnexpectedEof, "the server closed the connection"));
        }
        let text = String::from_utf8_lossy(&line).trim_end().to_owned();
        let code = text.get(..3).and_then(|digits| digits.parse::<u16>().ok()).filter(|code| (200..600).contains(code));
        let Some(code) = code else {
            return Err(io::Error::new(io::ErrorKind::InvalidData, "the server does not speak SMTP"));
        };
        let last = text.as_bytes().get(3) != Some(&b'-');
        lines.push(text.get(4..).unwrap_or_default().to_owned());
        if last {
            return Ok((code, lines));
        }
        if lines.len() >= REPLY_LINES_MAX {
            return Err(io::Error::new(io::ErrorKind::InvalidData, "the server's answer does not end"));
        }
    }
}

/// Doubles dots at the start of lines, makes every line end with CR LF, and ends with one.
pub fn stuffed(mail: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(mail.len() + 64);
    for line in mail.split_inclusive(|byte| *byte == b'\n') {
        if line.starts_with(b".") {
            out.push(b'.');
        }
        let text = line.strip_suffix(b"\n").unwrap_or(line);
        out.extend_from_slice(text.strip_suffix(b"\r").unwrap_or(text));
        out.extend_from_slice(b"\r\n");
    }
    out
}
