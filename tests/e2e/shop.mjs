// A shop for the stories: it serves a drawing for any product, nothing below /missing, and a product feed at /feed.xml.
import { createServer } from 'node:http';

const SVG = (hue) => `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 60 60" width="60" height="60">
  <rect width="60" height="60" fill="hsl(${hue} 40% 94%)"/>
  <path d="M8 36q1-12 11-16l9 9 17 5q8 2 8 9H8z" fill="hsl(${hue} 45% 45%)"/><path d="M8 43h45v4H8z" fill="hsl(${hue} 30% 25%)"/></svg>`;

/** The same colour for the same address. */
const hueOf = (address) => [...address].reduce((sum, letter) => (sum * 31 + letter.charCodeAt(0)) % 360, 7);

const escaped = (value) => String(value).replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

/** A feed as shops make it for Google Merchant; each product an object of its attributes. */
export function merchantFeed(products) {
  const items = products.map((one) =>
    `<item>${Object.entries(one).map(([name, value]) => `<g:${name}>${escaped(value)}</g:${name}>`).join('')}</item>`);
  return `<?xml version="1.0" encoding="UTF-8"?>
<rss version="2.0" xmlns:g="http://base.google.com/ns/1.0"><channel>
<title>Shop</title><link>https://shop.example</link><description>Shoes</description>
${items.join('\n')}
</channel></rss>`;
}

/** `feed` says what stands at /feed.xml at that moment. */
export async function openShop(feed = () => '') {
  const server = createServer((request, response) => {
    if (request.url.startsWith('/missing')) return response.writeHead(404).end();
    if (request.url === '/feed.xml') return response.setHeader('content-type', 'application/xml').end(feed());
    return response.setHeader('content-type', 'image/svg+xml').end(SVG(hueOf(request.url)));
  });
  await new Promise((done) => { server.listen(0, '127.0.0.1', done); });
  return { url: `http://127.0.0.1:${server.address().port}`, close: () => server.close() };
}
