// The tracking plan: from what arrives to a plan, an event changed as a form and as JSON, an example tried out, what is not as
// planned counted and then refused, archived and put back, exported and imported. In Chromium; the shop's website is played
// through the collection API, and the API confirms what the screen says.
import { readFileSync } from 'node:fs';
import { api, env, eventually, expect, picture, stage } from './harness.mjs';

const RUN = Date.now().toString(36);
const NAME = `Shoes Fitted ${RUN}`;
const UNPLANNED = `Shoes Returned ${RUN}`;

const {
  base, page, main, step, accessible, fits, button, box, dialog, title, toast, signIn, finish,
} = await stage({ acceptDownloads: true });

// How a person finds things: by role and name.
const tab = (name) => main.getByRole('tab', { name });
const property = (name) => main.getByRole('list', { name: 'Properties', exact: true }).getByRole('group', { name, exact: true });

let told = 0;
/** What the website tells; answers whether the item was taken. */
async function tell(event, properties) {
  told += 1;
  const item = { type: 'track', userId: `plan-${RUN}`, event, properties, messageId: `plan-${RUN}-${told}` };
  return fetch(`${base}/v1/track`, {
    method: 'POST',
    body: JSON.stringify({ ...item, writeKey: env('WRITE_KEY') }),
    headers: { 'content-type': 'application/json' },
  });
}

const planned = async (name = NAME) => {
  const { items } = await api('GET', `/api/v1/plan/events?limit=500&q=${encodeURIComponent(name)}`);
  return items.find((one) => one.name === name);
};
const settings = (more) => api('PUT', '/api/v1/plan/settings', {
  enabled: false, unplanned_events: 'count', unplanned_properties: 'count', on_violation: 'count', ...more,
});

for (let at = 0; at < 20; at += 1) {
  const answer = await tell(NAME, { size: 38 + (at % 6), currency: 'EUR', price: 89.95, email: `fit${at}@mail.example` });
  expect(answer.ok, `the website cannot tell: ${answer.status}`);
}
await eventually('the events are suggested', async () => {
  const { items } = await api('GET', '/api/v1/plan/suggestions');
  return items.some((one) => one.name === NAME);
});

await step('the printed link signs in', signIn);

await step('the tracking plan is in the menu and says what it is for', async () => {
  const menu = page.getByRole('navigation', { name: 'Main menu' });
  await menu.getByRole('link', { name: 'Tracking plan', exact: true }).click();
  await title('Tracking plan');
  const { planned: count, archived } = await api('GET', '/api/v1/plan');
  if (count + archived === 0) await main.getByRole('heading', { name: 'Plan your events from what already arrives' }).waitFor();
  else await tab('Suggestions').click();
  await main.getByRole('article', { name: NAME, exact: true }).waitFor();
  await picture(page, 'plan-empty');
  await accessible('an empty plan');
  await fits('an empty plan');
});

await step('what arrives is planned with one click, with its types', async () => {
  const card = main.getByRole('article', { name: NAME, exact: true });
  await button(`Properties of ${NAME}`, card).click();
  const price = card.getByRole('row').filter({ hasText: 'price' });
  await price.getByText('Number', { exact: true }).waitFor();
  await accessible('the properties of a suggestion');
  await button(`Plan it: ${NAME}`, card).click();
  await toast('Planned.');
  const event = await eventually('the event is planned', () => planned());
  const size = event.properties.find((one) => one.name === 'size');
  expect(size?.required === true, `size is not required: ${JSON.stringify(size)}`);
  expect(event.properties.find((one) => one.name === 'email')?.personal === true, 'an e-mail address is not taken as personal');
});

await step('several are planned at once', async () => {
  await tab('Suggestions').click();
  const boxes = main.getByRole('checkbox', { name: /^Select / });
  await boxes.first().waitFor();
  const count = Math.min(await boxes.count(), 2);
  for (let at = 0; at < count; at += 1) await boxes.nth(at).check();
  const label = count === 1 ? 'Plan 1 event' : `Plan ${count} events`;
  await accessible('suggestions that are selected');
  await fits('suggestions that are selected');
  await button(label).click();
  await toast(count === 1 ? 'Planned.' : `${count} events are planned`);
});

await step('an event is changed as a form', async () => {
  await tab('Planned events').click();
  await main.getByRole('link', { name: NAME, exact: true }).click();
  await title(NAME);
  await box('What it means').fill('Somebody has tried a pair on.');
  const currency = property('currency');
  await button('More about currency', currency).click();
  const allowed = currency.getByRole('combobox', { name: 'Allowed values' }).or(box('Allowed values', currency)).first();
  await allowed.fill('EUR');
  await allowed.press('Enter');
  await allowed.fill('SEK');
  await allowed.press('Enter');
  await button('Add a property').click();
  await button('Save').click();
  await main.getByText('Every property needs a name of its own.').waitFor();
  const added = property('property without a name');
  await box('Name', added).fill('foot');
  await picture(page, 'plan-event');
  await accessible('a planned event');
  await fits('a planned event');
  await button('Save').click();
  await toast('Saved');
  const event = await planned();
  expect(event.description === 'Somebody has tried a pair on.', event.description);
  expect(JSON.stringify(event.properties.find((one) => one.name === 'currency').allowed) === '["EUR","SEK"]', 'the allowed values are not kept');
  expect(event.properties.some((one) => one.name === 'foot'), 'the new property is not kept');
});

await step('and as JSON, and back', async () => {
  const how = main.getByRole('radiogroup', { name: 'How the properties are edited' });
  await how.getByText('As JSON').click();
  const text = box('JSON Schema of the properties');
  await text.waitFor();
  const schema = JSON.parse(await text.inputValue());
  expect(schema.properties.price.type === 'number', JSON.stringify(schema.properties.price));
  await text.fill('{');
  await main.getByText('This is not a JSON object').waitFor();
  await text.fill(JSON.stringify({ ...schema, properties: { ...schema.properties, price: { type: 'number', minimum: 0 } } }, null, 2));
  await accessible('a schema');
  await fits('a schema');
  await text.fill(JSON.stringify(schema, null, 2));
  await how.getByText('As a form').click();
  await property('price').waitFor();
});

await step('an example is tried out, and nothing is sent', async () => {
  await tab('Try it out').click();
  await button('Try it').click();
  await main.getByText('This event would be kept as it is').waitFor();
  const text = box('Example event');
  const sample = JSON.parse(await text.inputValue());
  await text.fill(JSON.stringify({ ...sample, properties: { ...sample.properties, price: 'eighty' } }));
  await button('Try it').click();
  await main.getByText('“price” is of another type than planned').waitFor();
  await picture(page, 'plan-try');
  await accessible('an example');
  await fits('an example');
});

await step('switched on, what differs is counted, with what, where and from which source', async () => {
  await main.getByRole('link', { name: '← Tracking plan' }).click();
  await title('Tracking plan');
  await settings({});
  await page.reload();
  const on = main.getByRole('switch', { name: 'Compare events with the plan as they arrive' });
  await on.click();
  await toast('The plan is on');
  expect((await api('GET', '/api/v1/plan')).enabled, 'the plan is not on');
  await eventually('a wrong price is counted', async () => {
    const answer = await tell(NAME, { size: 40, currency: 'EUR', price: 'eighty', email: 'a@mail.example' });
    expect(answer.ok, `counting refuses: ${answer.status}`);
    return (await planned()).last_24h.violating > 0;
  });
  await tell(UNPLANNED, { reason: 'too small' });
  await eventually('an unplanned event is counted', async () => {
    const { items } = await api('GET', '/api/v1/plan/violations?days=1');
    return items.some((one) => one.name === UNPLANNED && one.code === 'unplanned_event');
  });
  await page.reload();
  await tab(/^Not as planned/).click();
  const table = main.getByRole('table', { name: 'Not as planned' });
  const row = table.getByRole('row').filter({ hasText: NAME }).filter({ hasText: 'price' });
  await row.getByText('is of another type than planned', { exact: false }).waitFor();
  await table.getByRole('link', { name: `Plan it: ${UNPLANNED}` }).waitFor();
  await picture(page, 'plan-violations');
  await accessible('what is not as planned');
  await fits('what is not as planned');
});

await step('before something is refused it is said how much that would be', async () => {
  await tab('Settings').click();
  const wrong = main.getByRole('radiogroup', { name: 'When a property of a planned event is missing or wrong' });
  await wrong.getByRole('radio', { name: 'Refuse' }).click();
  await main.getByText('This takes data away from now on').waitFor();
  await main.getByText(/In the last 7 days [\d,]+ problems? with missing or wrong properties/).waitFor();
  await accessible('a setting that refuses');
  await fits('a setting that refuses');
  await button('Save').click();
  const asking = dialog('Take data away from now on?');
  await accessible('the question before refusing');
  await button('Yes, do this', asking).click();
  await asking.waitFor({ state: 'hidden' });
  expect((await api('GET', '/api/v1/plan')).on_violation === 'block', 'it is not refused');
  await eventually('a wrong event is refused', async () => {
    await tell(NAME, { size: 40, currency: 'EUR', price: 'eighty', email: 'a@mail.example' });
    return (await api('GET', '/api/v1/plan')).last_24h.blocked > 0;
  });
});

await step('an event is archived, and put back', async () => {
  await settings({ enabled: true });
  await tab('Planned events').click();
  await main.getByRole('searchbox').fill(NAME);
  await button(`Archive ${NAME}`).click();
  await toast(`“${NAME}” is archived`);
  await eventually('it is archived', async () => !(await planned()));
  await page.getByRole('button', { name: 'Undo', exact: true }).click();
  await main.getByRole('link', { name: NAME, exact: true }).waitFor();
  await eventually('it is planned again', async () => (await planned())?.status === 'planned');
});

await step('the plan is exported, and one is imported after a look at what it changes', async () => {
  await button('Import and export').click();
  const saving = page.waitForEvent('download');
  await page.getByRole('menuitem', { name: 'Export the plan' }).click();
  const plan = JSON.parse(readFileSync(await (await saving).path(), 'utf8'));
  const one = plan.rules.events.find((event) => event.name === NAME);
  expect(one, 'the event is not in the file');
  const added = `Shoes Polished ${RUN}`;
  plan.rules.events.push({ ...one, name: added });
  await button('Import and export').click();
  await page.getByRole('menuitem', { name: 'Import a plan' }).click();
  const form = dialog('Import a plan');
  await form.locator('input[type="file"]').or(page.locator('input[type="file"]')).first()
    .setInputFiles({ name: 'plan.json', mimeType: 'application/json', buffer: Buffer.from(JSON.stringify(plan)) });
  await form.getByText('1 new event', { exact: true }).waitFor();
  await form.getByText(added).waitFor();
  await accessible('what an import changes');
  await fits('what an import changes');
  expect(!(await planned(added)), 'looking has imported it');
  await button('Import', form).click();
  await form.waitFor({ state: 'hidden' });
  await eventually('it is planned', () => planned(added));
});

await settings({});
await finish();
