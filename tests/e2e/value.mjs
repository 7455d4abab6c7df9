// What a customer is worth: recency, frequency and money on their page, in words, and why. In Chromium; the orders come through
// the collection API, and the API confirms what the screen says.
import {
  api, env, eventually, expect, lookout, openBrowser, picture, story,
} from './harness.mjs';

const PATIENCE_MS = 20_000;
const DAY_MS = 86_400_000;
const RUN = Date.now().toString(36);
const BEST = `best-${RUN}`;

const { step, end } = story({ chained: true, failed: () => picture(page, 'failed') });
const browser = await openBrowser();
const context = await browser.newContext({ viewport: { width: 1360, height: 900 }, colorScheme: 'light', locale: 'en-GB' });
const page = await context.newPage();
page.setDefaultTimeout(PATIENCE_MS);
const { accessible, conclude, fits } = lookout(page);
const main = page.getByRole('main');

async function order(userId, number, daysAgo, revenue) {
  const answer = await fetch(`${env('API_URL')}/v1/track`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      writeKey: env('WRITE_KEY'),
      userId,
      event: 'Order Completed',
      messageId: `${userId}-${number}`,
      timestamp: new Date(Date.now() - daysAgo * DAY_MS).toISOString(),
      properties: { order_id: `${userId}-${number}`, revenue, currency: 'EUR' },
    }),
  });
  expect(answer.ok, `an order is not taken: ${answer.status}`);
}

for (let number = 0; number < 12; number += 1) await order(BEST, number, number, 900);
const found = await eventually('the customer is there', async () => {
  const { items } = await api('GET', `/api/v1/profiles?q=${BEST}`);
  return items[0]?.orders === 12 && items[0];
});
const counted = await api('PUT', '/api/v1/measure/rfm', {});
expect(counted.counted?.customers > 0, `nothing was counted: ${JSON.stringify(counted)}`);

await step('the printed link signs in', async () => {
  await page.goto(env('SIGN_IN_URL'));
  await page.locator('main h1').first().waitFor();
});

await step('the page of a customer shows the three scores, their name, and why', async () => {
  const { value } = await api('GET', `/api/v1/profiles/${found.id}`);
  expect(value.rfm?.segment === 'champions', `not a champion: ${JSON.stringify(value.rfm)}`);
  await page.goto(`${env('API_URL')}/people/${found.id}`);
  await main.getByRole('heading', { name: 'Recency, frequency, money', exact: true }).waitFor();
  await main.getByText('Champion', { exact: true }).waitFor();
  const cell = main.getByRole('button', { name: /^Frequency\s*[45]\s*of 5\s*12 orders/ });
  await cell.focus();
  await page.getByRole('tooltip').getByText(/^5: more than /).waitFor();
  await picture(page, 'rfm');
  await accessible('recency, frequency and money');
  await fits('recency, frequency and money');
});

await step('boundaries by hand hold at once', async () => {
  const boundaries = { recency_days: [5, 10, 20, 40], frequency: [20, 30, 40, 50], monetary_minor: [1, 2, 3, 4] };
  await api('PUT', '/api/v1/measure/rfm', { boundaries });
  await page.reload();
  await main.getByRole('button', { name: /^Frequency\s*1\s*of 5/ }).waitFor();
  await api('PUT', '/api/v1/measure/rfm', {});
});

await conclude(step);

await browser.close();
end();
