// A mail server on loopback that accepts everything and remembers to whom: enough of RFC 5321 for a sender without TLS.
import { createServer } from 'node:net';

/** Answers `{ port, recipients, close }`; `recipients` has one entry for each accepted message and recipient. */
export async function smtpSink() {
  const recipients = [];
  const sockets = new Set();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => {});
    socket.setEncoding('latin1');
    const say = (line) => socket.write(`${line}\r\n`);
    let rest = '';
    let to = [];
    let inData = false;
    say('220 sink.example ESMTP');
    socket.on('data', (chunk) => {
      const lines = (rest + chunk).split('\r\n');
      rest = lines.pop();
      for (const line of lines) {
        if (inData) {
          if (line !== '.') continue;
          inData = false;
          recipients.push(...to);
          to = [];
          say('250 2.0.0 taken');
        } else if (/^EHLO/i.test(line)) say('250-sink.example\r\n250-8BITMIME\r\n250 SMTPUTF8');
        else if (/^RCPT TO:/i.test(line)) {
          to.push(line.match(/<([^>]*)>/)?.[1] ?? '');
          say('250 2.1.5 fine');
        } else if (/^DATA/i.test(line)) {
          inData = true;
          say('354 go on');
        } else if (/^QUIT/i.test(line)) {
          say('221 2.0.0 bye');
          socket.end();
        } else {
          if (/^(RSET|MAIL FROM)/i.test(line)) to = [];
          say('250 2.0.0 fine');
        }
      }
    });
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: server.address().port,
    recipients,
    close() {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
}
