// How long things are kept: a page that teaches, a rule made and refused, what it would take looked at, switched on with the
// warning typed away, carried out with its receipt, switched off by a change, deleted; a customer made anonymous. In
// Chromium; the shop's website is played through the collection API, and the API confirms what the screen says.
import { api, collect, eventually, expect, picture, stage } from './harness.mjs';

/** A run waits until nothing else is being worked out over the past. */
const RUN_S = 180;
const DAY_MS = 86_400_000;
const RUN = Date.now().toString(36);
const EVENT = `Sole Measured ${RUN}`;
const TRAIT = `soles_${RUN}`;
const OLD = 12;
const NEW = 3;
const SENTENCE = `${EVENT}: deleted after 12 months`;

const {
  base, page, main, step, accessible, fits, button, dialog, title, toast, signIn, finish,
} = await stage({ acceptDownloads: true });

// How a person finds things: by role and name.
const box = (name, within = main) => within.getByRole('textbox', { name });
const stat = (name) => main.getByRole('group', { name, exact: true });

const send = (batch) => collect('batch', { batch });

const measured = (userId, at, ago) => ({
  type: 'track', userId, event: EVENT, timestamp: new Date(Date.now() - ago).toISOString(),
  messageId: `${userId}-${at}`, properties: { size: 36 + (at % 8) },
});

async function personOf(user) {
  return eventually(`${user} is known`, async () => {
    const { items } = await api('GET', `/api/v1/profiles?q=${encodeURIComponent(`${user}@mail.example`)}`);
    return items[0];
  });
}

const timelineOf = async (id) =>
  (await api('GET', `/api/v1/profiles/${id}/timeline?limit=200`)).items.filter((one) => one.name === EVENT).length;
const ruleNamed = async () => (await api('GET', '/api/v1/retention/rules')).items.find((one) => one.target.name === EVENT);
const lastRun = async (mode) => (await api('GET', `/api/v1/retention/runs?mode=${mode}`)).items[0];

const user = `sole-${RUN}`;
const known = (id, name) => ({ type: 'identify', userId: id, traits: { name, email: `${id}@mail.example`, city: 'Leeuwarden' } });
await send([
  known(user, `Sofie Zool ${RUN}`),
  ...Array.from({ length: OLD }, (_, at) => measured(user, at, 600 * DAY_MS)),
  ...Array.from({ length: NEW }, (_, at) => measured(user, OLD + at, 2 * DAY_MS)),
]);
const sofie = await personOf(user);
await eventually('her events are in the history', async () => (await timelineOf(sofie.id)) === OLD + NEW);
await api('POST', '/api/v1/computed-traits', {
  name: TRAIT, description: '', definition: { aggregate: 'count', event: { name: EVENT, where: [], window: null, channel: null } },
});
await eventually('the trait over them is worked out', async () =>
  (await api('GET', '/api/v1/computed-traits')).items.find((one) => one.name === TRAIT)?.status === 'live');

const segment = await api('POST', '/api/v1/segments', {
  name: `Measured often ${RUN}`, description: '',
  condition: { event: { name: EVENT, op: 'performed', count: { op: 'at_least', value: NEW + 1 } } },
});
expect(segment.count === 1, `before the cut ${segment.count} customers measured often`);

await step('the printed link signs in', signIn);

await step('the menu leads to a page that says what it is for, with three to begin with', async () => {
  const menu = page.getByRole('navigation', { name: 'Main menu' });
  await menu.getByRole('link', { name: 'Data retention', exact: true }).click();
  await title('Data retention');
  expect((await api('GET', '/api/v1/retention/rules')).items.length === 0, 'this story begins without rules');
  await main.getByRole('heading', { name: 'Everything is kept for ever' }).waitFor();
  await picture(page, 'retention-empty');
  await accessible('no rule yet');
  await fits('no rule yet');
  await main.getByRole('link', { name: /^Page views: deleted after 13 months/ }).click();
  await title('New rule');
  expect(await main.getByRole('radio', { name: 'A kind of event', exact: true }).isChecked(), 'the starter is not filled in');
  await main.getByText('Page views: deleted after 13 months', { exact: true }).waitFor();
  await accessible('a starter');
});

await step('what proves a consent cannot be given a rule', async () => {
  await main.getByRole('radio', { name: 'One event', exact: true }).check();
  await button('Save').click();
  await main.getByText('Choose an event first.').waitFor();
  const field = main.getByRole('combobox', { name: 'Event', exact: true }).or(box('Event')).first();
  await field.fill('Unsubscribed');
  await page.keyboard.press('Escape');
  await button('Save').click();
  await main.getByText('These events are kept whatever a rule says', { exact: false }).waitFor();
  await accessible('a refused rule');
});

await step('a rule is made of an event that arrives, reads as a sentence, and does nothing yet', async () => {
  const field = main.getByRole('combobox', { name: 'Event', exact: true }).or(box('Event')).first();
  await field.fill(EVENT);
  await page.getByRole('option', { name: new RegExp(`^${EVENT}`) }).click();
  await main.getByLabel('Keep for', { exact: true }).fill('12');
  await main.getByText(SENTENCE, { exact: true }).waitFor();
  await picture(page, 'retention-new');
  await fits('a new rule');
  await button('Save').click();
  await toast('It does nothing until you switch it on.');
  await title(SENTENCE);
  const rule = await ruleNamed();
  expect(rule.enabled === false && rule.keep.amount === 12 && rule.keep.unit === 'month' && rule.action === 'delete', JSON.stringify(rule));
  expect(await button('Switch on…').isDisabled(), 'it can be switched on unseen');
});

await step('looking says how much would go, since when, and what reads it', async () => {
  await button('Preview').click();
  await button('Look again').waitFor({ timeout: RUN_S * 1000 });
  await stat('Events to be deleted').getByText(String(OLD), { exact: true }).waitFor();
  await stat('Customers').getByText('1', { exact: true }).waitFor();
  await main.getByRole('table', { name: 'Events to be deleted' }).getByText(EVENT, { exact: true }).waitFor();
  await main.getByRole('list', { name: 'What reads these events' }).getByRole('link', { name: TRAIT, exact: true }).waitFor();
  await picture(page, 'retention-look');
  await accessible('what would go');
  await fits('what would go');
  expect((await timelineOf(sofie.id)) === OLD + NEW, 'looking has taken something');
  await page.reload();
  await button('Look again').waitFor();
  await stat('Events to be deleted').getByText(String(OLD), { exact: true }).waitFor();
});

await step('it is switched on only with the warning typed away', async () => {
  await button('Switch on…').click();
  const asked = dialog(`Switch on “${SENTENCE}”?`);
  await asked.getByText(`${OLD} events are deleted in the coming night.`).waitFor();
  expect(await button('Switch on', asked).isDisabled(), 'it can be switched on without typing');
  await picture(page, 'retention-switch-on');
  await accessible('the warning');
  await fits('the warning');
  await box(`Type “${EVENT}” to confirm`, asked).fill(EVENT);
  await button('Switch on', asked).click();
  await toast('It is on, and begins in the coming night.');
  await button('Switch off').waitFor();
  expect((await ruleNamed()).enabled, 'the rule is not on');
});

await step('the list shows what is on and when it works next', async () => {
  await main.getByRole('link', { name: '← Data retention' }).click();
  await title('Data retention');
  const line = main.getByRole('list', { name: 'Rules' }).getByRole('listitem').filter({ hasText: SENTENCE });
  await line.getByText('on', { exact: true }).waitFor();
  await stat('Rules that are on').getByText('1', { exact: true }).waitFor();
  await picture(page, 'retention');
  await accessible('the rules');
  await fits('the rules');
});

await step('carried out now, the old goes, the new stays, and there is a receipt', async () => {
  await button('Carry out now').click();
  await button('Carry out now', dialog('Carry out the rules now?')).click();
  await title('Carried out');
  await stat('Deleted').getByText(String(OLD), { exact: true }).waitFor({ timeout: RUN_S * 1000 });
  await main.getByRole('heading', { level: 2, name: SENTENCE, exact: true }).waitFor();
  await picture(page, 'retention-receipt');
  await accessible('a receipt');
  await fits('a receipt');
  const run = await lastRun('run');
  expect(run.state === 'done' && run.deleted === OLD && run.anonymised === 0, JSON.stringify(run).slice(0, 400));
  await eventually('only the new events are left', async () => (await timelineOf(sofie.id)) === NEW);
  const trail = (await api('GET', '/api/v1/audit')).items;
  const noted = trail.filter((one) => one.action === 'retention.ended' && one.object === run.id);
  expect(noted.length === 1 && noted[0].actor === 'system' && noted[0].after.deleted === OLD, JSON.stringify(noted));
  const { count } = await api('GET', `/api/v1/segments/${segment.id}`);
  expect(count === 0, `somebody is in a segment by events that are gone: ${count}`);
  const saving = page.waitForEvent('download');
  await button('Download the receipt').click();
  expect((await saving).suggestedFilename() === `${run.id}.json`, 'the receipt has another name');
});

await step('a changed rule is switched off until it is looked at again', async () => {
  const { id } = await ruleNamed();
  await page.goto(`${base}/settings/retention/${id}`);
  await title(SENTENCE);
  await main.getByLabel('Keep for', { exact: true }).fill('6');
  await main.getByText('Saving switches it off', { exact: false }).waitFor();
  await button('Save').click();
  await title(`${EVENT}: deleted after 6 months`);
  await button('Preview').waitFor();
  expect((await ruleNamed()).enabled === false, 'the changed rule is still on');
});

await step('a rule is deleted, and no event with it', async () => {
  await button('Delete…').click();
  const asked = dialog(`Delete “${EVENT}: deleted after 6 months”?`);
  await asked.getByText('No event is deleted by this', { exact: false }).waitFor();
  await accessible('deleting a rule');
  await button('Delete the rule', asked).click();
  await title('Data retention');
  await eventually('the rule is gone', async () => (await ruleNamed()) === undefined);
  expect((await timelineOf(sofie.id)) === NEW, 'an event went with the rule');
});

await step('a customer is made anonymous after seeing what goes and what stays', async () => {
  const name = `Sofie Zool ${RUN}`;
  await page.goto(`${base}/people/${sofie.id}?tab=privacy`);
  await title(name);
  await button('Anonymise').click();
  const asked = dialog(`Make ${name} anonymous?`);
  await asked.getByRole('group', { name: 'What goes', exact: true }).getByText('identifiers: e-mail addresses', { exact: false }).waitFor();
  await asked.getByRole('group', { name: 'What stays, without the person', exact: true }).getByText(/^\d+ events? that belongs? to nobody$/).waitFor();
  await picture(page, 'anonymise');
  await accessible('what goes and what stays');
  await fits('what goes and what stays');
  await box(`Type “${name}” to confirm`, asked).fill(name);
  await button('Make anonymous for ever', asked).click();
  await main.getByRole('heading', { name: 'This person is anonymous' }).waitFor();
  await picture(page, 'anonymised');
  await accessible('a person who is anonymous');
  await fits('a person who is anonymous');
  const gone = await api('GET', `/api/v1/profiles/${sofie.id}`).then(() => false, (error) => error.message.includes('404'));
  expect(gone, 'the person is still there');
  expect((await api('GET', `/api/v1/profiles/${sofie.id}/erasure`)).anonymised === true, 'the receipt says erased');
  await main.getByText('No file holds anything of them any more', { exact: false }).waitFor({ timeout: RUN_S * 1000 });
});

await finish();
