import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import test from 'node:test';
import { gzipSync } from 'node:zlib';
import { Browser, KEYED } from './page.mjs';

const LONG = 120_000;
const types = (events) => events.map((event) => event.event ?? event.type);

test('the file is at most 8 KB gzipped', () => {
  const bytes = gzipSync(readFileSync(new URL('../tutti.js', import.meta.url)), { level: 9 }).length;
  assert.ok(bytes <= 8 * 1024, `${bytes} bytes`);
});

test('a page is seen, calls made before loading follow in order, and one batch carries them', () => {
  const browser = new Browser();
  const page = browser.open({ attributes: KEYED, before: [['identify', 'u1', { plan: 'gold' }], ['track', 'Product Viewed', { sku: 'A' }]] });
  page.tutti.track('Later');
  page.pass(LONG);
  assert.equal(browser.requests.length, 1);
  const [request] = browser.requests;
  assert.equal(request.target, 'https://data.example.com/v1/batch');
  assert.equal(request.headers['Content-Type'], 'text/plain');
  assert.equal(request.writeKey, 'wk_test');
  assert.ok(Date.parse(request.sentAt));
  assert.deepEqual(types(request.batch), ['page', 'identify', 'Product Viewed', 'Later']);
  const [seen, who, what] = request.batch;
  assert.deepEqual(seen.properties, { path: '/shoes', referrer: 'https://search.example/', search: '?x=1', title: 'Shoes', url: 'https://shop.example.com/shoes?x=1' });
  assert.equal(seen.context.page.path, '/shoes');
  assert.equal(seen.context.locale, 'nl-NL');
  assert.deepEqual(who.traits, { plan: 'gold' });
  assert.equal(what.userId, 'u1');
  assert.deepEqual(what.properties, { sku: 'A' });
  assert.equal(new Set(request.batch.map((event) => event.messageId)).size, 4);
  assert.equal(new Set(request.batch.map((event) => event.anonymousId)).size, 1);
});

test('a visitor keeps the anonymous id over pages, in a cookie of the widest domain and in local storage', () => {
  const browser = new Browser();
  const first = browser.open({ attributes: KEYED }).tutti.anonymousId();
  assert.match(first, /^[0-9a-f-]{36}$/);
  assert.equal(browser.cookies.get('tutti_aid'), first);
  assert.equal(browser.local.getItem('tutti_aid'), first);
  browser.local.removeItem('tutti_aid');
  assert.equal(browser.open({ attributes: KEYED }).tutti.anonymousId(), first);
  browser.cookies.clear();
  assert.equal(browser.open({ attributes: KEYED }).tutti.anonymousId(), first);
  assert.equal(browser.cookies.get('tutti_aid'), first, 'the cookie is written again');
});

test('reset makes a new visitor, and so does another user on the same device', () => {
  const browser = new Browser();
  const page = browser.open({ attributes: KEYED });
  const anonymous = page.tutti.anonymousId();
  page.tutti.identify('u1');
  assert.equal(page.tutti.anonymousId(), anonymous, 'who signs in stays the visitor');
  page.tutti.identify('u2');
  assert.notEqual(page.tutti.anonymousId(), anonymous);
  page.tutti.reset();
  assert.equal(page.tutti.userId(), null);
  page.tutti.track('After');
  page.pass(LONG);
  assert.equal(browser.events.at(-1).userId, undefined);
});

test('group and alias say what Segment says', () => {
  const browser = new Browser();
  const page = browser.open({ attributes: { ...KEYED, 'data-auto-page': 'false' } });
  page.tutti.identify('old').group('club-1', { name: 'Runners' }).alias('new', 'old');
  page.pass(LONG);
  const [, group, alias] = browser.events;
  assert.deepEqual([group.type, group.groupId, group.traits], ['group', 'club-1', { name: 'Runners' }]);
  assert.deepEqual([alias.type, alias.userId, alias.previousId], ['alias', 'new', 'old']);
});

test('campaign and click ids of the landing page go with every event of the session', () => {
  const browser = new Browser();
  const url = 'https://shop.example.com/?utm_source=mail&utm_campaign=Spring+Sale&utm_medium=email&gclid=G1&ttclid=T1&utm_term=%E0%A4%A';
  browser.open({ url, attributes: KEYED }).pass(LONG);
  const next = browser.open({ attributes: KEYED });
  next.pass(LONG);
  for (const event of browser.events) {
    assert.deepEqual(event.context.campaign, { source: 'mail', name: 'Spring Sale', medium: 'email', gclid: 'G1', ttclid: 'T1' });
  }
  assert.equal(browser.events.length, 2);
});

test('where analytics is denied nothing is stored and nothing is sent', () => {
  const browser = new Browser();
  const page = browser.open({ attributes: { ...KEYED, 'data-consent': 'required' } });
  page.tutti.track('Before');
  page.pass(LONG);
  assert.deepEqual([browser.local.all, browser.session.all, browser.cookieText], [{}, {}, ''], 'nothing before the choice');
  page.tutti.consent({ analytics: false, email: true });
  page.tutti.identify('u1', { email: 'a@example.com' }).track('After').group('g').page();
  page.fire('pagehide');
  page.pass(LONG);
  assert.deepEqual([browser.local.all, browser.session.all, browser.cookieText], [{}, {}, '']);
  assert.deepEqual([browser.requests, browser.beacons], [[], []]);
});

test('what was seen before somebody agreed is sent after it, as it was', () => {
  const browser = new Browser();
  const page = browser.open({ attributes: { ...KEYED, 'data-consent': 'required' }, before: [['track', 'Early']] });
  page.pass(LONG);
  assert.equal(browser.requests.length, 0);
  page.tutti.consent({ analytics: true });
  page.pass(LONG);
  assert.deepEqual(types(browser.events), ['page', 'Early']);
  browser.open({ attributes: { ...KEYED, 'data-consent': 'required' } }).pass(LONG);
  assert.equal(browser.events.length, 3, 'the agreement is remembered');
});

test('a denial takes away what was there, and is remembered where agreement is presumed', () => {
  const browser = new Browser();
  browser.answers.push([503, {}]);
  const page = browser.open({ attributes: KEYED, url: 'https://shop.example.com/?utm_source=mail' });
  page.tutti.identify('u1');
  page.pass(600);
  page.tutti.consent({ analytics: false });
  page.pass(LONG);
  assert.equal(browser.requests.length, 1, 'the retry is not made');
  assert.deepEqual([browser.local.all, browser.session.all, browser.cookieText], [{ tutti_consent: 'denied' }, {}, '']);
  browser.open({ attributes: KEYED }).pass(LONG);
  assert.equal(browser.requests.length, 1);
});

test('consent by channel is an event of its own', () => {
  const browser = new Browser();
  const page = browser.open({ attributes: { ...KEYED, 'data-auto-page': 'false' } });
  page.tutti.consent({ email: true, sms: 'unsubscribed' });
  page.pass(LONG);
  const [event] = browser.events;
  assert.equal(event.event, 'Consent Updated');
  assert.deepEqual(event.context.consent, { email: 'subscribed', sms: 'unsubscribed' });
});

test('a busy server is asked again after the time it names, a broken one later and later', () => {
  const browser = new Browser();
  browser.answers.push([429, { 'Retry-After': '7' }], [500, {}], [0, {}], [503, {}]);
  const page = browser.open({ attributes: KEYED });
  page.pass(410);
  assert.deepEqual(browser.requests.map((request) => request.status), [429]);
  page.pass(6_900);
  assert.equal(browser.requests.length, 1, 'not before its time');
  page.pass(200);
  assert.equal(browser.requests.length, 2);
  page.tutti.track('More');
  page.pass(LONG);
  assert.deepEqual(browser.requests.map((request) => request.status), [429, 500, 503, 200]);
  const sent = browser.requests.at(-1).batch;
  assert.deepEqual(types(sent), ['page', 'More']);
  assert.equal(sent[0].messageId, browser.requests[0].batch[0].messageId, 'a repeat has the same messageId');
});

test('what the server refuses is not sent for ever', () => {
  const browser = new Browser();
  browser.answers.push([400, {}]);
  const page = browser.open({ attributes: KEYED });
  page.pass(LONG);
  assert.equal(browser.requests.length, 1);
  assert.match(page.warnings[0], /refused 1 events \(400\)/);
});

test('what a closed page could not send the next page sends', () => {
  const browser = new Browser();
  browser.answers.push('hang');
  const page = browser.open({ attributes: KEYED });
  page.tutti.track('Unsent');
  page.pass(1_000);
  assert.equal(browser.requests.length, 0);
  browser.open({ attributes: { ...KEYED, 'data-auto-page': 'false' } }).pass(LONG);
  assert.deepEqual(types(browser.events), ['page', 'Unsent']);
  assert.ok(!Object.keys(browser.local.all).some((key) => key.startsWith('tutti_q_')), 'no queue is left behind');
});

test('a page that goes away hands its events to the browser, in pieces it takes', () => {
  const browser = new Browser();
  const page = browser.open({ attributes: { ...KEYED, 'data-auto-page': 'false' } });
  for (let n = 0; n < 5; n++) page.tutti.track('Big', { text: 'é'.repeat(10_000) });
  page.document.visibilityState = 'hidden';
  page.fire('visibilitychange');
  page.fire('pagehide');
  assert.deepEqual(browser.beacons.map((beacon) => beacon.batch.length), [2, 2, 1]);
  page.pass(LONG);
  assert.equal(browser.requests.length, 0);
  const offline = browser.open({ attributes: KEYED, online: false });
  offline.fire('pagehide');
  assert.equal(browser.beacons.length, 3);
});

test('more than a batch goes in several, and an event too large is refused aloud', () => {
  const browser = new Browser();
  const page = browser.open({ attributes: { ...KEYED, 'data-auto-page': 'false' } });
  for (let n = 0; n < 45; n++) page.tutti.track('E' + n);
  page.tutti.track('Huge', { text: 'x'.repeat(33_000) });
  const circle = {};
  circle.self = circle;
  page.tutti.track('Circle', circle);
  page.pass(LONG);
  assert.deepEqual(browser.requests.map((request) => request.batch.length), [20, 20, 5]);
  assert.equal(page.warnings.length, 2);
});

test('a single-page application reports its pages', () => {
  const browser = new Browser();
  const page = browser.open({ attributes: { ...KEYED, 'data-auto-page': 'spa' } });
  page.window.history.pushState({}, '', '/boots');
  page.pass(LONG);
  assert.deepEqual(browser.events.map((event) => event.properties.path), ['/shoes', '/boots']);
});

test('a page without storage works', () => {
  const browser = new Browser();
  const page = browser.open({ attributes: {}, before: null });
  Object.defineProperty(page.window, 'localStorage', { get() { throw new Error('forbidden'); } });
  page.tutti.load('wk_test', { host: 'https://data.example.com/' });
  page.tutti.track('Works');
  page.pass(LONG);
  assert.deepEqual(types(browser.events), ['Works']);
});
