// Computed traits: one from a starter, one over events with a preview, a formula with a mistake in it; on the customer's page,
// in a segment, in use, deleted. In Chromium; the API makes the customers and confirms what the screen says.
import { api, env, eventually, expect, picture, stage } from './harness.mjs';

const RUN = Date.now().toString(36);
const EVENT = `Sock Bought ${RUN}`;
const TOTAL = 'total_price_90d';
const COUNT = `socks_${RUN}`;
const EACH = `price_each_${RUN}`;

const { base, page, main, step, accessible, fits, button, dialog, title, signIn, finish } = await stage();

// How a person finds things: by role and name.
const row = (table, name) => main.getByRole('table', { name: table, exact: true }).getByRole('row').filter({ hasText: name });

/** One question of the browser about unsaved work, answered; what it said. */
function answered(yes) {
  return new Promise((resolve) => {
    page.once('dialog', async (asked) => {
      const text = asked.message();
      await (yes ? asked.accept() : asked.dismiss());
      resolve(text);
    });
  });
}

async function send(...batch) {
  const authorization = `Basic ${Buffer.from(`${env('WRITE_KEY')}:`).toString('base64')}`;
  const response = await fetch(`${base}/v1/batch`, {
    method: 'POST',
    headers: { authorization, 'content-type': 'application/json' },
    body: JSON.stringify({ batch }),
  });
  expect(response.ok, `/v1/batch: ${response.status} ${await response.text()}`);
}

const bought = (userId, price, colour) => ({ type: 'track', userId, event: EVENT, properties: { price, colour } });
const known = (userId, name) => ({ type: 'identify', userId, traits: { name, email: `${userId}@mail.example` } });

const anna = { user: `anna-${RUN}`, name: `Anna Sok ${RUN}` };
const bert = { user: `bert-${RUN}`, name: `Bert Sok ${RUN}` };
await send(
  known(anna.user, anna.name), known(bert.user, bert.name),
  bought(anna.user, 10, 'red'), bought(anna.user, 20, 'blue'), bought(anna.user, 30, 'red'), bought(bert.user, 5, 'blue'),
);

async function idOf(person) {
  const { items } = await eventually(`${person.name} is known`, async () => {
    const answer = await api('GET', `/api/v1/profiles?q=${encodeURIComponent(`${person.user}@mail.example`)}`);
    return answer.items.length === 1 ? answer : null;
  });
  return items[0].id;
}
anna.id = await idOf(anna);
bert.id = await idOf(bert);

const traitOf = async (person, name) =>
  (await api('GET', `/api/v1/profiles/${person.id}`)).traits.find((one) => one.name === name);
const comesTo = (person, name, value) => eventually(`${name} of ${person.name} is ${value}`, async () =>
  (await traitOf(person, name))?.value === value);
const all = async () => (await api('GET', '/api/v1/computed-traits')).items;
const named = async (name) => (await all()).find((one) => one.name === name);
const live = (name) => eventually(`${name} is up to date`, async () => {
  const trait = await named(name);
  expect(trait?.status !== 'failed', `${name} failed: ${trait?.failure}`);
  return trait?.status === 'live';
});
await eventually('the event and its details are offered', async () => {
  const { items } = await api('GET', `/api/v1/events/${encodeURIComponent(EVENT)}/properties?limit=50`).catch(() => ({ items: [] }));
  return items.some((one) => one.name === 'price');
});

await step('the printed link signs in', async () => {
  await signIn();
  await page.goto(`${base}/people`);
  await title('People');
});

await step('the menu leads to a page that teaches, with three to begin with', async () => {
  expect((await all()).length === 0, 'this story begins without computed traits');
  await page.getByRole('navigation', { name: 'Main menu' }).getByRole('link', { name: 'Computed traits', exact: true }).click();
  await title('Computed traits');
  await main.getByRole('heading', { name: 'No computed trait yet' }).waitFor();
  for (const name of [/^Orders in the last 90 days/, /^Total revenue/, /^Days since the last visit/]) {
    await main.getByRole('link', { name }).waitFor();
  }
  await picture(page, 'computed-empty');
  await accessible('no computed trait');
  await fits('no computed trait');
});

await step('a starter is there with one click, named and tried out', async () => {
  await main.getByRole('link', { name: /^Orders in the last 90 days/ }).click();
  await title('New computed trait');
  expect((await main.getByLabel('Name', { exact: false }).first().inputValue()) === 'order_completed_count_90d', 'another name is suggested');
  await main.getByText(/customers? looked at would have a value\./).waitFor();
  await main.getByText(/Order Completed.*90 days/).first().waitFor();
  await picture(page, 'computed-starter');
  await accessible('a starter');
  await fits('a starter');
  // Nothing was changed: nobody asks.
  await main.getByRole('link', { name: '← Computed traits' }).click();
  await title('Computed traits');
});

await step('over an event, with its real details; the name follows and the preview knows the customers', async () => {
  await main.getByRole('link', { name: 'New computed trait', exact: true }).first().click();
  await title('New computed trait');
  await main.getByText('Choose an event first.').waitFor();
  const event = main.getByRole('combobox', { name: 'Event', exact: true });
  await event.click();
  await event.fill(EVENT);
  await page.getByRole('option', { name: EVENT }).click();
  await main.getByRole('combobox', { name: 'What to work out' }).click();
  await page.getByRole('option', { name: /^the total/ }).click();
  await main.getByText('Choose the detail to work with.').waitFor();
  await main.getByRole('combobox', { name: 'Detail of the event' }).click();
  const first = page.getByRole('listbox').getByRole('option').first();
  await first.waitFor();
  expect((await first.innerText()).startsWith('price'), 'the numbers are not first');
  await first.click();
  await row('Preview', anna.name).filter({ hasText: '60' }).waitFor();
  await row('Preview', bert.name).filter({ hasText: '5' }).waitFor();
  expect((await main.getByRole('textbox', { name: 'Name' }).inputValue()) === TOTAL, 'the name does not follow');
  await picture(page, 'computed-editor');
  await accessible('the editor');
  await fits('the editor');
});

await step('a filter with a value is part of it, and is undone and done again', async () => {
  await button('Only with certain details').click();
  const detail = main.getByRole('combobox', { name: 'Detail of the event' }).nth(1);
  await detail.click();
  await page.getByRole('option', { name: 'colour' }).click();
  await main.getByLabel('Value', { exact: true }).fill('red');
  await row('Preview', anna.name).filter({ hasText: '40' }).waitFor();
  await accessible('the editor with a filter');
  await fits('the editor with a filter');
  await button('Undo').click();
  await row('Preview', anna.name).filter({ hasText: '60' }).waitFor();
  await button('Redo').click();
  await row('Preview', anna.name).filter({ hasText: '40' }).waitFor();
  await button('Remove this filter').click();
  await row('Preview', anna.name).filter({ hasText: '60' }).waitFor();
});

await step('leaving with unsaved work is asked about', async () => {
  const asked = answered(false);
  await main.getByRole('link', { name: '← Computed traits' }).click();
  expect((await asked).includes(TOTAL), 'the question does not say what would be lost');
  await title('New computed trait');
});

await step('saved, it is worked out for everybody', async () => {
  await button('Save').click();
  await page.getByText(`“${TOTAL}” is saved and being worked out for everybody`).waitFor();
  await title(TOTAL);
  await live(TOTAL);
  await main.getByText('up to date', { exact: true }).waitFor();
  await comesTo(anna, TOTAL, 60);
  await comesTo(bert, TOTAL, 5);
  const { value_type: type, people } = await named(TOTAL);
  expect(type === 'number' && people === 2, `${people} have a ${type}`);
  await picture(page, 'computed-saved');
  await accessible('a computed trait');
  await fits('a computed trait');
});

await step('it follows what happens, and what is sent again counts once', async () => {
  const again = { ...bought(anna.user, 15, 'green'), messageId: `again-${RUN}` };
  await send(again);
  await send(again);
  await comesTo(anna, TOTAL, 75);
});

await step('a formula: names are offered, a mistake is shown where it stands', async () => {
  await api('POST', '/api/v1/computed-traits', {
    name: COUNT, definition: { aggregate: 'count', event: { name: EVENT, where: [], window: null, channel: null } },
  });
  await live(COUNT);
  await comesTo(anna, COUNT, 4);
  await page.goto(`${base}/computed-traits/new`);
  await title('New computed trait');
  await main.getByRole('tab', { name: 'Formula' }).click();
  const formula = main.getByRole('textbox', { name: 'Formula' });
  await formula.fill('total_pri');
  await main.getByRole('group', { name: 'Attributes to put in' }).getByRole('button', { name: TOTAL, exact: true }).click();
  expect((await formula.inputValue()) === TOTAL, `the formula is ${await formula.inputValue()}`);
  expect(await formula.evaluate((one) => one === document.activeElement), 'the focus does not go back to the formula');
  await page.keyboard.type(' / * ');
  await main.getByText('The formula is not right yet').first().waitFor();
  expect((await main.locator('mark').innerText()) === '*', 'the place of the mistake is another one');
  await picture(page, 'computed-mistake');
  await accessible('a mistake in a formula');
  await fits('a mistake in a formula');
  await formula.fill(`${TOTAL} / ${COUNT}`);
  await row('Preview', anna.name).filter({ hasText: '18.75' }).waitFor();
  await main.getByRole('textbox', { name: 'Name' }).fill(TOTAL);
  await button('Save').click();
  await main.getByText('Another computed trait or attribute has this name').waitFor();
  await main.getByRole('textbox', { name: 'Name' }).fill(EACH);
  await button('Save').click();
  await title(EACH);
  await live(EACH);
  await comesTo(anna, EACH, 18.75);
  await comesTo(bert, EACH, 5);
});

await step('on the customer\'s page it is marked, cannot be changed by hand, and leads to how it is worked out', async () => {
  await page.goto(`${base}/people/${anna.id}?tab=attributes`);
  const line = row('Attributes', TOTAL);
  await line.getByText('75', { exact: true }).filter({ visible: true }).waitFor();
  const mark = line.getByRole('link', { name: `Computed: how ${TOTAL} is worked out` });
  await mark.waitFor();
  expect((await button(`Change ${TOTAL}`).count()) === 0, 'a computed trait can be changed by hand');
  await picture(page, 'computed-customer');
  await accessible('computed traits of a customer');
  await fits('computed traits of a customer');
  await mark.click();
  await title(TOTAL);
});

await step('a segment asks for it, and it says who uses it', async () => {
  const condition = { trait: { name: TOTAL, op: 'gt', value: 50 } };
  const segment = await api('POST', '/api/v1/segments', { name: `Sock lovers ${RUN}`, description: '', condition });
  await eventually('Anna is in the segment, Bert is not', async () => {
    const people = (await api('GET', `/api/v1/profiles?segment=${segment.id}`)).items.map((one) => one.id);
    return people.includes(anna.id) && !people.includes(bert.id);
  });
  await page.goto(`${base}/computed-traits`);
  await title('Computed traits');
  const line = main.getByRole('row').filter({ has: page.getByRole('link', { name: new RegExp(`^${TOTAL}`) }) });
  await line.getByRole('link', { name: `Sock lovers ${RUN}` }).waitFor();
  await picture(page, 'computed-list');
  await accessible('the list of computed traits');
  await fits('the list of computed traits');
});

await step('what is in use is not deleted: it says where it is used', async () => {
  await button(`More for ${TOTAL}`).click();
  await page.getByRole('menuitem', { name: 'Delete…' }).click();
  const asking = dialog(`“${TOTAL}” is in use`);
  await asking.getByRole('link', { name: `Sock lovers ${RUN}` }).waitFor();
  await asking.getByRole('link', { name: EACH, exact: true }).waitFor();
  await accessible('a computed trait in use');
  await fits('a computed trait in use');
  await asking.getByRole('button', { name: 'Close' }).last().click();
  await asking.waitFor({ state: 'hidden' });
});

await step('what nobody uses is taken away from everybody', async () => {
  await button(`More for ${EACH}`).click();
  await page.getByRole('menuitem', { name: 'Delete…' }).click();
  const asking = dialog(`Delete “${EACH}”?`);
  await asking.getByText('2 customers lose this value.', { exact: false }).waitFor();
  await accessible('the question before a computed trait is deleted');
  await fits('the question before a computed trait is deleted');
  await button('Delete', asking).click();
  await asking.waitFor({ state: 'hidden' });
  await eventually(`${EACH} is gone`, async () => !(await named(EACH)));
  expect(!(await traitOf(anna, EACH)), 'the customer still has the value');
  await eventually('it leaves the list', async () => (await main.getByText(EACH).count()) === 0);
});

await step('a changed definition is worked out again', async () => {
  await page.goto(`${base}/computed-traits`);
  await main.getByRole('link', { name: new RegExp(`^${COUNT}`) }).click();
  await title(COUNT);
  await main.getByRole('combobox', { name: 'What to work out' }).click();
  await page.getByRole('option', { name: /^the highest/ }).click();
  await main.getByRole('combobox', { name: 'Detail of the event' }).click();
  await page.getByRole('option', { name: /^price/ }).click();
  await page.keyboard.press('Control+s');
  await page.getByText(`“${COUNT}” is saved`).waitFor();
  await live(COUNT);
  await comesTo(anna, COUNT, 30);
});

await finish();
