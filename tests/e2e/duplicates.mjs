// The same people twice, with typing errors: looked for, shown with the reason, merged, said not to be the same, merged in
// bulk, and not suggested again. In Chromium; the API makes the customers and confirms what the screen says.
import { api, eventually, expect, picture, stage } from './harness.mjs';

/** A search of a few hundred customers, on a slow machine. */
const SEARCH_MS = 120_000;
const RUN = Date.now().toString(36);

const { base, page, main, step, accessible, fits, button, dialog, title, signIn, finish } = await stage();

// How a person finds things: by role and name.
const cards = main.getByRole('article');

const FIRST = ['Johanna', 'Willem', 'Fatima', 'Sietske', 'Bartholomeus', 'Ingrid', 'Mehmet', 'Charlotte', 'Douwe', 'Yasmina'];
const LAST = ['Hoekstra', 'van den Berg', 'Wielinga', 'Öztürk', 'Lindqvist', 'Brouwershaven'];
const PLACES = [['Leeuwarden', '89'], ['Utrecht', '35'], ['Deventer', '74'], ['Zwolle', '80'], ['Gouda', '28'], ['Breda', '48'], ['Venlo', '59']];
const STREETS = ['Kerkstraat', 'Molenweg', 'Oudegracht', 'Noorderplantsoen', 'Stationsplein', 'Wilgenlaan', 'Havenkade', 'Tuinstraat', 'Zeedijk', 'Parkweg', 'Esdoornlaan'];

/** Sixty people who have little in common: names come in every combination, all else differs. */
const distinct = Array.from({ length: 60 }, (_, at) => {
  const [city, code] = PLACES[at % PLACES.length];
  const number = (7 * at) % 60;
  return {
    first_name: FIRST[at % FIRST.length],
    last_name: LAST[Math.floor(at / FIRST.length)],
    date_of_birth: `${1950 + ((13 * at) % 50)}-${String(1 + ((5 * at) % 12)).padStart(2, '0')}-${String(1 + ((11 * at) % 28)).padStart(2, '0')}`,
    street: `${STREETS[at % STREETS.length]} ${1 + number}`,
    postal_code: `${code}${String(10 + at)} ${String.fromCharCode(65 + (at % 26))}${String.fromCharCode(65 + ((3 * at) % 26))}`,
    city,
    email: at % 8 === 7 ? null : `person${at}-${RUN}@mail.example`,
  };
});

/** One letter left out in the middle. */
const typo = (name) => name.slice(0, 3) + name.slice(4);
/** Eight of them come in once more: the name with an error, another e-mail address, all else the same. */
const TWICE = [0, 9, 18, 27, 36, 45, 52, 59];
const again = TWICE.map((at, index) => {
  const one = distinct[at];
  const wrong = index % 2 === 0 ? { first_name: typo(one.first_name) } : { last_name: typo(one.last_name) };
  return { ...one, ...wrong, email: `another${at}-${RUN}@post.example` };
});

const nameOf = (person) => `${person.first_name} ${person.last_name}`;
const userId = (at) => `dup-${at}-${RUN}`;

async function make(person, at) {
  const { email, ...traits } = person;
  const identifiers = [{ kind: 'user_id', value: userId(at) }];
  if (email) identifiers.push({ kind: 'email', value: email });
  await api('POST', '/api/v1/profiles', { identifiers, traits });
}

const everybody = [...distinct, ...again];
for (const [at, person] of everybody.entries()) await make(person, at);

async function idOf(at) {
  const { items } = await eventually(`${nameOf(everybody[at])} is known`, async () => {
    const answer = await api('GET', `/api/v1/profiles?q=${encodeURIComponent(userId(at))}`);
    return answer.items.length === 1 ? answer : null;
  });
  return items[0].id;
}

const pairs = [];
for (const [index, at] of TWICE.entries()) {
  pairs.push({ one: distinct[at], other: again[index], ids: [await idOf(at), await idOf(distinct.length + index)] });
}

/** Every suggestion there is. */
async function suggestions() {
  const all = [];
  let cursor = '';
  do {
    const answer = await api('GET', `/api/v1/duplicates?limit=100${cursor && `&cursor=${encodeURIComponent(cursor)}`}`);
    all.push(...answer.items);
    cursor = answer.next_cursor ?? '';
  } while (cursor);
  return all;
}

const isAbout = (pair) => (group) => pair.ids.every((id) => group.people.some((person) => person.id === id));
/** The card of a pair: both names link to the person. */
const cardOf = (pair) => pair.ids.reduce((card, id) => card.filter({ has: page.locator(`a[href$="/people/${id}"]`) }), cards);

/** Brings a card on the screen, however far down the list. */
async function shown(pair) {
  const more = button('Show more');
  await main.getByRole('heading', { name: 'These may be the same person' }).waitFor();
  await eventually(`${nameOf(pair.one)} is on the list`, async () => {
    if ((await cardOf(pair).count()) > 0) return true;
    if (await more.isVisible()) await more.click();
    return false;
  }, 30);
  return cardOf(pair);
}

async function search() {
  const before = (await api('GET', '/api/v1/duplicates/status')).finished_at;
  await button('Look for duplicates').click();
  await eventually('the search has finished', async () => {
    const status = await api('GET', '/api/v1/duplicates/status');
    expect(status.state !== 'failed', `the search failed: ${status.error}`);
    return status.state === 'done' && status.finished_at !== before;
  }, SEARCH_MS / 1000);
  await main.getByText('Last looked').waitFor();
  await button('Look for duplicates').waitFor();
}

await step('the printed link signs in', signIn);

await step('from the list of people to the duplicates, which say what they are for', async () => {
  await page.goto(`${base}/people`);
  await title('People');
  await main.getByRole('link', { name: 'Duplicates', exact: true }).click();
  await title('Duplicates');
  await main.getByText('Nothing is merged until you say so.', { exact: false }).waitFor();
  const menu = page.getByRole('navigation', { name: 'Main menu' });
  const here = await menu.locator('[aria-current="page"]').allTextContents();
  expect(here.length === 1 && here[0].includes('Duplicates'), `the menu says: ${here}`);
  const { state } = await api('GET', '/api/v1/duplicates/status');
  if (state === 'never') await main.getByRole('heading', { name: 'Nobody has looked for duplicates yet' }).waitFor();
  await accessible('before the first search');
  await fits('before the first search');
});

await step('a search says how far it is and what it found', async () => {
  await search();
  const groups = await suggestions();
  const missing = pairs.filter((pair) => !groups.some(isAbout(pair)));
  expect(missing.length <= 1, `not suggested: ${missing.map((pair) => nameOf(pair.one)).join(', ')}`);
  await main.getByText(/people compared/).waitFor();
  const { whole_at: whole, update } = await api('GET', '/api/v1/duplicates/status');
  expect(whole && !update.running, `the status does not tell of the search: ${JSON.stringify({ whole, update })}`);
  if (update.finished_at) await main.getByText(/new or changed/).waitFor();
  else await main.getByText('new and changed customers are looked at by themselves', { exact: false }).waitFor();
  await picture(page, 'suggestions');
  await accessible('the suggestions');
  await fits('the suggestions');
});

// The pairs that were found, surest first: one to merge, one that is not the same, the others in bulk.
const planted = (await suggestions()).map((group) => pairs.find((pair) => isAbout(pair)(group))).filter(Boolean);
const [merged, refused, ...others] = planted;

await step('a planted pair stands side by side, with the one that stays', async () => {
  const card = await shown(merged);
  for (const person of [merged.one, merged.other]) {
    await card.getByRole('link', { name: nameOf(person), exact: true }).waitFor();
    if (person.email) await card.getByText(person.email).first().waitFor();
  }
  expect((await card.getByRole('radio', { checked: true }).count()) === 1, 'nobody stays, or more than one');
  await card.getByText(/almost certain|very likely|likely|possible/).first().waitFor();
});

await step('"Why" shows what speaks for and against, as a drawing and as a table', async () => {
  const card = await shown(merged);
  const why = card.getByRole('button', { name: /^Why\?/ });
  await why.focus();
  await page.keyboard.press('Enter');
  expect((await why.getAttribute('aria-expanded')) === 'true', '"Why" does not say that it is open');
  const table = card.getByRole('table', { name: /^What speaks for and against/ });
  const row = (name) => table.getByRole('row').filter({ has: page.getByRole('rowheader', { name, exact: true }) });
  await row('Starting point').waitFor();
  await row('Together').waitFor();
  const birth = await row('Date of birth').innerText();
  expect(birth.includes(merged.one.date_of_birth), `the evidence does not name the date of birth: ${birth}`);
  expect(/the same/.test(birth) && /for it/.test(birth), `the date of birth does not speak for it: ${birth}`);
  const group = (await suggestions()).find(isAbout(merged));
  const [pair] = group.pairs;
  const sum = pair.evidence.reduce((all, one) => all + one.bits, pair.prior_bits);
  expect(Math.abs(sum - pair.bits) < 0.1, `the evidence adds up to ${sum}, not to ${pair.bits}`);
  await card.getByText('Against or for').waitFor();
  await card.scrollIntoViewIfNeeded();
  await picture(page, 'why');
  await accessible('why');
  await fits('why');
});

await step('the same person: merged at once, and the group leaves the list', async () => {
  const card = await shown(merged);
  await card.getByRole('radio').nth(1).check();
  const stays = await card.getByRole('link').nth(1).getAttribute('href');
  await card.getByRole('button', { name: /^Same person: merge/ }).click();
  await page.getByText('They are one customer now.', { exact: false }).waitFor();
  await card.waitFor({ state: 'detached' });
  const ids = await Promise.all(merged.ids.map(async (id) => (await api('GET', `/api/v1/profiles/${id}`)).id));
  expect(ids[0] === ids[1], `they are still two: ${ids}`);
  expect(stays.endsWith(ids[0]), `${ids[0]} stayed, ${stays} was chosen`);
});

await step('not the same: the group leaves the list', async () => {
  const card = await shown(refused);
  await card.getByRole('button', { name: /^Not the same/ }).click();
  await page.getByText('Noted: these are not suggested again').waitFor();
  await card.waitFor({ state: 'detached' });
  const focused = await page.evaluate(() => document.activeElement !== document.body);
  expect(focused, 'the focus is lost');
});

await step('a decision about other people than were seen is left alone, and a suggestion keeps its name', async () => {
  const before = await suggestions();
  const [group] = before;
  const stale = { id: group.id, version: group.version + 1 };
  const accepted = await api('POST', '/api/v1/duplicates/accept', { groups: [stale] });
  expect(accepted.merged === 0 && accepted.skipped[0].why === 'changed', `a stale decision: ${JSON.stringify(accepted)}`);
  const { rejected } = await api('POST', '/api/v1/duplicates/reject', { groups: [stale] });
  expect(rejected === 0, 'a stale refusal was taken');
  await search();
  const after = await suggestions();
  const kept = before.filter((one) => after.some((other) => other.id === one.id && other.version === one.version));
  expect(kept.length > 0 && kept.some((one) => one.id === group.id), 'no suggestion kept its name through a search');
});

await step('all above 99 % are merged in bulk, and it is said beforehand how many become how many', async () => {
  const sure = (await suggestions()).filter((group) => group.probability >= 0.99);
  expect(sure.length > 0, 'no suggestion is above 99 %');
  const people = sure.reduce((sum, group) => sum + group.people.length, 0);
  const number = (value) => value.toLocaleString('en-GB');
  await button('Select all above 99%').click();
  const label = sure.length === 1 ? 'Merge 1 group' : `Merge ${number(sure.length)} groups`;
  await button(label).waitFor();
  await accessible('a selection');
  await fits('a selection');
  await button(label).click();
  const asking = dialog(label);
  await asking.getByText(`${number(people)} people become ${number(sure.length)}.`).waitFor();
  await accessible('the question before a bulk merge');
  await fits('the question before a bulk merge');
  await button('Merge', asking).click();
  await page.getByText(/groups? (is|are) merged\./).waitFor({ timeout: SEARCH_MS });
  await asking.waitFor({ state: 'hidden' });
  await eventually('nothing above 99 % is left', async () => (await suggestions()).every((group) => group.probability < 0.99));
  await page.reload();
  await title('Duplicates');
  await main.getByText('Last looked').waitFor();
  for (const pair of others.filter((one) => sure.some(isAbout(one)))) {
    expect((await cardOf(pair).count()) === 0, `${nameOf(pair.one)} is still on the list`);
    const ids = await Promise.all(pair.ids.map(async (id) => (await api('GET', `/api/v1/profiles/${id}`)).id));
    expect(ids[0] === ids[1], `${nameOf(pair.one)} is still two`);
  }
  await picture(page, 'after-bulk');
});

await step('the Identity tab of one of them shows the merge, and how to undo it', async () => {
  const { id } = await api('GET', `/api/v1/profiles/${merged.ids[0]}`);
  await page.goto(`${base}/people/${id}?tab=identity`);
  await main.getByRole('heading', { level: 2, name: 'Merges', exact: true }).waitFor();
  await main.getByRole('button', { name: /^Undo… merge of / }).first().waitFor();
  await picture(page, 'identity-after-merge');
});

await step('looked for once more, what is not the same is not suggested again', async () => {
  await page.goto(`${base}/people/duplicates`);
  await title('Duplicates');
  await search();
  const groups = await suggestions();
  expect(!groups.some(isAbout(refused)), `${nameOf(refused.one)} is suggested again`);
  expect(!groups.some(isAbout(merged)), `${nameOf(merged.one)} was merged and is suggested again`);
  expect((await cardOf(refused).count()) === 0, `${nameOf(refused.one)} is on the list again`);
  const ids = await Promise.all(refused.ids.map(async (id) => (await api('GET', `/api/v1/profiles/${id}`)).id));
  expect(ids[0] !== ids[1], 'those who are not the same were merged');
  await accessible('after the second search');
});

await finish();
