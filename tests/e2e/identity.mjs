// Who a customer is made of: two are merged by hand, the merge is undone, an identifier is split off. In Chromium, with
// mouse and keyboard; the API makes the customers and confirms what the screen says.
import { api, eventually, expect, picture, stage } from './harness.mjs';

const RUN = Date.now().toString(36);

const { base, page, main, step, accessible, fits, dialog, signIn, finish } = await stage();

// How a person finds things: by role and name.
const button = (name, within = page) => within.getByRole('button', { name, exact: true });
const title = (name) => main.getByRole('heading', { level: 1, name }).waitFor();
const panel = (name) => main.getByRole('heading', { level: 2, name, exact: true });
const rows = (name, within = main) => within.getByRole('table', { name, exact: true }).getByRole('row');
const drawing = main.getByRole('listbox');
const column = (name, within) => within.getByRole('group', { name, exact: true });

/** The dialog is open, and the focus is in it. */
async function hasFocus(shown) {
  await shown.waitFor();
  await eventually('the focus is in the dialog', () => shown.evaluate((one) => one.contains(document.activeElement)), 5);
}

async function customer(name, identifiers) {
  await api('POST', '/api/v1/profiles', { identifiers, traits: { name, city: `City of ${name}` } });
  const email = identifiers.find((one) => one.kind === 'email').value;
  const { items } = await eventually(`${name} is known`, async () => {
    const answer = await api('GET', `/api/v1/profiles?q=${encodeURIComponent(email)}`);
    return answer.items.length === 1 ? answer : null;
  });
  return { id: items[0].id, name, email, identifiers };
}

const valuesOf = async (id) => (await api('GET', `/api/v1/profiles/${id}/identity`)).identifiers.map((one) => one.value).sort();
const own = (person) => person.identifiers.map((one) => one.value).sort();
const same = (a, b) => JSON.stringify(a) === JSON.stringify(b);

const phone = '+31622223333';
const anna = await customer(`Anna Proef ${RUN}`, [
  { kind: 'email', value: `anna-${RUN}@mail.example` },
  { kind: 'user_id', value: `1-${RUN}` },
  { kind: 'phone', value: phone },
]);
const bert = await customer(`Bert Proef ${RUN}`, [
  { kind: 'email', value: `bert-${RUN}@mail.example` },
  { kind: 'user_id', value: `2-${RUN}` },
]);

await step('the printed link signs in', signIn);

await step('a customer shows who they are made of: a drawing, and the same as a list', async () => {
  await page.goto(`${base}/people/${anna.id}`);
  await title(anna.name);
  await main.getByRole('tab', { name: 'Identity', exact: true }).click();
  await panel('Who this is made of').waitFor();
  for (const { value } of anna.identifiers) {
    await rows('Identifiers').filter({ hasText: value }).waitFor();
    await drawing.getByRole('option', { name: value }).waitFor();
  }
  expect((await panel('Merges').count()) === 0, 'there is a merge already');
  await picture(page, 'identity');
  await accessible('identity');
  await fits('identity');
});

await step('the drawing is read with the arrow keys', async () => {
  const selected = drawing.getByRole('option', { selected: true });
  await drawing.getByRole('option', { name: `This customer: ${anna.name}` }).focus();
  await page.keyboard.press('End');
  const last = drawing.getByRole('option').last();
  await eventually('the last box has the focus', () => last.evaluate((one) => one === document.activeElement), 5);
  expect((await selected.count()) === 1, 'more than one box is selected');
  await page.keyboard.press('Home');
  await page.keyboard.press('ArrowDown');
  const second = drawing.getByRole('option').nth(1);
  await eventually('the second box has the focus', () => second.evaluate((one) => one === document.activeElement), 5);
});

const merging = dialog('Merge with another customer');

await step('a merge says beforehand what it would do', async () => {
  await button(`More for ${anna.name}`, main).click();
  await page.getByRole('menuitem', { name: 'Merge with another customer…' }).click();
  await hasFocus(merging);
  expect(await button('Merge', merging).isDisabled(), 'nobody is chosen and it can be merged');
  await accessible('the dialog of a merge, empty');
  const search = merging.getByRole('combobox', { name: 'The other customer' });
  await search.click();
  await search.fill(bert.email);
  await page.getByRole('option', { name: bert.email }).click();
  await merging.getByRole('status').filter({ hasText: /^Together they have/ }).waitFor();
  await merging.getByText('They have different customer numbers.', { exact: false }).waitFor();
  const name = rows('Attributes', merging).filter({ hasText: `City of ${anna.name}` });
  await name.getByText(`City of ${bert.name}`).waitFor();
  await name.getByText('stays: changed last').waitFor();
  for (const { value } of [...anna.identifiers, ...bert.identifiers]) await merging.getByText(value, { exact: true }).first().waitFor();
  await picture(page, 'merge-preview');
  await accessible('the preview of a merge');
  await fits('the preview of a merge');
  await merging.getByRole('radio', { name: bert.name }).click();
  await merging.getByRole('columnheader').nth(1).filter({ hasText: bert.name }).waitFor();
  await merging.getByRole('radio', { name: anna.name }).click();
  await merging.getByRole('columnheader').nth(1).filter({ hasText: anna.name }).waitFor();
});

await step('the dialog closes with Escape and gives the focus back', async () => {
  await page.keyboard.press('Escape');
  await merging.waitFor({ state: 'hidden' });
  const opener = button(`More for ${anna.name}`, main);
  await eventually('the menu has the focus', () => opener.evaluate((one) => one === document.activeElement), 5);
});

await step('two customers become one, and the screen says when and why', async () => {
  await button('Merge…', main).click();
  await hasFocus(merging);
  const search = merging.getByRole('combobox', { name: 'The other customer' });
  await search.click();
  await search.fill(bert.email);
  await page.getByRole('option', { name: bert.email }).click();
  await merging.getByRole('status').filter({ hasText: /^Together they have/ }).waitFor();
  await button('Merge', merging).click();
  await page.getByText('The two customers are one now').waitFor();
  await merging.waitFor({ state: 'hidden' });
  await rows('Merges').filter({ hasText: 'Merged by hand' }).waitFor();
  for (const { value } of bert.identifiers) await rows('Identifiers').filter({ hasText: value }).waitFor();
  await drawing.getByRole('option', { name: /^Merged on .* Merged by hand · 2 identifiers came with it$/ }).waitFor();
  const { id } = await api('GET', `/api/v1/profiles/${bert.id}`);
  expect(id === anna.id, `${bert.id} leads to ${id}`);
  await picture(page, 'merged');
  await accessible('a merged customer');
  await fits('a merged customer');
});

await step('the merge is undone: what came with it is chosen, and shown beforehand', async () => {
  await main.getByRole('button', { name: /^Undo… merge of / }).click();
  const undoing = dialog('Undo this merge');
  await hasFocus(undoing);
  for (const [person, leaves] of [[anna, false], [bert, true]]) {
    for (const { value } of person.identifiers) {
      const chosen = await undoing.getByRole('checkbox', { name: value }).isChecked();
      expect(chosen === leaves, `${value} is ${chosen ? '' : 'not '}chosen`);
    }
  }
  const leaving = column('Leaves as own customer', undoing);
  for (const { value } of bert.identifiers) await leaving.getByText(value, { exact: true }).waitFor();
  for (const { value } of anna.identifiers) await column('Stays', undoing).getByText(value, { exact: true }).waitFor();
  await picture(page, 'undo-merge');
  await accessible('the dialog that undoes a merge');
  await fits('the dialog that undoes a merge');
  await button('Undo the merge', undoing).click();
  await page.getByText('The merge is undone').waitFor();
  await undoing.waitFor({ state: 'hidden' });
  await eventually('both are there again with what is their own', async () =>
    same(await valuesOf(anna.id), own(anna)) && same(await valuesOf(bert.id), own(bert)));
  const kept = main.getByRole('list', { name: 'Kept apart' }).getByRole('listitem').filter({ hasText: bert.name });
  await kept.getByRole('button', { name: `Merge after all… ${bert.name}` }).waitFor();
  await rows('Identifiers').filter({ hasText: bert.email }).waitFor({ state: 'detached' });
  await picture(page, 'kept-apart');
  await accessible('two kept apart');
});

await step('whoever merges two that were split is told so', async () => {
  await main.getByRole('button', { name: `Merge after all… ${bert.name}` }).click();
  await hasFocus(merging);
  await merging.getByText('Somebody split these two by hand earlier.', { exact: false }).waitFor();
  await accessible('the preview of a merge after a split');
  await button('Cancel', merging).click();
  await merging.waitFor({ state: 'hidden' });
});

await step('an identifier is split off and becomes a customer of its own', async () => {
  await button('Split…', main).click();
  const splitting = dialog('Split this customer');
  await hasFocus(splitting);
  await splitting.getByText('Nothing would leave: choose at least one identifier.').waitFor();
  expect(await button('Split', splitting).isDisabled(), 'nothing is chosen and it can be split');
  await accessible('the dialog of a split, empty');
  await splitting.getByRole('checkbox', { name: phone }).check();
  await column('Leaves as own customer', splitting).getByText(phone, { exact: true }).waitFor();
  await column('Stays', splitting).getByText(anna.email, { exact: true }).waitFor();
  await accessible('the preview of a split');
  await fits('the preview of a split');
  await button('Split', splitting).click();
  await page.getByText('The customer is split').waitFor();
  await splitting.waitFor({ state: 'hidden' });
  const left = own(anna).filter((value) => value !== phone);
  await eventually('the phone is gone from here', async () => same(await valuesOf(anna.id), left));
  const { items } = await eventually('the new customer is found', async () => {
    const answer = await api('GET', `/api/v1/profiles?q=${encodeURIComponent(phone)}`);
    return answer.items.length === 1 && answer.items[0].id !== anna.id ? answer : null;
  });
  await page.goto(`${base}/people/${items[0].id}?tab=identity`);
  await rows('Identifiers').filter({ hasText: phone }).waitFor();
  await main.getByRole('list', { name: 'Kept apart' }).getByRole('link', { name: anna.name }).click();
  await title(anna.name);
  await panel('Kept apart').waitFor();
  await eventually('everything is sorted', async () => !(await api('GET', `/api/v1/profiles/${anna.id}/identity`)).sorting);
  await main.getByText('The timeline is still being sorted').waitFor({ state: 'detached' });
  await picture(page, 'split');
  await accessible('a split customer');
});

await finish();
