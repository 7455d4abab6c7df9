// What a segment can ask beyond "at least so many times": a first time, a total, things one after the other with something
// that did not follow, a birthday, a random share. In Chromium; the customers come through the collection API, and the API
// confirms what the screen says.
import { api, collect, eventually, expect, picture, stage } from './harness.mjs';

const DAY_MS = 86_400_000;
const RUN = Date.now().toString(36);
const NAME = `Rings ${RUN}`;
const VIEWED = `Ring Viewed ${RUN}`;
const BOUGHT = `Ring Bought ${RUN}`;
const RETURNED = `Ring Returned ${RUN}`;

const { base, page, main, step, accessible, fits, button, box, title, signIn, finish } = await stage();

// How a person finds things: by role and name.
const combobox = (name, within) => within.getByRole('combobox', { name, exact: true });
const group = (name, within) => within.getByRole('group', { name, exact: true });
const choose = async (field, option) => {
  await field.click();
  await field.fill(option);
  await page.getByRole('option', { name: option }).first().click();
};
async function addRule(kind) {
  await button('Add a rule').click();
  await page.getByRole('menuitem', { name: new RegExp(`^${kind}`) }).click();
  return group('Rule', main).last();
}
const fitBy = (rule, count) => rule.getByText(String(count), { exact: true }).first().waitFor();
const audience = main.getByRole('status').filter({ hasText: /people|person/ });
const shown = async () => Number((await audience.innerText()).match(/\d[\d,]*/)[0].replaceAll(',', ''));
const words = main.locator('section').filter({ has: page.getByRole('heading', { name: 'In words', exact: true }) });
const focused = () => page.evaluate(() => document.activeElement?.getAttribute('aria-label'));

const ago = (days) => new Date(Date.now() - days * DAY_MS);
/** Born so that the birthday is `days` from now. */
const born = (days) => `1990-${new Date(Date.now() + days * DAY_MS).toISOString().slice(5, 10)}`;

async function customer(name, birthday, events) {
  const userId = `${name.toLowerCase()}-${RUN}`;
  await collect('identify', { userId, traits: { name: `${name} ${RUN}`, email: `${userId}@mail.example`, birthday } });
  for (const [event, daysAgo, revenue] of events) {
    const properties = revenue ? { revenue, currency: 'EUR' } : {};
    await collect('track', { userId, event, properties, timestamp: ago(daysAgo).toISOString() });
  }
}

await customer('Anna', born(10), [[VIEWED, 6], [BOUGHT, 5, 80], [BOUGHT, 3, 70]]);
await customer('Bram', born(180), [[BOUGHT, 200, 40], [BOUGHT, 5, 90]]);
await customer('Carla', born(10), [[VIEWED, 6], [BOUGHT, 5, 120], [RETURNED, 4.5]]);

/** As the API takes them, in the order in which they are built. */
const RULES = [
  { event: { name: BOUGHT, op: 'performed', occurrence: 'first', window: { last: { amount: 30, unit: 'day' } } } },
  { event: { name: BOUGHT, op: 'performed', amount: { of: 'sum', property: 'revenue', op: 'at_least', value: 100 } } },
  {
    sequence: {
      op: 'performed', order: 'loose', steps: [{ name: VIEWED }, { name: BOUGHT }],
      within: { amount: 7, unit: 'day' }, window: { last: { amount: 60, unit: 'day' } },
      without: { name: RETURNED, within: { amount: 1, unit: 'day' } },
    },
  },
  { trait: { name: 'birthday', op: 'anniversary_in_next', value: { amount: 30, unit: 'day' } } },
  { sample: { from: 0, to: 10, seed: '' } },
];
const countOf = async (all) => (await api('POST', '/api/v1/segments/count', { condition: { version: 1, all } })).count;
/** The screen counts what the API counts for the first so many rules; nothing is left unfinished, nothing went wrong. */
const countsAs = async (rules) => {
  await eventually(`the live count is the one of ${rules} rules`, async () =>
    (await shown()) === (await countOf(RULES.slice(0, rules))), 20);
  expect((await main.getByText('not finished', { exact: true }).count()) === 0, 'a rule is not finished');
  expect((await main.getByRole('alert').count()) === 0, `an error is shown: ${await main.getByRole('alert').allInnerTexts()}`);
};

await eventually('the three customers are counted', async () =>
  (await countOf([{ event: { name: BOUGHT, op: 'performed' } }])) === 3 && (await countOf([RULES[2]])) === 1);
await eventually('the detail of the event is offered', async () => {
  const { items } = await api('GET', `/api/v1/events/${encodeURIComponent(BOUGHT)}/properties?limit=50`).catch(() => ({ items: [] }));
  return items.some((one) => one.name === 'revenue');
});

await step('the printed link signs in', signIn);

await step('a first order in the last 30 days: half-written it stays on screen, and says what it means', async () => {
  await page.goto(`${base}/segments/new`);
  await title('New segment');
  await box('Name').fill(NAME);
  const rule = await addRule('Behaviour');
  await rule.getByText('not finished', { exact: true }).waitFor();
  await combobox('How often', rule).selectOption({ label: 'for the first time' });
  await rule.getByText('Only the very first time counts', { exact: false }).waitFor();
  await main.getByText('1 rule is not finished and is left out of the count.').waitFor();
  await choose(combobox('Event', rule), BOUGHT);
  await rule.getByRole('textbox', { name: 'How long' }).fill('30');
  await fitBy(rule, 2);
  await countsAs(1);
  await words.getByText(BOUGHT, { exact: false }).waitFor();
});

await step('a total revenue of at least 100, with the details that occur; decimals can be typed', async () => {
  const rule = await addRule('Behaviour');
  await combobox('How often', rule).selectOption({ label: 'with a total of' });
  await rule.getByText('Choose an event first', { exact: false }).waitFor();
  await choose(combobox('Event', rule), BOUGHT);
  await choose(combobox('Detail to reckon with', rule), 'revenue');
  await rule.getByText('not finished', { exact: true }).waitFor();
  const amount = rule.getByRole('textbox', { name: 'Amount', exact: true });
  await amount.pressSequentially('99.5');
  expect((await amount.inputValue()) === '99.5', `typed 99.5, the field says ${await amount.inputValue()}`);
  await amount.fill('100');
  expect((await combobox('More or less', rule).inputValue()) === 'at_least', 'the amount is not compared with "at least"');
  await combobox('When', rule).selectOption({ label: 'at any time' });
  await fitBy(rule, 3);
  await countsAs(2);
  await picture(page, 'segment-amount');
  await accessible('a first time and a total');
});

await step('two things one after the other, and after that not a third', async () => {
  const rule = await addRule('One after the other');
  await rule.getByText('For example: first viewed a product', { exact: false }).waitFor();
  await choose(combobox('Event', group('Step 1', rule)), VIEWED);
  await rule.getByText('not finished', { exact: true }).waitFor();
  await choose(combobox('Event', group('Step 2', rule)), BOUGHT);
  await fitBy(rule, 2);
  const after = group('What did not happen after that', rule);
  await button('And after that not …', after).click();
  await rule.getByText('not finished', { exact: true }).waitFor();
  await choose(combobox('Event', after), RETURNED);
  await after.getByRole('textbox', { name: 'How long' }).fill('1');
  await fitBy(rule, 1);
  await countsAs(3);
  await words.getByText(RETURNED, { exact: false }).waitFor();
  await picture(page, 'segment-sequence');
  await accessible('a sequence');
});

await step('steps move from the keyboard, are added and removed, and undone', async () => {
  const rule = group('Rule', main).last();
  const eventOf = (number) => combobox('Event', group(`Step ${number}`, rule)).inputValue();
  await button('Move this step down', group('Step 1', rule)).focus();
  await page.keyboard.press('Enter');
  await eventually('the steps have changed places', async () => (await eventOf(1)) === BOUGHT && (await eventOf(2)) === VIEWED, 10);
  await eventually('the focus goes with the step', async () => (await focused()) === 'Move this step up', 10);
  await page.keyboard.press('Enter');
  await eventually('the steps are back', async () => (await eventOf(1)) === VIEWED, 10);
  await button('Add a step', rule).click();
  await group('Step 3', rule).waitFor();
  await page.keyboard.press('Escape');
  await button('Remove this step', group('Step 3', rule)).click();
  await group('Step 3', rule).waitFor({ state: 'detached' });
  await button('Undo').click();
  await group('Step 3', rule).waitFor();
  await button('Undo').click();
  await group('Step 3', rule).waitFor({ state: 'detached' });
  await countsAs(3);
});

await step('a birthday in the next 30 days', async () => {
  const rule = await addRule('Attribute');
  await choose(combobox('Attribute', rule), 'birthday');
  await combobox('Comparison', rule).selectOption({ label: 'comes round in the next' });
  await rule.getByRole('textbox', { name: 'How long' }).fill('30');
  await countsAs(4);
  await words.getByText('birthday', { exact: false }).waitFor();
});

await step('a sample of 10 %, and a second group that shares nobody with it', async () => {
  const rule = await addRule('Random share');
  const share = rule.getByRole('textbox', { name: 'Share in percent' });
  expect((await share.inputValue()) === '10 %', `begins with ${await share.inputValue()}`);
  await countsAs(5);
  await words.getByText(/\b10\b/).first().waitFor();
  await button('A second group, or other people', rule).click();
  const begin = rule.getByRole('textbox', { name: 'Begin at' });
  await begin.fill('95');
  await rule.getByText('That ends beyond 100%', { exact: false }).waitFor();
  await rule.getByText('not finished', { exact: true }).waitFor();
  await begin.fill('0');
  await rule.getByText('That ends beyond 100%', { exact: false }).waitFor({ state: 'detached' });
  expect((await share.inputValue()) === '10 %', `the share did not stay: ${await share.inputValue()}`);
  await countsAs(5);
  await picture(page, 'segment-conditions');
  await accessible('all the conditions');
  await fits('all the conditions');
});

await step('it is saved as it was built, and opens so again', async () => {
  await button('Save').click();
  await title(NAME);
  const saved = (await api('GET', '/api/v1/segments')).items.find((one) => one.name === NAME);
  const [first, total, sequence, birthday, sample] = saved.condition.all;
  expect(first.event.occurrence === 'first' && !first.event.count, JSON.stringify(first));
  expect(total.event.amount?.property === 'revenue' && total.event.amount.value === 100, JSON.stringify(total));
  expect(sequence.sequence.steps.map((one) => one.name).join() === `${VIEWED},${BOUGHT}`, JSON.stringify(sequence));
  expect(sequence.sequence.without?.name === RETURNED, JSON.stringify(sequence));
  expect(birthday.trait.op === 'anniversary_in_next' && birthday.trait.value.amount === 30, JSON.stringify(birthday));
  expect(sample.sample.from === 0 && sample.sample.to === 10, JSON.stringify(sample));
  await page.reload();
  await title(NAME);
  const rules = group('Rule', main);
  await eventually('the five rules are there', async () => (await rules.count()) === RULES.length, 10);
  expect((await combobox('How often', rules.nth(1)).inputValue()) === 'sum', 'the total is not there again');
  expect((await combobox('Event', group('Step 2', rules.nth(2))).inputValue()) === BOUGHT, 'the second step is not there again');
  await countsAs(5);
});

await finish();
