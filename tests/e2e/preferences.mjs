// A topic, a sign-up form on somebody's site, the mail that asks, its page, and the preference page: without scripts, in
// four languages, with what changed. In Chromium with JavaScript switched off; the API confirms what the pages say.
import {
  accessible, api, env, eventually, expect, openBrowser, picture, story,
} from './harness.mjs';

const PATIENCE_MS = 20_000;
const RUN = Date.now().toString(36);
const TOPIC = `news-${RUN}`;
const EMAIL = `anna-${RUN}@mail.example`;

const { step, end } = story({ chained: true, failed: () => picture(page, 'failed') });
const base = env('API_URL');
const browser = await openBrowser();
// What people use: no scripts at all.
const context = await browser.newContext({ javaScriptEnabled: false, locale: 'en-GB', viewport: { width: 1100, height: 900 } });
const page = await context.newPage();
page.setDefaultTimeout(PATIENCE_MS);
// The same pages for axe, which is a script: the page's own policy would keep it out.
const looking = await browser.newContext({ bypassCSP: true, locale: 'en-GB' });
const glass = await looking.newPage();

async function look(where) {
  await glass.setViewportSize({ width: 1100, height: 900 });
  await glass.goto(page.url());
  await accessible(glass, where);
  await glass.setViewportSize({ width: 360, height: 780 });
  const wide = await glass.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  expect(wide <= 0, `${where}: ${wide} px too wide at 360`);
}

const box = (label, within = page) => within.getByLabel(label);
const press = (name) => page.getByRole('button', { name, exact: true }).click();

async function mailTo(address, subject) {
  return eventually(`a mail "${subject}" to ${address}`, async () => {
    const { items } = await api('GET', `/api/v1/sandbox/messages?q=${encodeURIComponent(address)}`);
    return items.find((mail) => mail.subject === subject);
  });
}

async function linkIn(mail, part) {
  const { links } = await api('GET', `/api/v1/sandbox/messages/${mail.id}`);
  const link = links.find((one) => one.url.includes(part));
  expect(link, `no link with ${part} in the mail: ${JSON.stringify(links)}`);
  return link.url;
}

async function person() {
  const { items } = await api('GET', `/api/v1/profiles?q=${encodeURIComponent(EMAIL)}`);
  return items[0];
}

const held = async () => api('GET', `/api/v1/profiles/${(await person()).id}/preferences`);
const stateOf = (preferences, channel) => preferences.channels.find((one) => one.channel === channel).state;
const topicOf = (preferences) => preferences.topics.find((one) => one.key === TOPIC).channels.find((one) => one.channel === 'email');

let writeKey;
await step('a topic is made, and a source has a write key', async () => {
  await api('POST', '/api/v1/consent/topics', {
    key: TOPIC, name: { en: `News ${RUN}`, nl: `Nieuws ${RUN}` }, channels: ['email'], default: 'opt_in',
  });
  const { items } = await api('GET', '/api/v1/sources');
  writeKey = items.find((source) => source.write_key)?.write_key;
  expect(writeKey, 'no source has a write key');
});

async function signUp() {
  const body = new URLSearchParams({ writeKey, email: EMAIL, topics: TOPIC, language: 'en', text: 'Yes, news please.', text_version: '7' });
  return fetch(`${base}/v1/subscribe`, { method: 'POST', body });
}

await step('a form signs somebody up: pending, and one mail, however often it is sent', async () => {
  for (const answer of [await signUp(), await signUp()]) {
    const text = await answer.text();
    expect(answer.status === 202 && text.includes('Look into your mailbox'), `${answer.status}: ${text}`);
  }
  await eventually('the person is known', person);
  await mailTo(EMAIL, 'Please confirm your subscription');
  const preferences = await held();
  expect(stateOf(preferences, 'email') === 'pending' && topicOf(preferences).why === 'not_confirmed', JSON.stringify(preferences.channels));
  const { items } = await api('GET', `/api/v1/sandbox/messages?q=${encodeURIComponent(EMAIL)}`);
  expect(items.length === 1, `${items.length} mails`);
});

await step('the link shows a button; looking at it confirms nothing', async () => {
  const link = await linkIn(await mailTo(EMAIL, 'Please confirm your subscription'), '/p/confirm/');
  const answer = await page.goto(link);
  const headers = answer.headers();
  expect(/default-src 'none'/.test(headers['content-security-policy']), 'no policy');
  expect(headers['referrer-policy'] === 'no-referrer' && /noindex/.test(headers['x-robots-tag']), JSON.stringify(headers));
  await page.getByRole('heading', { level: 1, name: 'Confirm your subscription' }).waitFor();
  expect(stateOf(await held(), 'email') === 'pending', 'a GET confirmed');
  await look('the confirmation');
  await picture(page, 'confirm');
});

await step('the button confirms, with proof; pressing it again changes nothing', async () => {
  const link = page.url();
  await press('Yes, subscribe me');
  await page.getByRole('heading', { level: 1, name: 'You are subscribed' }).waitFor();
  await eventually('subscribed', async () => stateOf(await held(), 'email') === 'subscribed');
  const topic = topicOf(await held());
  expect(topic.allowed && topic.proof.method === 'double_opt_in' && topic.proof.text === 'Yes, news please.', JSON.stringify(topic));
  await page.goto(link);
  await page.getByRole('heading', { level: 1, name: 'Answered already' }).waitFor();
});

await step('the preference page: a tick taken away is said, and holds', async () => {
  const { url } = await api('POST', `/api/v1/profiles/${(await person()).id}/preferences/link`);
  await page.goto(url);
  await page.getByRole('heading', { level: 1, name: 'Your preferences' }).waitFor();
  await look('the preference page');
  await picture(page, 'preferences');
  const group = page.getByRole('group', { name: `News ${RUN}` });
  expect(await box('E-mail', group).isChecked(), 'the topic is not ticked');
  await box('E-mail', group).uncheck();
  await box('How often?').selectOption('weekly');
  await press('Save');
  await page.getByRole('status').filter({ hasText: 'Saved. This changed:' }).waitFor();
  await eventually('left', async () => topicOf(await held()).why === 'topic_unsubscribed');
  const preferences = await held();
  expect(preferences.frequency === 'weekly' && stateOf(preferences, 'email') === 'subscribed', JSON.stringify(preferences));
  await press('Save');
  await page.getByText('Saved. Nothing changed.').waitFor();
});

await step('the page speaks four languages', async () => {
  for (const [name, title] of [['Nederlands', 'Jouw voorkeuren'], ['Svenska', 'Dina inställningar'], ['Frysk', 'Jo foarkarren'], ['English', 'Your preferences']]) {
    await page.getByRole('link', { name, exact: true }).click();
    await page.getByRole('heading', { level: 1, name: title }).waitFor();
  }
});

await step('a break, and everything off', async () => {
  await box('Take a break').selectOption('14');
  await press('Save');
  await eventually('paused', async () => (await held()).paused_until);
  await press('Unsubscribe from everything');
  await page.getByText('You are unsubscribed from everything.').waitFor();
  await eventually('left all', async () => stateOf(await held(), 'email') === 'unsubscribed');
});

await step('own data and erasure come by a mail to the person alone', async () => {
  await press('Ask to be erased');
  await page.getByRole('status').filter({ hasText: 'We sent a mail to a' }).waitFor();
  const { id } = await person();
  const link = await linkIn(await mailTo(EMAIL, 'Do you want to be erased?'), '/p/confirm/');
  const preferences = page.url();
  await page.goto(link);
  await look('the erasure');
  await press('Erase everything about me');
  await page.getByRole('heading', { level: 1, name: 'You will be erased' }).waitFor();
  await eventually('erased', async () => (await fetch(`${base}/api/v1/profiles/${id}`, { headers: { authorization: `Bearer ${env('API_KEY')}` } })).status === 404);
  expect((await page.goto(preferences)).status() === 404, 'somebody erased still has a page');
});

await step('a link that was changed leads nowhere', async () => {
  for (const path of ['/p/AAAA', '/p/confirm/AAAA', `/p/${'x'.repeat(3000)}`]) {
    expect((await fetch(base + path)).status === 404, path);
  }
});

await browser.close();
end();
