// Pictures of the screens that are empty in a fresh demo: sets up a little of each through the API, as a shop would, opens it
// and keeps the picture. For scripts/screenshots; the stories beside this one are the tests. Names are those of docs/images.
import { api, env, eventually, expect, openBrowser, picture, story } from './harness.mjs';
import { merchantFeed, openShop } from './shop.mjs';

const PATIENCE_MS = 30_000;
const WIDE = { width: 1360, height: 900 };
/** Lists are there and skeletons have faded. */
const FADES_MS = 700;

const { step, end } = story({ failed: () => picture(page, 'failed') });
const base = env('API_URL');
const browser = await openBrowser();
const context = await browser.newContext({ viewport: WIDE, colorScheme: 'light', locale: 'en-GB' });
const page = await context.newPage();
page.setDefaultTimeout(PATIENCE_MS);
const main = page.getByRole('main');

const button = (name, within = main) => within.getByRole('button', { name, exact: true });
const title = (name) => main.getByRole('heading', { level: 1, name, exact: true }).waitFor();

/** Toasts have gone, skeletons have faded. */
async function keep(name) {
  await page.locator('.mantine-Notification-root').first().waitFor({ state: 'detached' }).catch(() => {});
  await page.waitForTimeout(FADES_MS);
  await picture(page, name);
}

async function visit(path, heading, name) {
  await page.goto(base + path);
  await title(heading);
  if (name) await keep(name);
}

async function collect(calls) {
  const authorization = `Basic ${Buffer.from(`${env('WRITE_KEY')}:`).toString('base64')}`;
  const answer = await fetch(`${base}/v1/batch`, {
    method: 'POST', headers: { authorization, 'content-type': 'application/json' }, body: JSON.stringify({ batch: calls }),
  });
  expect(answer.ok, `/v1/batch: ${answer.status} ${await answer.text()}`);
}

/** Customers with a number and an order, seen last first. */
async function customers(count) {
  const { items } = await api('GET', '/api/v1/profiles?limit=200');
  const found = [];
  for (const person of items.filter((one) => one.orders > 0 && one.email)) {
    const { identifiers } = await api('GET', `/api/v1/profiles/${person.id}/identity`);
    const user = identifiers.find((one) => one.kind === 'user_id')?.value;
    if (user) found.push({ ...person, user, identifiers });
    if (found.length === count) return found;
  }
  return null;
}

await step('the printed link signs in', async () => {
  await page.goto(env('SIGN_IN_URL'));
  await page.locator('main h1, main h2').first().waitFor();
});

const people = await eventually('there are customers with orders', () => customers(6));

await step('computed traits', async () => {
  for (const starter of ['revenue', 'visit', 'orders']) {
    await visit(`/computed-traits/new?starter=${starter}`, 'New computed trait');
    await main.getByRole('table', { name: 'Preview', exact: true }).waitFor();
    if (starter === 'orders') await keep('computed-trait-editor');
    await button('Save').click();
    await page.waitForURL((url) => !url.pathname.endsWith('/new'));
  }
  await eventually('all are worked out', async () => {
    const { items } = await api('GET', '/api/v1/computed-traits');
    return items.length >= 3 && items.every((one) => one.status === 'live');
  });
  await visit('/computed-traits', 'Computed traits', 'computed-traits');
});

await step('the tracking plan', async () => {
  const { items } = await eventually('events are suggested', async () => {
    const found = await api('GET', '/api/v1/plan/suggestions');
    return found.items.length >= 4 ? found : null;
  });
  const events = items.slice(0, 6).map(({ kind, name }) => ({ kind, name }));
  await api('POST', '/api/v1/plan/adopt', { events });
  await api('PUT', '/api/v1/plan/settings', {
    enabled: true, unplanned_events: 'count', unplanned_properties: 'count', on_violation: 'count',
  });
  const viewed = (user, price) => ({ type: 'track', userId: user, event: 'Product Viewed', properties: {
    product_id: 'NK-1001', name: 'Kanaal Low', brand: 'Noordkaap', category: 'sneakers', price, quantity: 1 } });
  await eventually('what is not as planned is counted', async () => {
    await collect(people.map(({ user }, at) => viewed(user, at % 3 === 0 ? '89,95' : 89.95)));
    return (await api('GET', '/api/v1/plan')).last_24h.violating > 0;
  });
  await visit('/plan', 'Tracking plan', 'tracking-plan');
  const planned = (await api('GET', '/api/v1/plan/events?limit=50')).items
    .sort((a, b) => b.property_count - a.property_count)[0];
  await visit(`/plan/${planned.id}`, planned.name, 'planned-event');
});

const TOPICS = [
  { key: 'news', name: { en: 'News', nl: 'Nieuws', sv: 'Nyheter', fy: 'Nijs' }, channels: ['email'],
    description: { en: 'What is new in the shop, once a month.' } },
  { key: 'offers', name: { en: 'Offers', nl: 'Aanbiedingen', sv: 'Erbjudanden', fy: 'Oanbiedingen' }, channels: ['email', 'sms'],
    description: { en: 'Now and then, something for less.' } },
  { key: 'walks', name: { en: 'Walks', nl: 'Wandelingen', sv: 'Vandringar', fy: 'Kuiers' }, channels: ['email'],
    description: { en: 'Routes near you, in spring and autumn.' } },
];

await step('consent: the topics, one customer, their own page', async () => {
  for (const topic of TOPICS) await api('POST', '/api/v1/consent/topics', { default: 'opt_in', ...topic });
  await visit('/settings/consent', 'Consent and preferences', 'settings-consent');
  const [person] = people;
  await visit(`/people/${person.id}?tab=privacy`, person.label, 'consent');
  const { url } = await api('POST', `/api/v1/profiles/${person.id}/preferences/link`);
  await page.goto(base + new URL(url).pathname);
  await page.getByRole('heading', { level: 1 }).waitFor();
  const english = page.getByRole('link', { name: 'English', exact: true });
  if (await english.count()) await english.click();
  await keep('preference-page');
});

await step('companies', async () => {
  const { items } = await api('GET', '/api/v1/companies?sort=members');
  // What the people of a small company come to is worked out when somebody opens it.
  for (const { id } of items) await api('GET', `/api/v1/companies/${id}`);
  await visit('/companies', 'Companies', 'companies');
  await visit(`/companies/${items[0].id}`, items[0].name, 'company');
});

const called = (at) => ({
  event: 'call.ended', id: `call-${at}`, created_at: new Date(Date.now() - at * 3_600_000).toISOString(),
  customer: { id: people[at].user, email: people[at].email }, seconds: 60 + 45 * at, reason: 'delivery',
});

await step('a webhook, from payload to event', async () => {
  const connection = await api('POST', '/api/v1/connections', {
    name: 'Call centre', definition: { kind: 'webhook', signature: { scheme: 'none' }, mapping: { rules: [] } },
  });
  for (let at = 0; at < 4; at += 1) {
    const answer = await fetch(connection.webhook_url, {
      method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(called(at)),
    });
    expect(answer.ok, `the address answers ${answer.status}`);
  }
  await visit(`/sources/${connection.id}?tab=mapping`, 'Call centre');
  await button('Suggest a mapping').click();
  await main.getByText('This payload becomes 1 event.').waitFor();
  await keep('webhook-mapping');
  await button('Save the mapping').click();
  await page.getByRole('button', { name: 'Replay', exact: true }).click();
  await eventually('the payloads are events', async () => {
    const { items } = await api('GET', `/api/v1/connections/${connection.id}/payloads`);
    return items.every((one) => one.state === 'mapped');
  });
  await visit(`/sources/${connection.id}`, 'Call centre');
  await main.getByRole('heading', { name: 'It works' }).waitFor();
  await keep('webhook');
});

await step('identity: the rules, and who one customer is made of', async () => {
  await visit('/settings/identity', 'Identity', 'identity-rules');
  const [most] = [...people].sort((a, b) => b.identifiers.length - a.identifiers.length);
  await visit(`/people/${most.id}?tab=identity`, most.label);
  await main.getByRole('heading', { level: 2, name: 'Who this is made of' }).waitFor();
  await keep('person-identity');
});

const PHONE = 'Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Mobile Safari/537.36';
const LAPTOP = 'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Safari/605.1.15';

await step('the devices of a customer', async () => {
  const [{ id, user, label }] = people;
  const seen = (userAgent, more) => ({
    type: 'track', userId: user, event: 'Store Searched', properties: {},
    context: { userAgent, locale: 'nl-NL', timezone: 'Europe/Amsterdam', ...more },
  });
  await collect([
    seen(PHONE, { device: { id: 'pixel-8-of-a-customer', type: 'android', token: 'token-of-the-phone' }, app: { name: 'Noordkaap', version: '4.2.0' } }),
    seen(LAPTOP, {}),
  ]);
  await eventually('the devices are known', async () => (await api('GET', `/api/v1/profiles/${id}/devices`)).items.length >= 2);
  await visit(`/people/${id}?tab=devices`, label, 'person-devices');
});

await step('how long things are kept', async () => {
  const rules = [
    { target: { what: 'event', name: 'Product Viewed' }, keep: { amount: 13, unit: 'month' }, action: 'delete' },
    { target: { what: 'kind', name: 'page' }, keep: { amount: 6, unit: 'month' }, action: 'anonymise' },
  ];
  for (const rule of rules) await api('POST', '/api/v1/retention/rules', rule);
  const { id } = await api('POST', '/api/v1/retention/dry-run', {});
  await eventually('the dry run is done', async () => (await api('GET', `/api/v1/retention/runs/${id}`)).state === 'done');
  await visit('/settings/retention', 'Data retention', 'settings-retention');
});

/** What the customers of the demo bought, as the shop's feed would tell it. */
async function bought(shopUrl) {
  const { items } = await api('GET', '/api/v1/profiles?limit=60');
  const found = new Map();
  for (const { id } of items) {
    const timeline = await api('GET', `/api/v1/profiles/${id}/timeline?limit=200&name=Order%20Completed`);
    for (const line of timeline.items.flatMap((event) => event.properties.products ?? [])) found.set(line.product_id, line);
    if (found.size >= 24) break;
  }
  return [...found.values()].map((line, at) => ({
    id: line.product_id, title: line.name, brand: line.brand, product_type: `Shoes > ${line.category}`,
    price: `${line.price.toFixed(2)} EUR`, availability: ['in_stock', 'in_stock', 'in_stock', 'out_of_stock', 'preorder'][at % 5],
    ...(at % 4 === 0 ? { sale_price: `${(line.price * 0.8).toFixed(2)} EUR` } : {}),
    item_group_id: line.name.split(' ')[0], gtin: '4006381333931', color: ['black', 'sand', 'blue'][at % 3], material: 'leather',
    description: `${line.name} by ${line.brand}, for every day.`,
    link: `https://shop.example/${line.product_id}`, image_link: `${shopUrl}/${line.product_id}.svg`,
  }));
}

/** Into the catalogue of the demo, where it has one: its products get pictures. */
async function sendFeed(source, products) {
  const answer = await fetch(`${base}/api/v1/products/feed?mode=update&source=${encodeURIComponent(source)}`, {
    method: 'POST', headers: { authorization: `Bearer ${env('API_KEY')}`, 'content-type': 'application/octet-stream' },
    body: merchantFeed(products),
  });
  const text = await answer.text();
  expect(answer.ok, `the feed: ${answer.status} ${text}`);
  const { id } = JSON.parse(text);
  await eventually('the feed is read', async () => (await api('GET', `/api/v1/products/runs/${id}`)).state === 'done');
  return id;
}

await step('products, from the feed to the customer', async () => {
  const shop = await openShop();
  const products = await bought(shop.url);
  const [known] = (await api('GET', '/api/v1/products/sources')).items;
  const source = known?.source ?? 'shop';
  await sendFeed(source, products);
  await sendFeed(source, products.map((one, at) => (at === 0 ? { ...one, price: '74.95 EUR', sale_price: '64.95 EUR' } : one)));
  const run = await sendFeed(source, [...products, { id: 'NK-9999', title: 'Sold by the pair', price: '12.90' }]);
  await visit('/products?q=NK', 'Products', 'products');
  const { items } = await api('GET', `/api/v1/products?source=${encodeURIComponent(source)}&q=${products[0].id}`);
  await visit(`/products/${items[0].id}`, items[0].title, 'product');
  await page.goto(`${base}/products/feeds/${run}`);
  await main.getByRole('heading', { level: 1, name: /^Feed: / }).waitFor();
  await keep('product-feed');
  const [person] = people;
  await visit(`/people/${person.id}?event=Order%20Completed`, person.label, 'person-products');
  shop.close();
});

await browser.close();
end();
