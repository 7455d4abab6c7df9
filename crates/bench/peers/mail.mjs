// The mail of the delivery group by Node's usual packages: MJML compiled once, Handlebars compiled once, a pooled
// transport. Prints {mails_per_second, cpu_us}. Usage: mail.mjs PORT COUNT CONNECTIONS
import { readFileSync } from 'node:fs';
import Handlebars from 'handlebars';
import { convert } from 'html-to-text';
import mjml2html from 'mjml';
import nodemailer from 'nodemailer';

const [port, count, connections] = process.argv.slice(2).map(Number);
const source = readFileSync(new URL('mail.mjml', import.meta.url), 'utf8');
const compiled = await mjml2html(source);
const html = Handlebars.compile(compiled.html);
const subject = Handlebars.compile('{{first_name}}, new sneakers', { noEscape: true });
const text = Handlebars.compile(convert(compiled.html), { noEscape: true });
const transport = nodemailer.createTransport({
  host: '127.0.0.1', port, secure: false, ignoreTLS: true, pool: true, maxConnections: connections, maxMessages: Infinity,
});

const started = process.hrtime.bigint();
const before = process.cpuUsage();
let next = 0;
async function work() {
  while (next < count) {
    const n = next++;
    const customer = { first_name: 'Anna', city: 'Sneek' };
    await transport.sendMail({
      from: 'Noordkaap <news@noordkaap.example>', to: `customer${n}@shop.example`, subject: subject(customer),
      html: html(customer), text: text(customer),
      list: { unsubscribe: { url: `https://www.noordkaap.example/u/${n}`, comment: 'Unsubscribe' } },
    });
  }
}
await Promise.all(Array.from({ length: connections * 2 }, work));
const seconds = Number(process.hrtime.bigint() - started) / 1e9;
const { user, system } = process.cpuUsage(before);
transport.close();
console.log(JSON.stringify({ mails_per_second: count / seconds, cpu_us: (user + system) / count }));
