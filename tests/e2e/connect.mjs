// Sources that are fetched or mapped: a webhook whose payload is clicked into events and replayed, a signature, a database and
// a folder with their tests, refused events tried again, a workbook. In Chromium; the API confirms what the screen says.
import { api, eventually, expect, picture, stage } from './harness.mjs';
import { workbook } from './workbook.mjs';

const WIDE = { width: 1500, height: 950 };
const RUN = Date.now().toString(36);

const {
  base, page, main, step, accessible, fits, button, dialog, tab, table, rowOf, title, signIn, finish,
} = await stage({ viewport: WIDE });

const box = (name, within = main) => within.getByRole('textbox', { name });
const panelOf = (name) => main.locator('section').filter({ has: page.getByRole('heading', { name, exact: true }) });

const HOOK = `Shop system ${RUN}`;
const EMAIL = `ann-${RUN}@mail.example`;
const ORDER = {
  topic: `order.placed.${RUN}`,
  created_at: '2026-11-20T10:00:00Z',
  customer: { id: `c-${RUN}`, email: EMAIL },
  total: 89.95,
  note: 'gift',
  items: [{ sku: 'a', qty: 1 }, { sku: 'b', qty: 2 }],
};

async function sourceNamed(name) {
  const { items } = await api('GET', '/api/v1/sources?limit=500');
  return items.find((one) => one.name === name);
}
const connectionOf = async (name) => api('GET', `/api/v1/connections/${(await sourceNamed(name)).id}`);
const payloadsOf = async (name) => (await api('GET', `/api/v1/connections/${(await sourceNamed(name)).id}/payloads`)).items;

const call = (url, body, headers = {}) => fetch(url, {
  method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify(body),
});

async function openSources() {
  await page.goto(`${base}/sources`);
  await title('Sources');
}

/** Opens the dialog and chooses a kind. */
async function choose(kind, name) {
  await openSources();
  await button('Connect a source').first().click();
  const form = dialog('Connect a source');
  await form.getByRole('radio', { name: new RegExp(`^${kind}`) }).click();
  await box('Name', form).fill(name);
  return form;
}

await step('the printed link signs in', signIn);

await step('a webhook has an address at once, and waits for what comes', async () => {
  const form = await choose('Webhook', HOOK);
  await accessible('the kinds of source');
  await fits('the kinds of source');
  await button('Connect', form).click();
  await title(HOOK);
  const { webhook_url: url } = await connectionOf(HOOK);
  await main.getByText(url, { exact: true }).waitFor();
  await main.getByRole('region', { name: 'Health' }).getByRole('heading', { name: 'Nothing has come in yet' }).waitFor();
  await accessible('a new webhook');
  await fits('a new webhook');
});

await step('what comes before there is a mapping is kept', async () => {
  const { webhook_url: url } = await connectionOf(HOOK);
  const answer = await call(url, ORDER);
  expect(answer.status === 200, `the address answers ${answer.status}`);
  const { stored } = await answer.json();
  expect(stored === true, 'it was not stored');
  await rowOf('What came in', 'Kept, no mapping yet').waitFor();
  await table('What came in').getByRole('button').first().click();
  await dialog('What came in').getByText(EMAIL).waitFor();
  await accessible('a payload');
  await page.keyboard.press('Escape');
  await main.getByText('1 payload is kept and became no event yet.', { exact: false }).waitFor();
});

await step('a mapping is suggested, and shows the event it would make', async () => {
  await main.getByRole('link', { name: 'Make the mapping' }).click();
  await button('Suggest a mapping').click();
  const first = box('What happened');
  expect((await first.inputValue()) === '$.topic', `the event comes from ${await first.inputValue()}`);
  expect((await box('E-mail').inputValue()) === '$.customer.email', 'the e-mail address was not found');
  await main.getByText('This payload becomes 1 event.').waitFor();
  await main.locator('dl').getByText(EMAIL).first().waitFor();
  await picture(page, 'mapping');
  await accessible('the mapping');
  await fits('the mapping');
});

const tree = main.getByRole('region', { name: 'The payload' });
const value = (path) => tree.getByRole('button', { name: new RegExp(`^Use ${path}:`) });

await step('a clicked value takes its place: with a choice, or for the field that waits for it', async () => {
  await value('items\\.0\\.sku').click();
  await page.getByRole('menuitem', { name: 'Detail “sku”' }).click();
  await main.locator('dl').getByText('sku', { exact: true }).waitFor();
  const waits = button('Phone: take it from the payload');
  await waits.focus();
  await page.keyboard.press('Enter');
  await main.getByText('Now click the value in the payload.').waitFor();
  await accessible('a field that waits for a click');
  await value('note').focus();
  await page.keyboard.press('Enter');
  expect((await box('Phone').inputValue()) === '$.note', 'the field did not take the clicked value');
  await button('Phone: leave empty').click();
});

await step('what is wrong is said at its field', async () => {
  const email = box('E-mail');
  await email.fill('$.customer[');
  await main.getByText('This would not work yet').waitFor();
  await main.getByRole('group', { name: 'E-mail', exact: true }).getByText('This place cannot be read', { exact: false }).waitFor();
  await accessible('a mapping that is wrong');
  await email.fill('$.customer.email');
  await main.getByText('This payload becomes 1 event.').waitFor();
});

await step('saved and replayed, the kept payload becomes an event of its customer', async () => {
  await button('Save the mapping').click();
  await page.getByRole('button', { name: 'Replay', exact: true }).click();
  await page.getByText('1 payload was replayed.', { exact: false }).waitFor();
  await eventually('the payload is mapped', async () => (await payloadsOf(HOOK)).every((one) => one.state === 'mapped'));
  await eventually('the customer is known', async () => (await api('GET', `/api/v1/profiles?q=${encodeURIComponent(EMAIL)}`)).items.length === 1);
  await tab('Overview').click();
  await rowOf('What came in', 'Became events').waitFor();
  await main.getByRole('region', { name: 'Health' }).getByRole('heading', { name: 'It works' }).waitFor();
  await table('Last events').getByText(ORDER.topic).waitFor();
  await picture(page, 'webhook');
  await accessible('a webhook that works');
  await fits('a webhook that works');
});

await step('with a signature, what is not signed is refused, and the screen says what to do', async () => {
  await tab('Settings').click();
  await main.getByRole('radio', { name: /^GitHub/ }).click();
  await main.getByLabel(/^Secret/).fill(`secret-${RUN}`);
  await accessible('the signature');
  await fits('the signature');
  await button('Save', panelOf('Signature')).click();
  await page.getByText('Saved', { exact: true }).first().waitFor();
  const { webhook_url: url, definition } = await connectionOf(HOOK);
  expect(definition.signature.secret_set === true && !JSON.stringify(definition).includes(`secret-${RUN}`), 'the secret is shown');
  const answer = await call(url, ORDER);
  expect(answer.status === 401, `an unsigned payload is answered with ${answer.status}`);
  await tab('Overview').click();
  await main.getByRole('region', { name: 'Health' }).getByText('Compare the secret here', { exact: false }).waitFor();
  await accessible('a webhook that refuses');
});

await step('a sender that asks before it sends has its answer', async () => {
  const { webhook_url: url } = await connectionOf(HOOK);
  const asking = `${url}?hub.mode=subscribe&hub.verify_token=verify-${RUN}&hub.challenge=1158201444`;
  expect((await fetch(asking)).status === 403, 'a question is answered that nobody asked for');
  await tab('Settings').click();
  const panel = panelOf('Verification of the address');
  await panel.getByLabel('Who asks').selectOption('meta');
  await panel.getByLabel(/^Verify token/).fill(`verify-${RUN}`);
  await accessible('the verification of an address');
  await fits('the verification of an address');
  await button('Save', panel).click();
  await eventually('the token is kept', async () => (await connectionOf(HOOK)).definition.challenge.token_set === true);
  const answer = await fetch(asking);
  expect(answer.status === 200 && (await answer.text()) === '1158201444', `Meta is answered with ${answer.status}`);
  expect((await fetch(asking.replace('verify-', 'other-'))).status === 403, 'another token is answered');
  const shown = JSON.stringify(await connectionOf(HOOK));
  expect(!shown.includes(`verify-${RUN}`), 'the token is shown');
  await tab('Overview').click();
});

await step('a new address stops the old one', async () => {
  const { webhook_url: old } = await connectionOf(HOOK);
  await button('New address').click();
  const asking = dialog(`A new address for ${HOOK}?`);
  await accessible('the question before a new address');
  await button('Make a new address', asking).click();
  await page.getByText(`“${HOOK}” has a new address`).waitFor();
  const { webhook_url: url } = await connectionOf(HOOK);
  expect(url !== old, 'the address is the same');
  expect((await call(old, ORDER)).status === 404, 'the old address still answers');
});

await step('paused and going on', async () => {
  await button('Pause').click();
  await main.getByRole('region', { name: 'Health' }).getByRole('heading', { name: 'Paused' }).waitFor();
  expect((await connectionOf(HOOK)).enabled === false, 'it is not paused');
  await button('Go on').click();
  await button('Pause').waitFor();
});

await step('a database that does not answer is said so, with what to do', async () => {
  const form = await choose('Database', `Data ${RUN}`);
  await button('Next', form).click();
  await title('Connect: Database');
  await main.getByLabel('Kind of database').selectOption('mysql');
  expect((await box('Port').inputValue()) === '3306', 'MySQL has another port');
  await main.getByLabel('Kind of database').selectOption('postgres');
  await box('Name of the database').fill('shop');
  await box('Host').fill('127.0.0.1');
  await box('Port').fill('1');
  await box('User name').fill('reader');
  await button('Begin with an example').click();
  await accessible('the form of a database');
  await fits('the form of a database');
  await button('Test the connection').click();
  const problem = main.getByRole('alert').filter({ hasText: /Nothing answers at this address|Tutti may not connect to this address/ });
  await problem.waitFor({ timeout: 60_000 });
  await picture(page, 'database');
  await accessible('a database that does not answer');
  await fits('a database that does not answer');
});

await step('a query that does not fit its column is told before it is tried', async () => {
  await main.getByLabel('Column to go on from').fill('');
  await main.getByText('The query says “:since”', { exact: false }).waitFor();
  await main.getByRole('radio', { name: 'Once a day' }).click();
  await main.getByLabel('At what time').waitFor();
  await accessible('a daily schedule');
});

await step('a folder: chosen from those that are allowed, or said how they become so', async () => {
  const { items: roots } = await api('GET', '/api/v1/connections/folders');
  const form = await choose('Watched folder', `Files ${RUN}`);
  await button('Next', form).click();
  await title('Connect: Watched folder');
  if (roots.length === 0) await main.getByText('No folder may be watched yet').waitFor();
  else {
    await main.getByLabel(/^Folder/).first().waitFor();
    await box('Names of the files').fill(`*-${RUN}.csv`);
    await button('Test the connection').click();
    await main.getByText('The connection works').waitFor();
    await button('Save and start').click();
    await title(`Files ${RUN}`);
    await main.getByRole('heading', { name: 'No file was taken yet' }).waitFor();
  }
  await picture(page, 'folder');
  await accessible('a folder');
  await fits('a folder');
});

await step('files in object storage: an address that does not answer is said so', async () => {
  const form = await choose('Watched folder', `Bucket ${RUN}`);
  await button('Next', form).click();
  await title('Connect: Watched folder');
  await main.getByRole('radio', { name: 'Object storage (S3)' }).click();
  await box('Address of the storage').fill('http://127.0.0.1:1');
  await main.getByRole('textbox', { name: 'Bucket', exact: true }).fill('shop');
  await box('Folder in the bucket').fill('exports');
  await box('Id of the access key').fill('key-1');
  await accessible('the form of a bucket');
  await fits('the form of a bucket');
  const asks = button('Test the connection');
  expect(await asks.isDisabled(), 'it can be tested without a secret');
  await main.getByLabel(/^Secret of the access key/).fill('hush');
  await asks.click();
  await main.getByRole('alert').filter({ hasText: /Nothing answers at this address|Tutti may not connect to this address/ }).waitFor({ timeout: 60_000 });
  await picture(page, 'bucket');
  await accessible('a bucket that does not answer');
});

await step('a refused event is put right and tried again', async () => {
  const { id, name, write_key: writeKey } = await api('POST', '/api/v1/sources', { name: `Till ${RUN}`, kind: 'shop' });
  const refused = await call(`${base}/v1/track`, { writeKey, userId: `r-${RUN}`, properties: { total: 1 } });
  expect(refused.status >= 400, `an event without a name is answered with ${refused.status}`);
  await page.goto(`${base}/sources/${id}`);
  await title(name);
  await table('Refused events').getByRole('button', { name: 'The event has no name' }).click();
  const drawer = dialog('Refused event');
  await button('Put it right…', drawer).click();
  const text = box('The event, put right', drawer);
  const item = JSON.parse(await text.inputValue());
  await text.fill('{');
  await drawer.getByText('This is not a JSON object').waitFor();
  await accessible('a refused event');
  await text.fill(JSON.stringify({ ...item, event: `Paid ${RUN}` }));
  await button('Try it like this', drawer).click();
  await page.getByText('1 event was accepted.', { exact: false }).waitFor();
  await drawer.waitFor({ state: 'hidden' });
  await eventually('nothing is refused any more', async () => (await api('GET', `/api/v1/sources/${id}/rejections`)).items.length === 0);
});

await step('the list says how each source is doing', async () => {
  await openSources();
  await rowOf('Sources', HOOK).waitFor();
  await rowOf('Sources', `Till ${RUN}`).getByText('It works').waitFor();
  await picture(page, 'sources');
  await accessible('the sources');
  await fits('the sources');
});

await step('a workbook is imported: the sheet is chosen, its columns are shown', async () => {
  await page.goto(`${base}/imports/new`);
  await title('Import a file');
  await page.locator('input[type="file"]').setInputFiles({
    name: `list-${RUN}.xlsx`,
    mimeType: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
    buffer: workbook({
      Notes: [['nothing'], ['here']],
      People: [['email', 'first_name'], [`sheet-${RUN}@mail.example`, 'Sheet']],
    }),
  });
  const sheet = main.getByRole('combobox', { name: 'Sheet' });
  await sheet.selectOption('People');
  await rowOf('Columns of the file', 'first_name').waitFor();
  await accessible('the sheets of a workbook');
  await fits('the sheets of a workbook');
  await button('Start the import').click();
  await title(`list-${RUN}.xlsx`);
  await main.getByText('Finished', { exact: true }).waitFor({ timeout: 60_000 });
  await eventually('the customer of the sheet is known', async () => {
    const { items } = await api('GET', `/api/v1/profiles?q=${encodeURIComponent(`sheet-${RUN}@mail.example`)}`);
    return items.length === 1;
  });
});

await finish();
