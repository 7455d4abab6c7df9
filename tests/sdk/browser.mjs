// The browser libraries in Chromium, on a page of another origin than the server's.
import { readFile } from 'node:fs/promises';
import http from 'node:http';

const PERSONS_BROWSER =
  'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36';

const UMD = new URL('node_modules/@segment/analytics-next/dist/umd/', import.meta.url);
const FLUSHED_MS_MAX = 45_000;

const calls = (api, event, user, count) => `
  ${api}.identify(${JSON.stringify(user)}, { email: ${JSON.stringify(`${user}@example.com`)} });
  for (let number = 0; number < ${count}; number++) {
    ${api}.track(${JSON.stringify(event)}, { number, total: 12.5, nested: { text: 'Ljouwert — Fryslân 🎿' } });
  }`;

/** analytics-next from npm, with the settings document this server hands out. */
export function analyticsNextPage({ host, event, user, writeKey, count }) {
  const options = { integrations: { 'Segment.io': { apiHost: `${host.replace('http://', '')}/v1`, protocol: 'http' } } };
  return `<!doctype html><meta charset="utf-8"><title>Shop</title><script src="/umd/index.js"></script><script>
    const analytics = window.AnalyticsNext.AnalyticsBrowser.load(
      { writeKey: ${JSON.stringify(writeKey)}, cdnURL: ${JSON.stringify(host)} }, ${JSON.stringify(options)});
    analytics.page();
    ${calls('analytics', event, user, count)}
    window.done = analytics.ready();
  </script>`;
}

/** Our own library, from the server. */
export function tuttiPage({ host, api, event, user, writeKey, count }) {
  return `<!doctype html><meta charset="utf-8"><title>Shop</title>
  <script>window.tutti = window.tutti || [];</script>
  <script src="${api}/sdk/tutti.js" data-host="${host}" data-write-key="${writeKey}"></script>
  <script>${calls('tutti', event, user, count)}
    window.done = Promise.resolve();
  </script>`;
}

export async function deliverInBrowser(browser, html) {
  const server = http.createServer(async (request, response) => {
    if (request.url.startsWith('/umd/')) {
      const body = await readFile(new URL(`.${request.url.slice(4)}`, UMD)).catch(() => null);
      response.writeHead(body ? 200 : 404, { 'content-type': 'text/javascript' }).end(body);
      return;
    }
    response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end(request.url.startsWith('/?') ? html : '');
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  try {
    // A browser without a window says so in its user agent, and is kept apart as a bot: this one plays a person's.
    const page = await browser.newPage({ userAgent: PERSONS_BROWSER });
    const errors = [];
    page.on('pageerror', (error) => errors.push(error.message));
    // Another name than the server's, so that CORS and third-party rules apply.
    await page.goto(`http://localhost:${server.address().port}/?utm_source=test&utm_campaign=sdk`);
    await page.evaluate('window.done');
    let quiet = 0;
    let last = Date.now();
    page.on('request', () => (last = Date.now()));
    const end = Date.now() + FLUSHED_MS_MAX;
    // Retries may wait; the network has been quiet for a while when everything was delivered.
    while (quiet < 6_000 && Date.now() < end) {
      await new Promise((resolve) => setTimeout(resolve, 200));
      quiet = Date.now() - last;
    }
    if (errors.length) throw new Error(`the page failed: ${errors[0]}`);
  } finally {
    server.closeAllConnections();
    server.close();
  }
}
