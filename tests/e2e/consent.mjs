// Consent: topics in their order, archived and put back; use of data; the preference page with its preview; the table of what a
// customer allowed, changed with its proof, asked by e-mail, and the customer's own page; a campaign about a topic, a segment of
// who wants it; addresses blocked from a list. In Chromium; the API makes the customer and confirms what the screen says.
import { readFileSync } from 'node:fs';
import { api, eventually, expect, picture, stage } from './harness.mjs';

const RUN = Date.now().toString(36);
const NEWS = `News ${RUN}`;
const TIPS = `Tips ${RUN}`;
const KEY = `news-${RUN}`;

const {
  base, context, page, main, step, accessible, fits, button, box, dialog, tab, title, toast, signIn, finish,
} = await stage({ acceptDownloads: true });

// How a person finds things: by role and name.
const combobox = (name, within = main) => within.getByRole('combobox', { name, exact: true });
/** What was said about a channel, or a topic on one: opens its proof. */
const said = (subject, state) => main.getByRole('button', { name: new RegExp(`^${subject}: *${state}`) });

const topics = async () => (await api('GET', '/api/v1/consent/topics')).items;
const live = async () => (await topics()).filter((one) => !one.archived).map((one) => one.key);

const email = `ilse-${RUN}@mail.example`;
await api('POST', '/api/v1/profiles', {
  identifiers: [{ kind: 'user_id', value: `ilse-${RUN}` }, { kind: 'email', value: email }],
  traits: { first_name: 'Ilse', last_name: 'Brouwer', country: 'NL' },
});
const ilse = await eventually('Ilse is known', async () => {
  const { items } = await api('GET', `/api/v1/profiles?q=${encodeURIComponent(email)}`);
  return items[0] ?? null;
});
const preferences = () => api('GET', `/api/v1/profiles/${ilse.id}/preferences`);
const onEmail = async () => (await preferences()).topics.find((one) => one.key === KEY).channels.find((one) => one.channel === 'email');

await step('the printed link signs in', signIn);

await step('the settings of consent are in the menu', async () => {
  const menu = page.getByRole('navigation', { name: 'Main menu' });
  await menu.getByRole('link', { name: 'Consent and preferences', exact: true }).click();
  await title('Consent and preferences');
  if ((await topics()).length === 0) await main.getByRole('heading', { name: 'Let people choose what they hear about' }).waitFor();
  await accessible('no topics yet');
  await fits('no topics yet');
});

async function addTopic(name, description) {
  await button('New topic').click();
  const form = dialog('New topic');
  await box('Name (English)', form).fill(name);
  await box('Description (English)', form).fill(description);
  return form;
}

await step('a topic is made, in several languages', async () => {
  const form = await addTopic(NEWS, 'New shoes and walks, once a month.');
  await form.getByRole('radiogroup', { name: 'Language of the texts' }).getByText('Nederlands').click();
  await box('Name (Nederlands)', form).fill(`Nieuws ${RUN}`);
  await form.getByText('Not everything is written yet in').waitFor();
  expect((await box('Key', form).inputValue()) === KEY, await box('Key', form).inputValue());
  await form.getByRole('checkbox', { name: 'SMS', exact: true }).check();
  await picture(page, 'consent-topic');
  await accessible('a topic');
  await fits('a topic');
  await button('Save', form).click();
  await form.waitFor({ state: 'hidden' });
  await button('Save', await addTopic(TIPS, 'How to look after your shoes.')).click();
  await main.getByRole('listitem').filter({ hasText: TIPS }).waitFor();
  const topic = (await topics()).find((one) => one.key === KEY);
  expect(topic.name.nl === `Nieuws ${RUN}` && topic.name.en === NEWS, JSON.stringify(topic.name));
  expect(topic.channels.join() === 'email,sms' && topic.double_opt_in, JSON.stringify(topic));
});

await step('the order is changed with a button and with the keyboard', async () => {
  const place = async () => (await live()).indexOf(KEY);
  const before = await place();
  await button(`Move ${NEWS} down`).click();
  await eventually('it is one lower', async () => (await place()) === before + 1);
  await button(`Edit ${NEWS}`).focus();
  await page.keyboard.press('Alt+ArrowUp');
  await eventually('it is back', async () => (await place()) === before);
  await picture(page, 'consent-topics');
  await accessible('topics');
  await fits('topics');
});

await step('a topic is archived, and put back', async () => {
  await button(`Archive ${TIPS}`).click();
  await toast(`“${TIPS}” is archived`);
  await eventually('it is archived', async () => (await topics()).some((one) => one.archived && one.name.en === TIPS));
  await page.getByRole('button', { name: 'Undo', exact: true }).click();
  await eventually('it is offered again', async () => (await topics()).some((one) => !one.archived && one.name.en === TIPS));
});

await step('a use of data gets its lawful basis', async () => {
  await tab('Use of data').click();
  const panel = main.locator('section').filter({ has: page.getByRole('heading', { name: 'Statistics', exact: true }) });
  await combobox('Lawful basis', panel).or(box('Lawful basis', panel)).first().click();
  await page.getByRole('option', { name: 'Legitimate interest', exact: true }).click();
  const unsaved = main.getByText('There are changes that are not saved yet.');
  await unsaved.waitFor();
  await accessible('use of data');
  await fits('use of data');
  await button('Save').click();
  // Not the toast: that of a step before may still be there.
  await unsaved.waitFor({ state: 'detached' });
  const { purposes } = await api('GET', '/api/v1/consent/settings');
  expect(purposes.find((one) => one.purpose === 'analytics').basis === 'legitimate_interest', JSON.stringify(purposes));
});

await step('the preference page is shown as it will be, and a colour that cannot be read is told at once', async () => {
  await tab('Preference page').click();
  await box('Name of the company').fill(`Fjord ${RUN}`);
  const frame = page.frameLocator('iframe[title="Preference page"]');
  await frame.getByText(`Fjord ${RUN}`).first().waitFor();
  await frame.getByText(NEWS).first().waitFor();
  await main.getByRole('radiogroup', { name: 'Language of the preview' }).getByText('Nederlands').click();
  await frame.getByText(`Nieuws ${RUN}`).first().waitFor();
  const background = () => frame.locator('body').evaluate((body) => getComputedStyle(body).backgroundColor);
  const light = await background();
  await main.getByRole('radiogroup', { name: 'Light or dark' }).getByText('Dark').click();
  await eventually('the preview is dark', async () => (await background()) !== light, 10);
  await box('Colour').fill('#ffcc00');
  await main.getByText('Too light: contrast', { exact: false }).waitFor();
  await button('Make it dark enough').click();
  await main.getByText('can be read well', { exact: false }).waitFor();
  await picture(page, 'consent-page');
  await accessible('the preference page');
  await fits('the preference page');
  await button('Save').click();
  await toast('Saved');
  expect((await api('GET', '/api/v1/consent/settings')).company === `Fjord ${RUN}`, 'the company is not saved');
});

await step('the confirmation mail has words of its own', async () => {
  await tab('Confirmation mail').click();
  await main.getByRole('radiogroup', { name: 'Language of the texts' }).getByText('English').click();
  await box('Subject (English)').fill(`One more step ${RUN}`);
  await main.getByText(`One more step ${RUN}`, { exact: true }).first().waitFor();
  await accessible('the confirmation mail');
  await fits('the confirmation mail');
  await button('Discard').click();
  await main.getByText('There are changes that are not saved yet.').waitFor({ state: 'hidden' });
});

await step('the sign-up form can be copied', async () => {
  await tab('Sign-up form').click();
  await main.getByText('/v1/subscribe" method="post"', { exact: false }).waitFor();
  await main.getByText(`value="${KEY}"`, { exact: false }).waitFor();
  await accessible('the sign-up form');
  await fits('the sign-up form');
});

await step('a customer says yes by phone, and the proof can be read back', async () => {
  await page.goto(`${base}/people/${ilse.id}?tab=privacy`);
  await title('Ilse Brouwer');
  const cell = `${NEWS} · E-mail`;
  await said(cell, 'Never asked').click();
  const form = dialog(`${cell}: Ilse Brouwer`);
  await form.getByText('Nothing was ever said about this.').waitFor();
  await form.getByRole('radio', { name: 'Subscribed', exact: true }).check();
  await box('Proof', form).fill(`asked for it on the phone ${RUN}`);
  await picture(page, 'consent-change');
  await accessible('changing a consent');
  await fits('changing a consent');
  await button('Save the change', form).click();
  await said(cell, 'Subscribed').click();
  const again = dialog(`${cell}: Ilse Brouwer`);
  await again.getByLabel('Proof', { exact: true }).first().getByText(`asked for it on the phone ${RUN}`).waitFor();
  await page.keyboard.press('Escape');
  const now = await onEmail();
  expect(now.state === 'subscribed' && now.proof.text.includes(RUN) && now.proof.basis === 'consent', JSON.stringify(now));
  await main.getByRole('table', { name: 'Everything said so far' }).getByText(`asked for it on the phone ${RUN}`, { exact: false }).first().waitFor();
  await picture(page, 'consent-matrix');
  await accessible('what a customer allowed');
  await fits('what a customer allowed');
});

await step('the customer is asked by e-mail, and has a page of their own', async () => {
  await button('Ask by e-mail').click();
  const form = dialog('Ask by e-mail');
  await form.getByText(email, { exact: false }).waitFor();
  await accessible('asking by e-mail');
  await button('Send the mail', form).click();
  await said('E-mail', 'Not confirmed yet').waitFor();
  expect((await preferences()).channels.find((one) => one.channel === 'email').state === 'pending', 'e-mail is not pending');
  await main.getByRole('table', { name: 'Waiting for the person' }).waitFor();
  await button('Preference page').click();
  const link = dialog('Their own preference page');
  const url = await link.locator('code').innerText();
  expect(url.includes('/p/'), url);
  await accessible('the link to the page');
  const theirs = await context.newPage();
  await theirs.goto(base + new URL(url).pathname);
  await theirs.getByText(NEWS).or(theirs.getByText(`Nieuws ${RUN}`)).first().waitFor();
  await accessible('the preference page of a customer', theirs);
  await theirs.close();
  await page.keyboard.press('Escape');
});

await step('a segment asks for the topic', async () => {
  await page.goto(`${base}/segments/new`);
  await title('New segment');
  await button('Add a rule').click();
  await page.getByRole('menuitem', { name: /^Consent/ }).click();
  const rule = main.getByRole('group', { name: 'Rule', exact: true });
  await rule.getByLabel('What the consent is about').selectOption({ label: NEWS });
  await rule.getByLabel('Channel', { exact: true }).selectOption({ label: 'by E-mail' });
  await rule.getByLabel('State').selectOption({ label: 'is subscribed' });
  await eventually('one person fits', async () => /\b1\b/.test(await main.getByRole('status').first().innerText()));
  await picture(page, 'consent-segment');
  await accessible('a rule about a topic');
  await fits('a rule about a topic');
  await box('Name').fill(`Wants the news ${RUN}`);
  await button('Save').click();
  await eventually('the segment is saved', async () => {
    const { items } = await api('GET', '/api/v1/segments?limit=200');
    const segment = items.find((one) => one.name === `Wants the news ${RUN}`);
    return JSON.stringify(segment?.condition ?? '').includes(KEY);
  });
});

await step('a campaign is about the topic', async () => {
  await page.goto(`${base}/campaigns/new`);
  await title('New campaign');
  await box('Name').fill(`About the news ${RUN}`);
  await button('Create the draft').click();
  const about = combobox('What is it about?');
  await about.selectOption({ label: NEWS });
  await main.getByText('Only people who want this topic get it', { exact: false }).waitFor();
  await accessible('a campaign about a topic');
  await fits('a campaign about a topic');
  await eventually('the topic is saved', async () => {
    const { items } = await api('GET', '/api/v1/campaigns?limit=200');
    const { id } = items.find((one) => one.name === `About the news ${RUN}`) ?? {};
    return id && (await api('GET', `/api/v1/campaigns/${id}`)).topic === KEY;
  });
});

await step('addresses are blocked from a list, and exported', async () => {
  await page.goto(`${base}/settings/suppressions`);
  await title('Suppression list');
  await button('Import').click();
  const form = dialog('Block a list of addresses');
  await box('Addresses', form).fill(`email\nblocked-${RUN}@mail.example\nno address`);
  await button('Block 2 addresses', form).click();
  await form.getByText('1 address is blocked.').waitFor();
  await form.getByText('1 line is no address:').waitFor();
  await accessible('a list of addresses');
  await fits('a list of addresses');
  await button('Close', form).last().click();
  await main.getByText(`blocked-${RUN}@mail.example`).waitFor();
  const saving = page.waitForEvent('download');
  await button('Export').click();
  const csv = readFileSync(await (await saving).path(), 'utf8');
  expect(csv.includes(`blocked-${RUN}@mail.example`), csv.slice(0, 200));
});

await finish();
