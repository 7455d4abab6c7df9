// The main job as a marketer does it: look, find a customer, build a segment, write, launch, read, measure.
// Each step is a named check; the process ends with 1 when one failed. SCREENSHOTS=DIR keeps a picture of every screen.
import { accessible as checked, api, env, eventually, expect, openBrowser, picture, story, watchProblems } from './harness.mjs';
import { SNEAKER_BUYERS_IN_NL } from './sneaker-buyers.mjs';

const { step, end } = story();
const base = env('API_URL');
const browser = await openBrowser();
const context = await browser.newContext({ viewport: { width: 1360, height: 900 }, colorScheme: 'light' });
const page = await context.newPage();
const problems = watchProblems(page);
const accessible = (where) => checked(page, where);

/** Lists are there and skeletons have faded. */
const FADES_MS = 700;

/** Opens a screen; with a name its picture is kept. */
async function visit(path, name) {
  await page.goto(base + path);
  await page.waitForLoadState('domcontentloaded');
  await page.locator('main h1, main h2').first().waitFor({ timeout: 20_000 });
  await page.waitForTimeout(FADES_MS);
  if (name) await picture(page, name);
}

await step('the printed link signs in', async () => {
  await page.goto(env('SIGN_IN_URL'));
  await page.locator('main h1, main h2').first().waitFor({ timeout: 20_000 });
  expect(!page.url().includes('login'), `still at ${page.url()}`);
});

const screens = [
  ['/', 'home'], ['/people', 'people'], ['/segments', 'segments'], ['/campaigns', 'campaigns'], ['/sandbox', 'sandbox'],
  ['/live', 'live'], ['/sources', 'sources'], ['/imports', 'imports'],
];
for (const [path, name] of screens) {
  await step(`${name}: opens, and axe finds nothing serious in light and dark`, async () => {
    await visit(path, name);
    await accessible(name);
  });
}

let segment;
let campaign;
await step('home shows customers, orders and revenue that the API confirms', async () => {
  const home = await api('GET', '/api/v1/home?days=30');
  expect(home.totals.customers > 100 && home.totals.orders > 50 && home.totals.revenue.minor > 0, JSON.stringify(home.totals));
});

await step('a customer has one timeline over several channels', async () => {
  const people = await api('GET', '/api/v1/profiles?limit=200');
  const person = people.items.find((one) => one.channels.includes('shop') && one.channels.includes('web') && one.orders > 0) ?? people.items[0];
  await visit(`/people/${person.id}`, 'person');
  await accessible('person');
  const timeline = await api('GET', `/api/v1/profiles/${person.id}/timeline?limit=200`);
  const channels = new Set(timeline.items.map((event) => event.channel));
  expect(channels.size > 1, `only ${[...channels]} in ${person.id}`);
});

await step('bought sneakers in the last 60 days, in NL, may be e-mailed: a count that is right', async () => {
  const count = await api('POST', '/api/v1/segments/count', { condition: SNEAKER_BUYERS_IN_NL });
  expect(count.count > 0 && count.count < count.total, JSON.stringify(count).slice(0, 300));
  segment = await api('POST', '/api/v1/segments', { name: 'Sneaker buyers in NL', condition: SNEAKER_BUYERS_IN_NL });
  const members = await api('GET', `/api/v1/segments/${segment.id}/members?limit=500`);
  expect(members.items.length === segment.count, `${members.items.length} members, count ${segment.count}`);
  await visit(`/segments/${segment.id}`, 'segment');
  await accessible('segment');
});

await step('an e-mail is written from a starter and previewed for a real customer', async () => {
  const starters = await api('GET', '/api/v1/messages/starters');
  // To everybody who may be e-mailed: enough people that some are sure to open, click and buy.
  const everybody = await api('POST', '/api/v1/segments', { name: 'May be e-mailed', condition: { version: 1, reachable: { channel: 'email' } } });
  campaign = await api('POST', '/api/v1/campaigns', { name: 'New sneakers', segment_id: everybody.id, channel: 'email', message: starters.items[0].message });
  const members = await api('GET', `/api/v1/segments/${segment.id}/members?limit=1`);
  const preview = await api('POST', '/api/v1/messages/preview', { message: starters.items[0].message, profile_id: members.items[0].id });
  expect(preview.html.includes('<html') && preview.errors.length === 0, JSON.stringify(preview.errors));
  await visit(`/campaigns/${campaign.id}`, 'campaign-draft');
  await accessible('campaign draft');
});

await step('the launch goes to everybody the review counts, each once', async () => {
  const review = await api('GET', `/api/v1/campaigns/${campaign.id}/review`);
  expect(review.recipients > 0, JSON.stringify(review));
  expect(review.checks.every((check) => check.severity !== 'blocking'), JSON.stringify(review.checks));
  await api('POST', `/api/v1/campaigns/${campaign.id}/launch`, { confirm_recipients: review.recipients });
  const done = await eventually('the campaign finishes', async () => {
    const now = await api('GET', `/api/v1/campaigns/${campaign.id}`);
    return now.state === 'finished' ? now : null;
  });
  const mails = [];
  let cursor = '';
  do {
    const pageOfMails = await api('GET', `/api/v1/sandbox/messages?campaign=${campaign.id}&limit=500${cursor ? `&cursor=${encodeURIComponent(cursor)}` : ''}`);
    mails.push(...pageOfMails.items);
    cursor = pageOfMails.next_cursor;
  } while (cursor);
  expect(mails.length === done.progress.sent + done.progress.delivered, `${mails.length} mails, ${JSON.stringify(done.progress)}`);
  expect(new Set(mails.map((mail) => mail.to)).size === mails.length, 'somebody got two');
});

await step('the sandbox shows what a customer received', async () => {
  const list = await api('GET', `/api/v1/sandbox/messages?campaign=${campaign.id}&limit=1`);
  const mail = await api('GET', `/api/v1/sandbox/messages/${list.items[0].id}`);
  await visit(`/sandbox?campaign=${campaign.id}`);
  await page.getByRole('list', { name: 'Messages' }).getByRole('button').filter({ hasText: mail.to }).first().click();
  await page.getByTitle(mail.subject).contentFrame().getByRole('link').first().waitFor({ timeout: 20_000 });
  await page.waitForTimeout(FADES_MS);
  await picture(page, 'sandbox-mail');
  await accessible('sandbox');
  const header = (name) => mail.headers.find((one) => one.name.toLowerCase() === name)?.value ?? '';
  expect(header('list-unsubscribe').includes('/t/u/'), 'no List-Unsubscribe');
  expect(header('list-unsubscribe-post').includes('List-Unsubscribe=One-Click'), 'no List-Unsubscribe-Post');
});

await step('one click unsubscribes by POST and never by GET', async () => {
  const list = await api('GET', `/api/v1/sandbox/messages?campaign=${campaign.id}&limit=5`);
  const mail = await api('GET', `/api/v1/sandbox/messages/${list.items.at(-1).id}`);
  const link = mail.headers.find((one) => one.name.toLowerCase() === 'list-unsubscribe').value.match(/<(http[^>]+)>/)[1];
  const recipients = await api('GET', `/api/v1/campaigns/${campaign.id}/recipients?q=${encodeURIComponent(mail.to)}`);
  const profile = recipients.items[0].profile_id;
  const state = async () => (await api('GET', `/api/v1/profiles/${profile}`)).consent.find((one) => one.channel === 'email').state;
  expect((await fetch(link)).ok, 'the page does not open');
  expect((await state()) === 'subscribed', 'a GET changed consent');
  const answer = await fetch(link, { method: 'POST', headers: { 'content-type': 'application/x-www-form-urlencoded' }, body: 'List-Unsubscribe=One-Click' });
  expect(answer.ok, `POST answered ${answer.status}`);
  await eventually('consent is withdrawn', async () => (await state()) === 'unsubscribed');
});

await step('people open, click and buy, and the report says so', async () => {
  const report = await eventually('opens and clicks by people', async () => {
    const now = await api('GET', `/api/v1/campaigns/${campaign.id}/report`);
    return now.opens.human > 0 && now.clicks.human > 0 && now.unsubscribes > 0 ? now : null;
  }, 120);
  expect(report.progress.pending === 0, JSON.stringify(report.progress));
  await visit(`/campaigns/${campaign.id}`, 'campaign-report');
  await accessible('campaign report');
});

for (const [path, name] of [['/settings/workspace', 'settings-workspace'], ['/settings/team', 'settings-team'], ['/settings/keys', 'settings-keys'], ['/settings/sender', 'settings-sender'], ['/settings/suppressions', 'settings-suppressions'], ['/settings/audit', 'settings-audit']]) {
  await step(`${name}: opens, and axe finds nothing serious`, async () => {
    await visit(path, name);
    await accessible(name);
  });
}

await step('no page failed and no answer was a server error', async () => {
  expect(problems.length === 0, problems.slice(0, 10).join('\n'));
});

await browser.close();
end();
