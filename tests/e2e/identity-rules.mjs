// Identity rules: the order of kinds, limits, blocked values, Gmail, shared devices, which value of an attribute stays and its
// history; what a change would mean before it is saved, and undone. In Chromium; the API makes the customers and confirms.
import { api, env, eventually, expect, picture, stage } from './harness.mjs';

const RUN = Date.now().toString(36);
const POINTS = `points_${RUN}`;

const { base, page, main, step, accessible, fits, button, dialog, title, signIn, finish } = await stage();

// How a person finds things: by role and name.
const panel = (name) => main.locator('section').filter({ has: page.getByRole('heading', { level: 2, name, exact: true }) });
const kinds = main.getByRole('list', { name: 'What a customer is recognised by' });
const kind = (name) => kinds.getByRole('listitem', { name, exact: true });
const meaning = panel('What your change means');
const namesOf = async () => kinds.getByRole('listitem').evaluateAll((all) => all.map((one) => one.getAttribute('aria-label')));

const authorization = `Basic ${Buffer.from(`${env('WRITE_KEY')}:`).toString('base64')}`;

/** One after the other, each with a time of its own: what was said last is told by it. */
let clock = Date.now() - 3_600_000;
async function send(...calls) {
  const batch = calls.map((call) => ({ timestamp: new Date((clock += 1000)).toISOString(), ...call }));
  const response = await fetch(`${base}/v1/batch`, {
    method: 'POST', headers: { authorization, 'content-type': 'application/json' }, body: JSON.stringify({ batch }),
  });
  expect(response.ok, `/v1/batch: ${response.status} ${await response.text()}`);
}
const identify = (userId, traits, more = {}) => ({ type: 'identify', userId, traits, ...more });

async function person(value) {
  const { items } = await eventually(`${value} is known`, async () => {
    const answer = await api('GET', `/api/v1/profiles?q=${encodeURIComponent(value)}`);
    return answer.items.length === 1 ? answer : null;
  });
  return items[0].id;
}
const traitOf = async (id, name) => (await api('GET', `/api/v1/profiles/${id}`)).traits.find((one) => one.name === name)?.value;
const identifiersOf = async (id) => (await api('GET', `/api/v1/profiles/${id}/identity`)).identifiers.map((one) => one.value);
const rules = () => api('GET', '/api/v1/profile-rules');
const ruleOf = async (name) => (await rules()).rules.kinds.find((one) => one.kind === name);

/** Saves, and waits until the screen and the server say so. */
async function save() {
  const { version } = await rules();
  await button('Save').click();
  await page.getByText('Saved. It holds for what comes next.').last().waitFor();
  await eventually('the rules are saved', async () => (await rules()).version === version + 1);
}

const till = `till-${RUN}@shop.example`;
const twice = `twice-${RUN}`;
await send(
  identify(twice, { email: `one-${RUN}@mail.example` }),
  identify(twice, { email: `two-${RUN}@mail.example` }),
  identify(`holder-${RUN}`, { email: till }),
);
await person(`two-${RUN}@mail.example`);
await person(till);

await step('the printed link signs in', async () => {
  await signIn();
  await page.goto(`${base}/people`);
  await title('People');
});

await step('the settings show by what a customer is recognised, strongest first', async () => {
  await page.getByRole('navigation', { name: 'Main menu' }).getByRole('link', { name: 'Identity', exact: true }).click();
  await title('Identity');
  const { rules: now } = await rules();
  expect((await kinds.getByRole('listitem').count()) === now.kinds.length + 1, 'a kind is missing, or all other kinds are');
  const [first, second] = await namesOf();
  expect(first === 'Customer number' && second === 'Loyalty card', `the strongest are ${first} and ${second}`);
  expect(await button('Move Customer number down').isDisabled(), 'the customer number can be moved');
  expect(await button('Move Loyalty card up').isDisabled(), 'something can be moved above the customer number');
  await main.getByText('Never taken, whatever you set').waitFor();
  await main.getByText('Nothing is changed.', { exact: false }).first().waitFor();
  await picture(page, 'identity-rules');
  await accessible('identity rules');
  await fits('identity rules');
});

await step('a kind moves with the button and with the keyboard, the focus stays on it, and it can be undone', async () => {
  const before = await namesOf();
  const place = before.indexOf('E-mail');
  await button('Move E-mail up').click();
  await eventually('it has moved', async () => (await namesOf()).indexOf('E-mail') === place - 1, 5);
  await main.getByRole('status').filter({ hasText: `E-mail is number ${place} now` }).waitFor();
  await eventually('the focus stays on the button', () => page.evaluate(() =>
    document.activeElement?.getAttribute('aria-label') === 'Move E-mail up'), 5);
  await page.keyboard.press('Alt+ArrowDown');
  await eventually('Alt and an arrow move it', async () => (await namesOf()).indexOf('E-mail') === place, 5);
  await button('Undo').click();
  await button('Undo').click();
  await eventually('undo brings the order back', async () => (await namesOf()).join() === before.join(), 5);
  await main.getByText('Nothing is changed.', { exact: false }).first().waitFor();
});

await step('a limit and a blocked value: what they would mean is said before they are saved', async () => {
  await main.getByLabel('E-mail: most per customer').fill('1');
  await button('Block values (E-mail)').click();
  const blocked = main.getByLabel('Values that never name anybody');
  await blocked.fill(`till-${RUN}*`);
  await page.keyboard.press('Enter');
  await meaning.getByText(/^E-mail: \d+ customers? (has|have) more than the new limit/).waitFor();
  await meaning.getByText('E-mail: 1 value of today would not be taken any more.').waitFor();
  expect((await rules()).version === 0, 'something was saved already');
  await picture(page, 'identity-rules-meaning');
  await accessible('what a change means');
  await fits('what a change means');
});

await step('leaving with unsaved rules is asked about', async () => {
  const asked = new Promise((resolve) => {
    page.once('dialog', async (one) => {
      resolve(one.message());
      await one.dismiss();
    });
  });
  await page.getByRole('navigation', { name: 'Main menu' }).getByRole('link', { name: 'Team', exact: true }).click();
  expect((await asked) === 'Leave without saving the rules?', 'nobody asks');
  await title('Identity');
});

await step('what was saved can be taken back from the message', async () => {
  await save();
  await page.getByRole('button', { name: 'Undo', exact: true }).last().click();
  await eventually('the rules are as before', async () => (await ruleOf('email')).limit === 5);
  expect((await ruleOf('email')).blocked.length === 0, 'the blocked value is still there');
  await eventually('the screen shows it', async () => (await main.getByLabel('E-mail: most per customer').inputValue()) === '5');
});

await step('saved it holds for what comes next, and those who were joined stay joined', async () => {
  // One step back in the editor, and the change is there once more.
  await button('Undo').click();
  await eventually('the change is there again', async () => (await main.getByLabel('E-mail: most per customer').inputValue()) === '1');
  await save();
  const { limit, blocked } = await ruleOf('email');
  expect(limit === 1 && blocked.join() === `till-${RUN}*`, `limit ${limit}, blocked ${blocked}`);
  await send(identify(`after-${RUN}`, { email: till, name: `After ${RUN}` }));
  const after = await person(`after-${RUN}`);
  expect(!(await identifiersOf(after)).includes(till), 'a blocked address was taken');
  const both = await identifiersOf(await person(`one-${RUN}@mail.example`));
  expect(both.includes(`two-${RUN}@mail.example`), 'somebody who had two addresses lost one');
  await accessible('saved rules');
});

await step('which value stays: not finished it is not saved, and says what is missing', async () => {
  await button('Add an attribute').click();
  const line = main.getByRole('list', { name: 'Which value stays' }).getByRole('listitem').first();
  await line.getByText('Say which attribute.').waitFor();
  await line.getByLabel('Attribute of line 1').fill(POINTS);
  await page.keyboard.press('Escape');
  await main.getByLabel(`Rule for ${POINTS}`).click();
  await page.getByRole('option', { name: /^of the most trusted source/ }).click();
  await line.getByText('Choose at least one source.').waitFor();
  await picture(page, 'identity-rules-trusted');
  await accessible('a rule that is not finished');
  await fits('a rule that is not finished');
  await main.getByLabel(`Add a source for ${POINTS}`).click();
  await page.getByRole('option', { name: 'Import', exact: true }).click();
  await line.getByText('1. Import').waitFor();
  await main.getByLabel(`Rule for ${POINTS}`).click();
  await page.getByRole('option', { name: /^the highest/ }).click();
  await line.getByText('1. Import').waitFor({ state: 'detached' });
  await meaning.getByText(`Another value may stay from now on: ${POINTS}.`, { exact: false }).waitFor();
  await save();
});

await step('the highest stays, whatever comes later; the history says every value and why', async () => {
  await send(
    identify(`points-${RUN}`, { [POINTS]: 10, email: `points-${RUN}@mail.example` }),
    identify(`points-${RUN}`, { [POINTS]: 25 }),
    identify(`points-${RUN}`, { [POINTS]: 7 }),
  );
  const id = await person(`points-${RUN}@mail.example`);
  await eventually('the highest value stays', async () => (await traitOf(id, POINTS)) === 25);
  await page.goto(`${base}/people/${id}?tab=attributes`);
  await button(`History of ${POINTS}`).click();
  const history = dialog(`History of ${POINTS}`);
  await history.getByText('The highest value counts.').waitFor();
  await history.getByText(`The line “${POINTS}” of the`, { exact: false }).waitFor();
  const said = history.getByRole('table', { name: 'Everything that was said' }).getByRole('row');
  await eventually('three values are listed', async () => (await said.count()) === 4, 20);
  const values = await said.evaluateAll((all) => all.slice(1).map((one) => one.cells[0].innerText.split('\n')[0]));
  expect(values.join() === '7,25,10', `the values are ${values}`);
  await said.filter({ hasText: '25' }).getByText('holds', { exact: true }).waitFor();
  expect((await history.getByText('holds', { exact: true }).count()) === 1, 'more than one value holds');
  await picture(page, 'trait-history');
  await accessible('the history of an attribute');
  await fits('the history of an attribute');
  await page.keyboard.press('Escape');
  await history.waitFor({ state: 'hidden' });
  await button('History of email').or(button('History of name')).first().click();
  await page.getByRole('dialog').getByText('The latest value counts.').waitFor();
  await page.keyboard.press('Escape');
});

await step('a device that several people share is found, and is released', async () => {
  await page.goto(`${base}/settings/identity`);
  await title('Identity');
  const devices = panel('Shared devices');
  await devices.getByRole('switch', { name: 'Find shared devices by themselves' }).check();
  await devices.getByLabel('More people than').fill('2');
  await save();
  const device = `tablet-${RUN}`;
  for (const at of [1, 2, 3]) await send(identify(`visitor${at}-${RUN}`, { name: `Visitor ${at} ${RUN}` }, { anonymousId: device }));
  await eventually('the device is known as shared', async () =>
    (await api('GET', '/api/v1/profile-rules/shared-devices')).items.some((one) => one.value === device));
  await page.reload();
  await title('Identity');
  await devices.getByText(device).waitFor();
  await devices.getByText(/^3 people signed in within 30 days; 2 are allowed\.$/).waitFor();
  await picture(page, 'shared-devices');
  await accessible('shared devices');
  await fits('shared devices');
  await button(`Release ${device}…`).click();
  const asking = dialog('Release this device?');
  await accessible('the question before a device is released');
  await button('Release', asking).click();
  await page.getByText('The device is released').waitFor();
  await devices.getByText(device).waitFor({ state: 'detached' });
  expect((await api('GET', '/api/v1/profile-rules/shared-devices')).items.every((one) => one.value !== device), 'it is shared still');
});

await step('a kind of one\'s own, Gmail and the country of phone numbers', async () => {
  await button('A kind of your own').click();
  const asking = dialog('A kind of your own');
  await asking.getByLabel('Name', { exact: false }).first().fill('email');
  await button('Add', asking).click();
  await asking.getByText('This kind is there already.').waitFor();
  await accessible('a kind of your own');
  await fits('a kind of your own');
  await asking.getByLabel('Name', { exact: false }).first().fill('crm_id');
  await button('Add', asking).click();
  await asking.waitFor({ state: 'hidden' });
  await kind('crm_id').waitFor();
  await main.getByRole('switch', { name: 'Dots and +words in Gmail addresses do not count' }).check();
  await main.getByLabel('Country of phone numbers').click();
  await main.getByLabel('Country of phone numbers').fill('Sweden');
  await page.getByRole('option', { name: 'Sweden (SE)' }).click();
  await save();
  const { rules: now } = await rules();
  expect(now.gmail_dots && now.phone_region === 'SE', 'Gmail or the country is not saved');
  expect(now.kinds.some((one) => one.kind === 'crm_id' && one.custom), 'the kind is not saved');
  await send(identify(`gmail-${RUN}`, { email: `a.b.${RUN}+sale@gmail.com` }));
  await eventually('the mailbox behind the address is known', async () =>
    (await identifiersOf(await person(`gmail-${RUN}`))).some((value) => value === `ab${RUN}@gmail.com`));
});

await step('somebody else was faster: nothing is overwritten, their version is loaded', async () => {
  const { version, rules: now } = await rules();
  await api('PUT', '/api/v1/profile-rules', { ...now, phone_region: 'DE' });
  expect((await rules()).version === version + 1, 'the other change is not there');
  await main.getByLabel('E-mail: most per customer').fill('4');
  await button('Save').click();
  await main.getByText('Somebody else has changed the rules meanwhile').waitFor();
  await accessible('somebody else was faster');
  expect((await ruleOf('email')).limit === 1, 'the other change was overwritten');
  await button('Load their version').click();
  await eventually('their country is shown', async () =>
    (await main.getByLabel('Country of phone numbers').inputValue()).includes('(DE)'));
});

await step('back to the defaults', async () => {
  await button('Back to the defaults').click();
  await save();
  const { rules: now, defaults } = await rules();
  expect(JSON.stringify(now) === JSON.stringify(defaults), 'they are not the defaults');
  await accessible('the defaults');
});

await finish();
