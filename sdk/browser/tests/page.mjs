// A page to run the library in: what a browser gives it, and nothing more. Time and network are in the test's hand.
import { readFileSync } from 'node:fs';
import vm from 'node:vm';

const source = readFileSync(new URL('../tutti.js', import.meta.url), 'utf8');

class Storage {
  #map = new Map();
  getItem(key) { return this.#map.has(key) ? this.#map.get(key) : null; }
  setItem(key, value) { this.#map.set(key, String(value)); }
  removeItem(key) { this.#map.delete(key); }
  key(index) { return [...this.#map.keys()][index] ?? null; }
  get length() { return this.#map.size; }
  get all() { return Object.fromEntries(this.#map); }
}

/** One browser: what survives from page to page. */
export class Browser {
  local = new Storage();
  session = new Storage();
  cookies = new Map();
  /** Bodies the server was sent, by request. */
  requests = [];
  beacons = [];
  /** Answers to come: [status, headers]; 200 when empty; 'hang' never answers. */
  answers = [];

  /** Opens a page with the library on it. */
  open({ url = 'https://shop.example.com/shoes?x=1#top', attributes = {}, before = [], online = true } = {}) {
    const page = new Page(this, new URL(url), attributes, online);
    if (before) page.window.tutti = vm.runInContext('(' + JSON.stringify(before) + ')', page.window);
    vm.runInContext(source, page.window);
    return page;
  }

  get cookieText() {
    return [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
  }

  setCookie(text, host) {
    const [pair, ...rest] = text.split('; ');
    const at = pair.indexOf('=');
    const attributes = Object.fromEntries(rest.map((part) => part.split('=')));
    const domain = attributes.Domain;
    // A public suffix or a strange domain is refused, as browsers do.
    if (domain && (domain === 'com' || !host.endsWith(domain))) return;
    if (attributes['Max-Age'] === '0') this.cookies.delete(pair.slice(0, at));
    else this.cookies.set(pair.slice(0, at), pair.slice(at + 1));
  }

  get events() {
    return this.requests.flatMap((request) => request.batch);
  }
}

class Page {
  #timers = [];
  #now = 0;
  warnings = [];

  constructor(browser, url, attributes, online) {
    const page = this;
    const script = { src: 'https://data.example.com/sdk/tutti.js', getAttribute: (name) => attributes[name] ?? null };
    const listeners = {};
    const listen = (name, run) => (listeners[name] ??= []).push(run);
    this.fire = (name) => (listeners[name] ?? []).forEach((run) => run());
    const location = { hostname: url.hostname, protocol: url.protocol, search: url.search, pathname: url.pathname, href: url.href };
    const document = {
      currentScript: script, referrer: 'https://search.example/', title: 'Shoes', visibilityState: 'visible',
      addEventListener: listen, querySelector: () => script,
      get cookie() { return browser.cookieText; },
      set cookie(text) { browser.setCookie(text, url.hostname); },
    };
    class XMLHttpRequest {
      headers = {};
      open(method, target) { Object.assign(this, { method, target }); }
      setRequestHeader(name, value) { this.headers[name] = value; }
      getResponseHeader(name) { return this.answer?.[1]?.[name] ?? null; }
      send(body) {
        this.answer = browser.answers.shift() ?? [200, {}];
        if (this.answer === 'hang') return;
        if (this.answer[0] !== 0) browser.requests.push({ ...JSON.parse(body), target: this.target, headers: this.headers, status: this.answer[0] });
        page.later(() => { this.status = this.answer[0]; this.responseText = ''; this.onloadend(); }, 1);
      }
    }
    const history = { pushState: (_state, _title, to) => Object.assign(location, { href: new URL(to, location.href).href, pathname: new URL(to, location.href).pathname }), replaceState() {} };
    this.document = document;
    this.window = vm.createContext({
      document, location, history, XMLHttpRequest, Intl, Date, JSON, Math, parseInt, encodeURIComponent, decodeURIComponent, unescape,
      navigator: { userAgent: 'Test/1', language: 'nl-NL', onLine: online, sendBeacon: (target, body) => { browser.beacons.push({ target, ...JSON.parse(body) }); return true; } },
      localStorage: browser.local, sessionStorage: browser.session,
      screen: { width: 1280, height: 800 }, devicePixelRatio: 2,
      crypto: globalThis.crypto, addEventListener: listen,
      setTimeout: (run, ms) => page.later(run, ms), clearTimeout: (id) => { page.cancel(id); },
      console: { warn: (text) => page.warnings.push(text) },
    });
    this.window.window = this.window;
  }

  get tutti() { return this.window.tutti; }

  later(run, ms = 0) {
    this.#timers.push({ at: this.#now + ms, run });
    return this.#timers.at(-1);
  }

  cancel(timer) { this.#timers = this.#timers.filter((other) => other !== timer); }

  /** Lets `ms` pass. */
  pass(ms) {
    const until = this.#now + ms;
    for (;;) {
      this.#timers.sort((one, other) => one.at - other.at);
      if (!this.#timers.length || this.#timers[0].at > until) break;
      const { at, run } = this.#timers.shift();
      this.#now = at;
      run();
    }
    this.#now = until;
  }

  get waiting() { return this.#timers.map((timer) => timer.at - this.#now); }
}

export const KEYED = { 'data-write-key': 'wk_test' };
