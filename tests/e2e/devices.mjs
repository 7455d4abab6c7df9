// Devices: a telephone and a computer on a customer's page, one that can get push messages, a page that teaches for who has
// none; and how much is kept of an internet address. In Chromium; a website and an app are played through the collection
// API, and the API confirms what the screen says.
import { api, collect, eventually, expect, picture, stage } from './harness.mjs';

const RUN = Date.now().toString(36);
const IPHONE = 'Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Mobile/15E148 Safari/604.1';
const WINDOWS = 'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36';
const ANDROID = 'Mozilla/5.0 (Linux; Android 14; SM-S921B) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Mobile Safari/537.36';

const { base, page, main, step, accessible, fits, button, title, toast, signIn, finish } = await stage();

const radio = (name) => main.getByRole('radio', { name, exact: true });

let told = 0;
async function tell(userId, userAgent, more = {}) {
  told += 1;
  await collect('track', {
    type: 'track', userId, event: 'Product Viewed', messageId: `${userId}-${told}`,
    context: { userAgent, locale: 'nl-NL', timezone: 'Europe/Amsterdam', ...more },
  });
}

async function customer(user, name) {
  await api('POST', '/api/v1/profiles', {
    identifiers: [{ kind: 'user_id', value: user }, { kind: 'email', value: `${user}@mail.example` }], traits: { name },
  });
  return eventually(`${name} is known`, async () => {
    const { items } = await api('GET', `/api/v1/profiles?q=${encodeURIComponent(`${user}@mail.example`)}`);
    return items[0];
  });
}

const devicesOf = async (id) => (await api('GET', `/api/v1/profiles/${id}/devices`)).items;

const daan = await customer(`daan-${RUN}`, `Daan Toestel ${RUN}`);
const none = await customer(`none-${RUN}`, `Nina Zonder ${RUN}`);
await tell(`daan-${RUN}`, IPHONE, { location: { country: 'NL', city: 'Leeuwarden' } });
await tell(`daan-${RUN}`, WINDOWS);
await tell(`daan-${RUN}`, ANDROID, { device: { id: `phone-${RUN}`, type: 'android', token: `token-${RUN}` }, app: { name: 'Fjord', version: '4.2.0' } });

await step('the printed link signs in', signIn);

await step('a customer’s devices stand on their page by name', async () => {
  await eventually('three devices are known', async () => (await devicesOf(daan.id)).length === 3);
  await page.goto(`${base}/people/${daan.id}`);
  await title(`Daan Toestel ${RUN}`);
  await main.getByRole('tab', { name: 'Devices', exact: true }).click();
  const list = main.getByRole('list', { name: 'Devices', exact: true });
  const iphone = list.getByRole('article', { name: 'iPhone, Safari 18', exact: true });
  await iphone.getByText('iOS 18.1', { exact: true }).waitFor();
  await iphone.getByText('Dutch (Netherlands)', { exact: true }).waitFor();
  await iphone.getByText('Europe/Amsterdam', { exact: true }).waitFor();
  await iphone.getByText('Leeuwarden, Netherlands', { exact: true }).waitFor();
  await iphone.getByText('on 1 of 60 days', { exact: true }).waitFor();
  await list.getByRole('article').filter({ hasText: 'Chrome 131' }).filter({ hasText: 'Windows' }).waitFor();
  await picture(page, 'devices');
  await accessible('the devices of a customer');
  await fits('the devices of a customer');
});

await step('which of them gets push messages is told, the token is not', async () => {
  const reached = main.getByRole('article').filter({ hasText: 'can be reached' });
  expect((await reached.count()) === 1, `${await reached.count()} devices can be reached`);
  await reached.getByText('Android 14', { exact: true }).waitFor();
  expect(!JSON.stringify(await devicesOf(daan.id)).includes(`token-${RUN}`), 'the answer holds the token');
});

await step('who was seen on none has a page that says how they come', async () => {
  await page.goto(`${base}/people/${none.id}?tab=devices`);
  await main.getByRole('heading', { name: 'No device is known yet' }).waitFor();
  await picture(page, 'devices-empty');
  await accessible('no device');
  await fits('no device');
});

await step('how much of an internet address is kept is chosen in the settings of the workspace', async () => {
  await page.goto(`${base}/settings/workspace`);
  await title('Workspace');
  expect(await radio('Shortened (recommended)').isChecked(), 'addresses are not shortened by default');
  await radio('Not at all').check();
  await picture(page, 'settings-ip');
  await accessible('the settings of IP addresses');
  await fits('the settings of IP addresses');
  await button('Save what is kept of IP addresses').click();
  await toast('It holds for events from now on.');
  expect((await api('GET', '/api/v1/privacy')).ip === 'dropped', 'addresses are still kept');
  await page.reload();
  await radio('Not at all').waitFor();
  expect(await radio('Not at all').isChecked(), 'the choice is not shown');
  await radio('Shortened (recommended)').check();
  await button('Save what is kept of IP addresses').click();
  await eventually('addresses are shortened again', async () => (await api('GET', '/api/v1/privacy')).ip === 'truncated');
});

await finish();
