// The main job with mouse and keyboard only, from the sign-in link on: what a marketer sees and does, in Chromium.
// The API is asked only to compare its numbers with those on screen; the shop's own part (its customers, its mail
// server) is played through the collection API and a mail server on loopback.
import { api, collect, env, eventually, expect, picture, stage } from './harness.mjs';
import { smtpSink } from './smtp-sink.mjs';
import { SNEAKER_BUYERS_IN_NL } from './sneaker-buyers.mjs';

/** Slow enough to look, pause and resume; quick enough to wait for the end. */
const MESSAGES_PER_SECOND = 15;
const RUN = Date.now().toString(36);

const { base, browser, context, page, main, step, accessible, box, dialog, finish } = await stage({
  // A person's browser: one that calls itself headless counts as a machine in the report.
  userAgent: 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36',
});
// Links in mails lead to the shop's website, which is not on this machine.
const shopVisits = [];
await context.route((url) => url.hostname !== '127.0.0.1' && url.protocol.startsWith('http'), (route) => {
  if (route.request().isNavigationRequest()) shopVisits.push(route.request().url());
  return route.fulfill({ contentType: 'text/html', body: '<!doctype html><title>The shop</title><h1>The shop</h1>' });
});

// How a person finds things: by role and name.
const button = (name, within = page) => within.getByRole('button', { name, exact: true });
const link = (name, within = main) => within.getByRole('link', { name, exact: true });
const combobox = (name, within = main) => within.getByRole('combobox', { name, exact: true });
const title = (name) => main.getByRole('heading', { level: 1, name }).waitFor();
const tile = (name) => main.getByRole('group', { name, exact: true });
const rows = (name, within = main) => within.getByRole('table', { name, exact: true }).getByRole('row');
const goTo = async (place, heading = place) => {
  await link(place, page.getByRole('navigation', { name: 'Main menu' })).click();
  await title(heading);
};
const choose = async (field, option) => {
  await field.click();
  await field.fill(option);
  await page.getByRole('option', { name: option }).first().click();
};
const number = async (locator) => Number((await locator.innerText()).match(/\d[\d,]*/)[0].replaceAll(',', ''));
const between = (value, low, high, what) => expect(low <= value && value <= high, `${what}: ${value} on screen, API ${low} to ${high}`);

/** What the shop's own programs tell about a customer: somebody the demo's simulation does not play. */
async function customer(id, name, email) {
  const identity = { userId: id, traits: { name, email, country: 'NL', city: 'Leeuwarden' } };
  const order = {
    userId: id, event: 'Order Completed',
    properties: {
      order_id: `o-${id}`, total: 99.95, currency: 'EUR', channel: 'web',
      products: [{ product_id: 's-1', category: 'sneakers', name: 'Testrunner', price: 99.95, quantity: 1 }],
    },
  };
  await collect('identify', identity);
  await collect('track', order);
  const { items } = await eventually(`${name} is known`, async () => {
    const found = await api('GET', `/api/v1/profiles?q=${encodeURIComponent(email)}`);
    return found.items.length === 1 && found.items[0].orders === 1 ? found : null;
  });
  return { id: items[0].id, name, email };
}

await step('the printed link signs in', async () => {
  await page.goto(env('SIGN_IN_URL'));
  await title('Noordkaap');
});

const femke = await customer(`femke-${RUN}`, `Femke Proef ${RUN}`, `femke-${RUN}@mail.example`);
const sjoerd = await customer(`sjoerd-${RUN}`, `Sjoerd Proef ${RUN}`, `sjoerd-${RUN}@mail.example`);

await step('home: the numbers are those of the API, and what to do next is there', async () => {
  const before = await api('GET', '/api/v1/home?days=30');
  await page.reload();
  await main.getByRole('heading', { name: 'Revenue per day' }).waitFor();
  const shown = { events: await number(tile('Events today').getByText(/^[\d,]+$/)), orders: await number(tile('Orders today').getByText(/^[\d,]+$/)) };
  const after = await api('GET', '/api/v1/home?days=30');
  between(shown.events, before.today.events, after.today.events, 'events today');
  between(shown.orders, before.today.orders, after.today.orders, 'orders today');
  await main.getByRole('progressbar', { name: /^\d of 6 done$/ }).waitFor();
  await picture(page, 'home');
  await accessible('home');
});

await step('an order without a usable amount is not counted: home says so, with the order and what to do', async () => {
  const before = await api('GET', '/api/v1/measure/refused-orders');
  const properties = { order_id: `dear-${RUN}`, total: 'dear', currency: 'EUR' };
  await collect('track', { userId: `femke-${RUN}`, event: 'Order Completed', properties });
  const refused = await eventually('the order is refused', async () => {
    const now = await api('GET', '/api/v1/measure/refused-orders');
    return now.total > before.total ? now : null;
  });
  await page.reload();
  const told = refused.total === 1 ? '1 order could not be counted' : `${refused.total} orders could not be counted`;
  await main.getByText(told).waitFor();
  await link('See why').click();
  await title('Orders that could not be counted');
  const order = rows('Orders that could not be counted').filter({ hasText: `dear-${RUN}` });
  await order.getByRole('cell', { name: 'An amount is not a number', exact: true }).waitFor();
  await order.getByText('total: "dear"').waitFor();
  await link(femke.name, order).waitFor();
  await rows('Why, and what to do about it').filter({ hasText: 'decimal point' }).waitFor();
  await picture(page, 'refused-orders');
  await accessible('refused orders');
});

await step('live events: what happens appears by itself, and one can be read whole', async () => {
  await goTo('Live events');
  await main.getByText('Listening', { exact: true }).waitFor();
  await customer(`live-${RUN}`, 'Live Proef', `live-${RUN}@mail.example`);
  const row = rows('Live events').filter({ hasText: 'Order Completed' }).filter({ hasText: `o-live-${RUN}` });
  await button('Order Completed', row.first()).click();
  const event = dialog('Order Completed');
  await event.getByRole('region', { name: 'The event as JSON' }).getByText('Testrunner').waitFor();
  await accessible('an event');
  await page.keyboard.press('Escape');
  await event.waitFor({ state: 'hidden' });
  await button('Pause', main).click();
  const held = await rows('Live events').count();
  await customer(`held-${RUN}`, 'Held Proef', `held-${RUN}@mail.example`);
  expect((await rows('Live events').count()) === held, 'events appear although paused');
  await button(/^Go on/, main).click();
  await rows('Live events').filter({ hasText: `o-held-${RUN}` }).first().waitFor();
  await picture(page, 'live');
  await accessible('live events');
});

await step('a customer is found by name from the keyboard, with one timeline over several channels', async () => {
  const people = await api('GET', '/api/v1/profiles?limit=200');
  const person = people.items.find((one) => one.channels.includes('shop') && one.channels.includes('web') && one.orders > 0 && one.email);
  await page.keyboard.press('Control+k');
  const search = page.getByRole('dialog').getByRole('textbox', { name: 'Search and commands' });
  await eventually('the palette has the focus', () => search.evaluate((field) => field === document.activeElement));
  await page.keyboard.type(person.email);
  await page.getByRole('dialog').getByRole('button', { name: person.label }).first().waitFor();
  await accessible('the command palette');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  await title(person.label);
  await main.getByRole('tab', { name: 'Timeline', selected: true }).waitFor();
  const timeline = main.getByRole('tabpanel').getByRole('listitem');
  await timeline.first().waitFor();
  await picture(page, 'person');
  for (const channel of ['Shop', 'Web']) {
    await combobox('Channel').click();
    await page.getByRole('option', { name: channel, exact: true }).click();
    await timeline.getByRole('img', { name: channel, exact: true }).first().waitFor();
    const other = channel === 'Shop' ? 'Web' : 'Shop';
    await eventually(`only ${channel}`, async () => (await timeline.getByRole('img', { name: other, exact: true }).count()) === 0, 10);
  }
  await accessible('a customer');
});

await step('consent is recorded with its proof', async () => {
  for (const person of [femke, sjoerd]) {
    await goTo('People');
    await main.getByRole('searchbox').fill(person.email);
    await link(person.name, main.getByRole('table', { name: 'People' })).click();
    await title(person.name);
    await main.getByRole('tab', { name: 'Consent and privacy' }).click();
    await main.getByRole('button', { name: /^E-mail: *Never asked/ }).click();
    const form = dialog(`E-mail: ${person.name}`);
    await form.getByRole('radio', { name: 'Subscribed', exact: true }).click();
    await box('Proof', form).fill('said yes at the till');
    if (person === femke) await accessible('the consent form');
    await button('Save the change', form).click();
    await main.getByRole('button', { name: /^E-mail: *Subscribed/ }).waitFor();
    await rows('Everything said so far').filter({ hasText: 'said yes at the till' }).first().waitFor();
  }
  await accessible('consent of a customer');
});

async function addRule(kind) {
  await button('Add a rule', main).click();
  await page.getByRole('menuitem', { name: new RegExp(`^${kind}`) }).click();
  return main.getByRole('group', { name: 'Rule', exact: true }).last();
}

const audience = main.getByRole('status').filter({ hasText: /people|person/ });

await step('a segment is built by hand: bought sneakers in the last 60 days, in NL, may be e-mailed', async () => {
  await goTo('Segments');
  await link('New segment', main.getByRole('banner').or(main)).first().click();
  await title('New segment');
  const everybody = await number(audience);
  await box('Name').fill(`Sneaker buyers ${RUN}`);
  const behaviour = await addRule('Behaviour');
  await choose(combobox('Event', behaviour), 'Order Completed');
  await behaviour.getByRole('button', { name: 'Only with certain details' }).click();
  await choose(combobox('Detail of the event', behaviour), 'products.category');
  await combobox('Value', behaviour).fill('sneakers');
  expect((await combobox('When', behaviour).inputValue()) === 'last', 'the window is not "in the last"');
  expect((await behaviour.getByRole('textbox', { name: 'How long' }).inputValue()) === '60', 'the window is not 60 days');
  const country = await addRule('Attribute');
  await choose(combobox('Attribute', country), 'country');
  await combobox('Value', country).fill('NL');
  await page.keyboard.press('Escape');
  await addRule('Can be reached');
  await eventually('the live count is the one of the API', async () => {
    const { count } = await api('POST', '/api/v1/segments/count', { condition: SNEAKER_BUYERS_IN_NL });
    return count > 1 && count < everybody && (await number(audience)) === count;
  }, 20);
  await picture(page, 'segment');
  await accessible('the segment builder');
  await button('Save', main).click();
  await title(`Sneaker buyers ${RUN}`);
  const saved = (await api('GET', '/api/v1/segments')).items.find((one) => one.name === `Sneaker buyers ${RUN}`);
  const members = await api('GET', `/api/v1/segments/${saved.id}/members?limit=500`);
  expect(members.items.some((one) => one.id === femke.id), 'Femke is not a member');
  await goTo('Segments');
  await rows('Segments').filter({ hasText: `Sneaker buyers ${RUN}` }).waitFor();
  await accessible('segments');
});


const campaignName = `New sneakers ${RUN}`;
const findCampaign = async (name) => (await api('GET', '/api/v1/campaigns')).items.find((one) => one.name === name);
const saved = () => main.getByRole('status').filter({ hasText: 'All changes saved' }).waitFor();

await step('an e-mail is begun from a design and changed: subject, text, a variable from the menu', async () => {
  await goTo('Campaigns');
  await link('New campaign').first().click();
  await title('New campaign');
  await box('Name').fill(campaignName);
  await choose(combobox('Segment'), `Sneaker buyers ${RUN}`);
  await main.getByRole('group', { name: 'Designs' }).getByRole('button', { name: /^New collection/ }).click();
  await accessible('a new campaign');
  await button('Create the draft', main).click();
  await title(campaignName);
  await accessible('a draft');
  await link('Edit the e-mail').click();
  const subject = box('Subject');
  await subject.fill('Fresh pairs in ');
  await button('Insert into: Subject', main).click();
  await page.getByRole('menuitem', { name: /^city/ }).click();
  await eventually('the variable is in the subject', async () => /customer\.city/.test(await subject.inputValue()));
  const body = box('Body of the e-mail');
  await body.click();
  await page.keyboard.press('Control+a');
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('Control+Home');
  await eventually('the body is there', async () => (await body.innerText()).includes('<mjml>'));
  // The words of a design are changed by selecting all and typing anew: short, with a link and a variable.
  await page.keyboard.press('Control+a');
  await page.keyboard.insertText('<mjml><mj-body><mj-section><mj-column><mj-text>Hello ');
  await button('Insert into: Body', main).click();
  await page.getByRole('menuitem', { name: /^city/ }).click();
  await page.keyboard.insertText(` of run ${RUN}, <a href="https://shop.example/sneakers">the new pairs</a> are here. `);
  await button('Insert into: Body', main).click();
  await page.getByRole('menuitem', { name: 'Unsubscribe link' }).click();
  await page.keyboard.insertText('</mj-text></mj-column></mj-section></mj-body></mjml>');
  await saved();
});

await step('the preview shows it as a real customer gets it, wide, narrow and as text', async () => {
  await choose(combobox('Show it as this person gets it'), femke.name);
  const preview = page.getByTitle('Preview of the e-mail').contentFrame();
  await preview.getByText(`Hello Leeuwarden of run ${RUN}`).waitFor();
  await main.getByText('Fresh pairs in Leeuwarden', { exact: true }).waitFor();
  await accessible('the editor');
  await main.getByRole('radiogroup', { name: 'Shown as' }).getByText('Phone').click();
  await eventually('the preview is as narrow as a phone', async () => {
    const size = await page.getByTitle('Preview of the e-mail').boundingBox();
    return size.width < 400;
  });
  await main.getByRole('radiogroup', { name: 'Shown as' }).getByText('Plain text').click();
  await main.getByText(new RegExp(`^Hello Leeuwarden of run ${RUN}`)).waitFor();
  await main.getByRole('radiogroup', { name: 'Shown as' }).getByText('Desktop').click();
  await picture(page, 'editor');
});

await step('a test goes out, marked as one, and counts nowhere', async () => {
  await button('Send a test', main).click();
  const form = dialog('Send a test');
  await box('To', form).or(combobox('To', form)).first().fill(`colleague-${RUN}@mail.example`);
  await page.keyboard.press('Enter');
  await accessible('the test dialog');
  await button('Send a test', form).click();
  await form.getByRole('status').filter({ hasText: 'Sent.' }).waitFor();
  await button('Close', form).last().click();
  const { items } = await api('GET', `/api/v1/sandbox/messages?q=colleague-${RUN}`);
  expect(items.length === 1 && /test/i.test(items[0].subject) && items[0].subject.includes('Leeuwarden'), JSON.stringify(items));
});

await step('the review counts who gets it, and the launch reaches them', async () => {
  await link('Done').click();
  await title(campaignName);
  await main.getByRole('button', { name: /^Launch to \d+ (people|person)$/ }).waitFor();
  const { id } = await findCampaign(campaignName);
  const review = await api('GET', `/api/v1/campaigns/${id}/review`);
  const told = rows('Who gets it');
  expect((await number(told.filter({ hasText: 'In the segment' }).getByRole('cell'))) === review.audience, 'the audience differs');
  expect((await number(told.filter({ hasText: 'Get the e-mail' }).getByRole('cell'))) === review.recipients, 'the recipients differ');
  await picture(page, 'campaign-draft');
  await accessible('the review');
  await launch(campaignName, review.recipients);
  await main.getByText('Finished', { exact: true }).first().waitFor();
});

async function launch(name, recipients) {
  await main.getByRole('button', { name: /^Launch to / }).click();
  const sure = dialog(`Launch “${name}”`);
  const typed = box(`Type “${recipients}” to confirm`, sure);
  if (recipients > 100) {
    expect(await button('Launch now', sure).isDisabled(), 'a large launch asks for no number');
    await typed.fill(String(recipients));
  }
  await accessible('the launch dialog');
  await button('Launch now', sure).click();
  await sure.waitFor({ state: 'hidden' });
}

const mailSubject = 'Fresh pairs in Leeuwarden';
/** Opens somebody's mail in the sandbox inbox. */
async function openMail(person) {
  await goTo('Sandbox inbox');
  await main.getByRole('searchbox').fill(person.email);
  await main.getByRole('list', { name: 'Messages' }).getByRole('button', { name: new RegExp(person.email) }).click();
  await main.getByRole('heading', { name: mailSubject }).waitFor();
}

await step('the sandbox inbox shows what a customer received; a click leads to the shop', async () => {
  await openMail(femke);
  const mail = page.getByTitle(mailSubject).contentFrame();
  await mail.getByText(`of run ${RUN}`).waitFor();
  await picture(page, 'sandbox-mail');
  await accessible('a mail in the sandbox');
  await main.getByRole('tab', { name: 'Headers' }).click();
  await rows('Headers').filter({ hasText: 'List-Unsubscribe-Post' }).filter({ hasText: 'One-Click' }).waitFor();
  await main.getByRole('tab', { name: 'Plain text' }).click();
  await main.getByRole('tabpanel').getByText('Hello Leeuwarden').waitFor();
  await main.getByRole('tab', { name: 'Message', exact: true }).click();
  const opened = context.waitForEvent('page');
  await mail.getByRole('link', { name: 'the new pairs' }).click();
  const shop = await opened;
  await shop.getByRole('heading', { name: 'The shop' }).waitFor();
  expect(shopVisits.some((url) => url.startsWith('https://shop.example/sneakers') && url.includes('utm_source=tutti')), `visited ${shopVisits}`);
  await shop.close();
});

await step('one click unsubscribes, after looking changed nothing, and the customer\'s screen shows it', async () => {
  const opened = context.waitForEvent('page');
  await link('Unsubscribe').or(button('Unsubscribe', main)).first().click();
  const public_ = await opened;
  await public_.getByRole('button').waitFor();
  const consent = async () => (await api('GET', `/api/v1/profiles/${femke.id}`)).consent.find((one) => one.channel === 'email').state;
  expect((await consent()) === 'subscribed', 'looking at the page unsubscribed');
  await accessible('the unsubscribe page', public_);
  await public_.getByRole('button').click();
  await public_.getByRole('heading', { name: /unsubscribed/i }).waitFor();
  await accessible('the page after unsubscribing', public_);
  await public_.close();
  await openPerson(femke);
  await main.getByRole('tab', { name: 'Consent and privacy' }).click();
  await main.getByRole('button', { name: /^E-mail: *Unsubscribed/ }).waitFor();
  await main.getByRole('tab', { name: 'Messages' }).click();
  const message = rows('Messages').filter({ hasText: campaignName });
  await message.getByText('Clicked', { exact: true }).waitFor();
  await accessible('messages of a customer');
});

async function openPerson(person) {
  await goTo('People');
  await main.getByRole('searchbox').fill(person.email);
  await link(person.name, main.getByRole('table', { name: 'People' })).click();
  await title(person.name);
}

await step('the report says what the API says, and counts the click of a person', async () => {
  await goTo('Campaigns');
  await link(new RegExp(`^${campaignName}`), main.getByRole('table', { name: 'Campaigns' })).click();
  await title(campaignName);
  const { id } = await findCampaign(campaignName);
  await eventually('screen and API agree', async () => {
    const report = await api('GET', `/api/v1/campaigns/${id}/report`);
    const shown = {
      sent: await number(tile('Sent').getByText(/^[\d,]+$/)),
      opened: await number(tile('Opened by people').getByText(/^[\d,]+$/)),
      clicked: await number(tile('Clicked by people').getByText(/^[\d,]+$/)),
      unsubscribed: await number(tile('Unsubscribed').getByText(/^[\d,]+$/)),
    };
    const { progress } = report;
    const sent = progress.sent + progress.delivered + progress.bounced + progress.unconfirmed;
    const told = { sent, opened: report.opens.unique, clicked: report.clicks.unique, unsubscribed: report.unsubscribes };
    return report.clicks.unique >= 1 && report.unsubscribes >= 1 && JSON.stringify(shown) === JSON.stringify(told);
  });
  await rows('Links').filter({ hasText: 'https://shop.example/sneakers' }).waitFor();
  await main.getByRole('table', { name: 'Orders and revenue by place' }).waitFor();
  await picture(page, 'campaign-report');
  await accessible('the report');
  await main.getByRole('tab', { name: 'Recipients' }).click();
  await main.getByRole('searchbox').fill(femke.email);
  await rows('Recipients').filter({ hasText: femke.email }).getByText('Clicked', { exact: true }).waitFor();
  await accessible('recipients');
});
const sink = await smtpSink();
const everybodyName = `Lives in NL ${RUN}`;
const slowName = `By SMTP ${RUN}`;

await step('the sender is set to a mail server of one\'s own, slowly', async () => {
  await goTo('Sender');
  await main.getByRole('radio', { name: /^SMTP server/ }).click();
  await box('Server').fill('127.0.0.1');
  await box('Port').fill(String(sink.port));
  await combobox('Encryption').selectOption({ label: 'none' });
  await box('Messages per second').first().fill(String(MESSAGES_PER_SECOND));
  await accessible('sender settings');
  await button('Save', main).click();
  await page.getByText('Saved', { exact: true }).first().waitFor();
});

await step('a second campaign leaves out who unsubscribed, and the review says why', async () => {
  await goTo('Segments');
  await link('New segment').first().click();
  await title('New segment');
  await box('Name').fill(everybodyName);
  const country = await addRule('Attribute');
  await choose(combobox('Attribute', country), 'country');
  await combobox('Value', country).fill('NL');
  await page.keyboard.press('Escape');
  await button('Save', main).click();
  await title(everybodyName);
  await goTo('Campaigns');
  await link('New campaign').first().click();
  await box('Name').fill(slowName);
  await choose(combobox('Segment'), everybodyName);
  await main.getByRole('group', { name: 'Designs' }).getByRole('button', { name: /^Plain letter/ }).click();
  await button('Create the draft', main).click();
  await title(slowName);
  await main.getByRole('button', { name: /^Launch to \d+ (people|person)$/ }).waitFor();
  const told = rows('Who gets it');
  const noConsent = await number(told.filter({ hasText: 'Have not said yes to e-mail' }).getByRole('cell'));
  const { id } = await findCampaign(slowName);
  const review = await api('GET', `/api/v1/campaigns/${id}/review`);
  expect(noConsent >= 1 && noConsent === review.exclusions.find((one) => one.reason === 'no_consent').count, `${noConsent} without consent`);
  await launch(slowName, review.recipients);
});

await step('it goes out over SMTP with a progress bar; paused it stands still', async () => {
  await main.getByRole('heading', { name: /^Sending: [\d.,]+ ?% done$/ }).waitFor();
  await eventually('mails arrive', () => sink.recipients.length > 0);
  await main.getByRole('progressbar', { name: 'Sent' }).waitFor();
  await button('Pause', main).click();
  await button('Resume', main).waitFor();
  await main.getByText('Paused: nothing more goes out until it is resumed.', { exact: false }).waitFor();
  await page.waitForTimeout(1500);
  const arrived = sink.recipients.length;
  await accessible('a paused campaign');
  await page.waitForTimeout(3000);
  expect(sink.recipients.length === arrived, `${sink.recipients.length - arrived} more although paused`);
  const { id } = await findCampaign(slowName);
  const { progress } = await api('GET', `/api/v1/campaigns/${id}`);
  expect(progress.pending > 0, `nothing was left to pause: ${JSON.stringify(progress)}`);
});

await step('who takes back consent during the pause is skipped with a readable reason; all others get it once', async () => {
  const { id } = await findCampaign(slowName);
  const waiting = await api('GET', `/api/v1/campaigns/${id}/recipients?state=pending&limit=500`);
  const person = waiting.items.find((one) => one.address === sjoerd.email) ?? waiting.items.at(-1);
  await openPerson({ email: person.address, name: person.label });
  await main.getByRole('tab', { name: 'Consent and privacy' }).click();
  await main.getByRole('button', { name: /^E-mail: *Subscribed/ }).click();
  const form = dialog(`E-mail: ${person.label}`);
  await form.getByRole('radio', { name: 'Unsubscribed', exact: true }).click();
  await button('Save the change', form).click();
  await main.getByRole('button', { name: /^E-mail: *Unsubscribed/ }).waitFor();
  await goTo('Campaigns');
  await link(new RegExp(`^${slowName}`), main.getByRole('table', { name: 'Campaigns' })).click();
  await button('Resume', main).click();
  await main.getByText('Finished', { exact: true }).first().waitFor({ timeout: 60_000 });
  await main.getByRole('tab', { name: 'Recipients' }).click();
  await main.getByRole('searchbox').fill(person.address);
  const left = rows('Recipients').filter({ hasText: person.address });
  await left.getByText('Left out', { exact: true }).waitFor();
  await left.getByText('Took back consent before it was sent').waitFor();
  const { progress } = await api('GET', `/api/v1/campaigns/${id}`);
  expect(new Set(sink.recipients).size === sink.recipients.length, 'somebody got it twice');
  expect(sink.recipients.length === progress.sent + progress.delivered, `${sink.recipients.length} arrived, ${JSON.stringify(progress)}`);
  expect(![femke.email, person.address].some((address) => sink.recipients.includes(address)), 'somebody got it without consent');
  await accessible('recipients with a reason');
});

await step('the sender goes back to the sandbox', async () => {
  await goTo('Sender');
  await main.getByRole('radio', { name: /^Sandbox/ }).click();
  await button('Save', main).click();
  await page.getByText('Saved', { exact: true }).first().waitFor();
  sink.close();
});

await step('a campaign is scheduled for tomorrow, shown as planned, and taken back', async () => {
  const name = `Tomorrow ${RUN}`;
  await goTo('Campaigns');
  await link('New campaign').first().click();
  await box('Name').fill(name);
  await choose(combobox('Segment'), `Sneaker buyers ${RUN}`);
  await main.getByRole('group', { name: 'Designs' }).getByRole('button', { name: /^Plain letter/ }).click();
  await button('Create the draft', main).click();
  await main.getByRole('button', { name: /^Launch to / }).waitFor();
  await main.getByRole('radiogroup', { name: 'When it starts' }).getByText('At a date and time').click();
  const tomorrow = new Date(Date.now() + 86_400_000).toISOString().slice(0, 10);
  await main.getByLabel('Day', { exact: true }).fill(tomorrow);
  await main.getByLabel('Time', { exact: true }).fill('10:30');
  await accessible('the fields of a schedule');
  await main.getByRole('button', { name: /^Schedule for / }).click();
  const sure = page.getByRole('dialog');
  await sure.getByRole('button', { name: /^Schedule/ }).click();
  await main.getByText('Scheduled', { exact: true }).first().waitFor();
  const planned = await findCampaign(name);
  expect(planned.state === 'scheduled', planned.state);
  const { schedule } = await api('GET', `/api/v1/campaigns/${planned.id}`);
  expect(schedule.scheduled_at.startsWith(tomorrow), JSON.stringify(schedule));
  await picture(page, 'campaign-scheduled');
  await accessible('a scheduled campaign');
  await main.getByRole('button', { name: /^Cancel the schedule/ }).click();
  await main.getByRole('button', { name: /^Launch to / }).or(main.getByRole('radiogroup', { name: 'When it starts' })).first().waitFor();
  expect((await findCampaign(name)).state === 'draft', 'it is still scheduled');
});

await step('a source is connected: its snippet holds its key, and its first event is noticed', async () => {
  await goTo('Sources');
  await button('Connect a source', main).click();
  const form = dialog('Connect a source');
  await form.getByRole('radio', { name: /^Website/ }).click();
  await box('Name', form).fill(`Shop ${RUN}`);
  await accessible('the form of a source');
  await button('Connect', form).click();
  await title(`Shop ${RUN}`);
  await main.getByText('Listening for the first event …').waitFor();
  const source = (await api('GET', '/api/v1/sources')).items.find((one) => one.name === `Shop ${RUN}`);
  await main.getByRole('region', { name: /^Copy the code for/ }).getByText(source.write_key).first().waitFor();
  await main.getByRole('tab', { name: 'curl' }).click();
  await main.getByRole('region', { name: 'Copy the code for curl' }).getByText(source.write_key).first().waitFor();
  await accessible('a source');
  await collect('track', { writeKey: source.write_key, anonymousId: `a-${RUN}`, event: 'First Step' });
  await main.getByText('It works: events are coming in').waitFor();
});

let secret;
await step('an API key is made, works, and works no more once withdrawn', async () => {
  await goTo('API keys');
  await button('New API key', main).first().click();
  const form = dialog('New API key');
  await box('Name', form).fill(`Robot ${RUN}`);
  await form.getByRole('radio', { name: 'Only reading' }).click();
  await accessible('the form of a key');
  await button('Make the key', form).click();
  await form.getByText('Copy the key now: it is shown only this once.').waitFor();
  secret = (await form.getByText(/^tk_live_\S+$/).innerText()).trim();
  const call = (method, path, body) => fetch(base + path, { method, body, headers: { authorization: `Bearer ${secret}`, 'content-type': 'application/json' } });
  expect((await call('GET', '/api/v1/segments')).status === 200, 'the key does not read');
  const segment = JSON.stringify({ name: 'by a reading key', condition: { version: 1, all: [] } });
  expect((await call('POST', '/api/v1/segments', segment)).status === 403, 'a reading key writes');
  await button('Done', form).click();
  await accessible('API keys');
  await button(`Withdraw Robot ${RUN}`, main).click();
  await button('Withdraw', dialog(`Withdraw the key Robot ${RUN}?`)).click();
  await rows('API keys').filter({ hasText: `Robot ${RUN}` }).waitFor({ state: 'detached' });
  expect((await call('GET', '/api/v1/segments')).status === 401, 'a withdrawn key works');
});

await step('a colleague is invited, and the link lets them in with the rights of their role', async () => {
  await goTo('Team');
  await button('Add a person', main).click();
  const form = dialog('Add a person');
  await box('Name', form).fill(`Colleague ${RUN}`);
  await box('E-mail address', form).fill(`colleague-${RUN}@example.com`);
  await form.getByRole('radio', { name: /^Analyst/ }).click();
  await accessible('the form of a person');
  await button('Add', form).click();
  const address = (await form.getByText(/^https?:\S+$/).innerText()).trim();
  await button('Done', form).click();
  await rows('Team').filter({ hasText: `Colleague ${RUN}` }).waitFor();
  await accessible('the team');
  const theirs = await (await browser.newContext()).newPage();
  await theirs.goto(address.replace(new URL(address).origin, base));
  await theirs.getByRole('main').getByRole('heading', { level: 1, name: 'Noordkaap' }).waitFor();
  await theirs.getByRole('navigation', { name: 'Main menu' }).getByRole('link', { name: 'Campaigns' }).click();
  await theirs.getByRole('main').getByRole('heading', { level: 1, name: 'Campaigns' }).waitFor();
  expect((await theirs.getByRole('link', { name: 'New campaign' }).count()) === 0, 'an analyst may write campaigns');
  await theirs.context().close();
});

await finish();
