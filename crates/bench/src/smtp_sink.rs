//! A mail server that takes everything at once: what is measured is the sender.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};

/// Counts what it took.
pub struct Sink {
    pub port: u16,
    pub messages: Arc<AtomicUsize>,
    task: tokio::task::JoinHandle<()>,
}

impl Sink {
    pub async fn start() -> anyhow::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let port = listener.local_addr()?.port();
        let messages = Arc::new(AtomicUsize::new(0));
        let counted = messages.clone();
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let counted = counted.clone();
                // A sender that hangs up has nothing more to say.
                tokio::spawn(async move { serve(stream, &counted).await.ok() });
            }
        });
        Ok(Self { port, messages, task })
    }

    pub fn taken(&self) -> usize {
        self.messages.load(Ordering::Relaxed)
    }
}

impl Drop for Sink {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn serve(stream: TcpStream, messages: &AtomicUsize) -> std::io::Result<()> {
    stream.set_nodelay(true)?;
    let (read, mut write) = stream.into_split();
    let mut read = BufReader::with_capacity(64 << 10, read);
    write.write_all(b"220 sink.test ESMTP\r\n").await?;
    let mut line = Vec::new();
    let mut replies = Vec::new();
    loop {
        line.clear();
        if read.read_until(b'\n', &mut line).await? == 0 {
            return Ok(());
        }
        let verb: Vec<u8> = line.iter().take(4).map(u8::to_ascii_uppercase).collect();
        match verb.as_slice() {
            b"EHLO" => {
                replies.extend_from_slice(b"250-sink.test\r\n250-PIPELINING\r\n250-8BITMIME\r\n250 SIZE 52428800\r\n")
            }
            b"DATA" => {
                replies.extend_from_slice(b"354 go on\r\n");
                write.write_all(&replies).await?;
                replies.clear();
                read_message(&mut read, &mut line).await?;
                messages.fetch_add(1, Ordering::Relaxed);
                replies.extend_from_slice(b"250 2.0.0 taken\r\n");
            }
            b"QUIT" => {
                replies.extend_from_slice(b"221 bye\r\n");
                return write.write_all(&replies).await;
            }
            _ => replies.extend_from_slice(b"250 OK\r\n"),
        }
        // Answers of pipelined commands go out together.
        if read.buffer().is_empty() && !replies.is_empty() {
            write.write_all(&replies).await?;
            replies.clear();
        }
    }
}

/// Reads to the line with a single dot.
async fn read_message(read: &mut BufReader<tokio::net::tcp::OwnedReadHalf>, line: &mut Vec<u8>) -> std::io::Result<()> {
    loop {
        line.clear();
        if read.read_until(b'\n', line).await? == 0 {
            return Err(std::io::ErrorKind::UnexpectedEof.into());
        }
        if line.as_slice() == b".\r\n" {
            return Ok(());
        }
    }
}
