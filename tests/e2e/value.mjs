// What a customer is worth: recency, frequency and money on their page, in words, and why. In Chromium; the orders come through
// the collection API, and the API confirms what the screen says.
import { api, collect, env, eventually, expect, picture, stage } from './harness.mjs';

const DAY_MS = 86_400_000;
const RUN = Date.now().toString(36);
const BEST = `best-${RUN}`;

const { page, main, step, accessible, fits, signIn, finish } = await stage();

const order = (userId, number, daysAgo, revenue) => collect('track', {
  userId,
  event: 'Order Completed',
  messageId: `${userId}-${number}`,
  timestamp: new Date(Date.now() - daysAgo * DAY_MS).toISOString(),
  properties: { order_id: `${userId}-${number}`, revenue, currency: 'EUR' },
});

for (let number = 0; number < 12; number += 1) await order(BEST, number, number, 900);
const found = await eventually('the customer is there', async () => {
  const { items } = await api('GET', `/api/v1/profiles?q=${BEST}`);
  return items[0]?.orders === 12 && items[0];
});
const counted = await api('PUT', '/api/v1/measure/rfm', {});
expect(counted.counted?.customers > 0, `nothing was counted: ${JSON.stringify(counted)}`);

await step('the printed link signs in', signIn);

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

await step('the scores of everybody are found by their name, and read well in light, in dark and on a telephone', async () => {
  await page.goto(`${env('API_URL')}/people`);
  await main.getByRole('link', { name: 'RFM scores', exact: true }).click();
  await main.getByRole('table', { name: 'Who stands where' }).getByText('Champion', { exact: true }).first().waitFor();
  await accessible('the scores of everybody');
  await fits('the scores of everybody');
});

await step('boundaries that cannot be are said in the row they stand in, and not sent', async () => {
  await main.getByRole('switch', { name: 'Choose the boundaries myself' }).press(' ');
  const orders = main.getByRole('group', { name: 'Orders', exact: true });
  await orders.getByRole('textbox').first().fill('999');
  await main.getByRole('button', { name: 'Save', exact: true }).click();
  await orders.getByText('Each number must be at least the one before.').waitFor();
  expect((await api('GET', '/api/v1/measure/rfm')).boundaries == null, 'what cannot be was saved');
  await page.goto(`${env('API_URL')}/people/${found.id}`);
});

await step('boundaries by hand hold at once', async () => {
  const boundaries = { recency_days: [5, 10, 20, 40], frequency: [20, 30, 40, 50], monetary_minor: [1, 2, 3, 4] };
  await api('PUT', '/api/v1/measure/rfm', { boundaries });
  await page.reload();
  await main.getByRole('button', { name: /^Frequency\s*1\s*of 5/ }).waitFor();
  await api('PUT', '/api/v1/measure/rfm', {});
});

await finish();
