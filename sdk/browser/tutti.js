/*! tutti.js: the browser library of Tutti. No dependencies, no build. Apache-2.0.
 *
 * <script src="https://HOST/sdk/tutti.js" data-write-key="wk_…" async></script>
 * Optional: data-host, data-auto-page="false|spa", data-consent="required", data-cookie-domain.
 *
 * Calls may be made before it has loaded: window.tutti = window.tutti || []; tutti.push(["track", "Seen", {}]);
 * It speaks the Segment HTTP API. An event is kept until the server has answered; its messageId makes a repeat harmless.
 */
(function (window) {
  'use strict';
  var VERSION = '1.0.0';
  var BATCH_EVENTS = 20;
  var EVENT_BYTES_MAX = 32 * 1024;
  var BEACON_BYTES_MAX = 60 * 1024; // Browsers stop at 64 KB.
  var QUEUE_EVENTS_MAX = 500;
  var FLUSH_MS = 400;
  var RETRY_MS = 1000;
  var RETRY_MS_MAX = 60000;
  var COOKIE_S = 365 * 24 * 3600;
  var CLICK_IDS = ['gclid', 'gbraid', 'wbraid', 'fbclid', 'msclkid', 'ttclid'];
  var UTM = { utm_source: 'source', utm_medium: 'medium', utm_campaign: 'name', utm_term: 'term', utm_content: 'content' };
  var METHODS = ['load', 'page', 'track', 'identify', 'group', 'alias', 'reset', 'consent', 'flush', 'ready', 'anonymousId', 'userId'];
  var P = 'tutti_';

  var document = window.document;
  var navigator = window.navigator;
  var options = { writeKey: '', host: '', consentRequired: false, cookieDomain: null, autoPage: 'true' };
  var loaded = false;
  var queue = [];
  var held = []; // Calls made before somebody agreed; in memory only.
  var sending = false;
  var failures = 0;
  var timer = null;
  var campaign = null;
  var ids = {};
  var tab = uuid();

  // ---- small things -------------------------------------------------------------------------------------------

  function uuid() {
    var c = window.crypto;
    if (c && c.randomUUID) return c.randomUUID();
    var b = [];
    var i;
    if (c && c.getRandomValues) b = c.getRandomValues(new Uint8Array(16));
    else for (i = 0; i < 16; i++) b[i] = Math.random() * 256;
    b[6] = (b[6] & 15) | 64;
    b[8] = (b[8] & 63) | 128;
    var s = '';
    for (i = 0; i < 16; i++) s += (i > 3 && i < 11 && i % 2 === 0 ? '-' : '') + (b[i] + 256).toString(16).slice(-2);
    return s;
  }

  function copy(into, from) {
    for (var k in from) if (Object.prototype.hasOwnProperty.call(from, k) && from[k] !== undefined) into[k] = from[k];
    return into;
  }

  function isObject(v) {
    return !!v && typeof v === 'object';
  }

  function bytes(text) {
    return unescape(encodeURIComponent(text)).length;
  }

  function warn(text) {
    if (window.console && window.console.warn) window.console.warn('tutti.js: ' + text);
  }

  // ---- storage: a full or forbidden one must never break the page -----------------------------------------------

  function store(area, key, value) {
    try {
      var s = window[area];
      if (value === undefined) return s.getItem(P + key);
      if (value === null) s.removeItem(P + key);
      else s.setItem(P + key, value);
    } catch (e) { /* private mode, quota */ }
    return null;
  }

  function local(key, value) {
    return store('localStorage', key, value);
  }

  function readCookie(name) {
    var m = ('; ' + document.cookie).split('; ' + P + name + '=');
    return m.length > 1 ? decodeURIComponent(m[1].split(';')[0]) : null;
  }

  function writeCookie(name, value, domain) {
    var secure = window.location.protocol === 'https:' ? '; Secure' : '';
    document.cookie = P + name + '=' + (value === null ? '' : encodeURIComponent(value)) + '; Path=/; SameSite=Lax' + secure +
      '; Max-Age=' + (value === null ? 0 : COOKIE_S) + (domain ? '; Domain=' + domain : '');
  }

  // The widest domain the browser accepts, so that shop.example.com and www.example.com know the same visitor.
  function cookieDomain() {
    if (options.cookieDomain !== null) return options.cookieDomain;
    var parts = window.location.hostname.split('.');
    options.cookieDomain = '';
    if (parts.length < 2 || /^[\d.]+$/.test(window.location.hostname)) return '';
    for (var i = parts.length - 2; i >= 0; i--) {
      var domain = parts.slice(i).join('.');
      writeCookie('probe', '1', domain);
      if (readCookie('probe')) {
        writeCookie('probe', null, domain);
        options.cookieDomain = domain;
        break;
      }
    }
    return options.cookieDomain;
  }

  function keep(name, value) {
    ids[name] = value;
    local(name, value);
    writeCookie(name, value, cookieDomain());
  }

  function recall(name) {
    if (ids[name] === undefined) ids[name] = readCookie(name) || local(name);
    return ids[name];
  }

  function anonymousId(value) {
    var id = value || recall('aid');
    if (!mayStore()) return ids.aid || null;
    if (!id) id = uuid();
    if (value || readCookie('aid') !== id || local('aid') !== id) keep('aid', id);
    return id;
  }

  function forget() {
    keep('aid', null);
    keep('uid', null);
    keep('gid', null);
    store('sessionStorage', 'campaign', null);
    eachQueue(function (key) { local(key, null); });
    ids = {};
    queue = [];
    held = [];
    campaign = null;
  }

  // ---- consent --------------------------------------------------------------------------------------------------

  // 'granted', 'denied' or 'unknown'. Nothing but a denial where agreement is presumed, or a grant where it is not,
  // is ever remembered.
  var choice = null;

  function analytics() {
    return choice || local('consent') || (options.consentRequired ? 'unknown' : 'granted');
  }

  function mayStore() {
    return analytics() === 'granted';
  }

  function consent(given) {
    given = given || {};
    var channels = {};
    var count = 0;
    for (var k in given) {
      if (k === 'analytics') continue;
      channels[k] = given[k] === true ? 'subscribed' : given[k] === false ? 'unsubscribed' : given[k];
      count++;
    }
    if (given.analytics !== undefined) {
      choice = given.analytics === true || given.analytics === 'granted' ? 'granted' : 'denied';
      if (choice === 'denied') forget();
      var presumed = options.consentRequired ? 'denied' : 'granted';
      local('consent', choice === presumed ? null : choice);
      if (choice === 'granted') release();
    }
    if (count) call('track', { event: 'Consent Updated', properties: copy({}, channels), context: { consent: channels } });
    return api;
  }

  function release() {
    var calls = held;
    held = [];
    for (var i = 0; i < calls.length; i++) call(calls[i][0], calls[i][1], calls[i][2]);
  }

  // ---- what every event carries ---------------------------------------------------------------------------------

  function readCampaign() {
    var found = {};
    var any = false;
    var pairs = window.location.search.replace(/^\?/, '').split('&');
    for (var i = 0; i < pairs.length; i++) {
      var at = pairs[i].indexOf('=');
      var name = at < 0 ? pairs[i] : pairs[i].slice(0, at);
      var field = UTM.hasOwnProperty(name) ? UTM[name] : CLICK_IDS.indexOf(name) >= 0 ? name : null;
      if (!field || at < 0) continue;
      try {
        found[field] = decodeURIComponent(pairs[i].slice(at + 1).replace(/\+/g, ' '));
        any = true;
      } catch (e) { /* a broken escape is no campaign */ }
    }
    if (any) {
      store('sessionStorage', 'campaign', JSON.stringify(found));
      return found;
    }
    try {
      return JSON.parse(store('sessionStorage', 'campaign')) || {};
    } catch (e) {
      return {};
    }
  }

  function pageFacts() {
    var l = window.location;
    return { path: l.pathname, referrer: document.referrer, search: l.search, title: document.title, url: l.href.split('#')[0] };
  }

  function zone() {
    try {
      return Intl.DateTimeFormat().resolvedOptions().timeZone;
    } catch (e) {
      return undefined;
    }
  }

  function context(extra, page) {
    if (!campaign) campaign = readCampaign();
    var c = {
      library: { name: 'tutti.js', version: VERSION },
      page: page,
      userAgent: navigator.userAgent,
      locale: navigator.language,
      timezone: zone()
    };
    if (window.screen) c.screen = { width: window.screen.width, height: window.screen.height, density: window.devicePixelRatio };
    for (var k in campaign) {
      c.campaign = copy({}, campaign);
      break;
    }
    if (recall('gid')) c.groupId = recall('gid');
    return copy(c, extra);
  }

  function call(type, fields, at) {
    at = at || { time: new Date().toISOString(), page: pageFacts() };
    var state = analytics();
    if (state === 'denied') return api;
    if (state === 'unknown') {
      if (held.length < QUEUE_EVENTS_MAX) held.push([type, fields, at]);
      return api;
    }
    var event = { type: type, messageId: 'tjs-' + uuid(), timestamp: at.time, anonymousId: anonymousId() };
    if (recall('uid')) event.userId = recall('uid');
    copy(event, fields);
    event.context = context(fields.context, at.page);
    if (type === 'page') event.properties = copy(copy({}, at.page), fields.properties);
    var text;
    try {
      text = JSON.stringify(event);
    } catch (e) {
      warn('the ' + type + ' call holds something JSON cannot say; not sent');
      return api;
    }
    if (bytes(text) > EVENT_BYTES_MAX) {
      warn('the ' + type + ' call is larger than 32 KB; not sent');
      return api;
    }
    queue.push(text);
    if (queue.length > QUEUE_EVENTS_MAX) queue.shift();
    save();
    schedule(queue.length >= BATCH_EVENTS ? 0 : FLUSH_MS);
    return api;
  }

  // ---- the queue: one per tab, kept until answered; a closed tab's is adopted by the next page ------------------------

  function save() {
    local('q_' + tab, queue.length ? '[' + queue.join(',') + ']' : null);
  }

  function eachQueue(use) {
    try {
      var keys = [];
      for (var i = 0; i < window.localStorage.length; i++) keys.push(window.localStorage.key(i));
      for (i = 0; i < keys.length; i++) if (keys[i].indexOf(P + 'q_') === 0) use(keys[i].slice(P.length));
    } catch (e) { /* no storage */ }
  }

  function adopt() {
    eachQueue(function (key) {
      if (key === 'q_' + tab) return;
      try {
        var events = JSON.parse(local(key)) || [];
        for (var i = 0; i < events.length; i++) queue.push(JSON.stringify(events[i]));
      } catch (e) { /* not ours */ }
      local(key, null);
    });
    queue = queue.slice(-QUEUE_EVENTS_MAX);
    save();
    if (queue.length) schedule(0);
  }

  function body(events) {
    return '{"writeKey":' + JSON.stringify(options.writeKey) + ',"sentAt":"' + new Date().toISOString() + '","batch":[' + events.join(',') + ']}';
  }

  function schedule(ms) {
    if (!loaded || sending || failures) return;
    if (timer) {
      if (ms) return;
      window.clearTimeout(timer);
    }
    timer = window.setTimeout(send, ms);
  }

  function send() {
    timer = null;
    if (sending || !loaded || !queue.length || !mayStore()) return;
    sending = true;
    var events = queue.slice(0, BATCH_EVENTS);
    var request = new window.XMLHttpRequest();
    request.open('POST', options.host + '/v1/batch', true);
    // text/plain needs no preflight; the server reads JSON whatever the type says.
    request.setRequestHeader('Content-Type', 'text/plain');
    request.timeout = 30000;
    request.onloadend = function () {
      sending = false;
      var status = request.status;
      if (status === 0 || status === 429 || status >= 500) {
        retry(status ? parseInt(request.getResponseHeader('Retry-After'), 10) : 0);
        return;
      }
      if (status >= 400) warn('the server refused ' + events.length + ' events (' + status + '): ' + request.responseText);
      failures = 0;
      // By value: a reset or an overflow may have changed the queue meanwhile.
      queue = queue.filter(function (text) { return events.indexOf(text) < 0; });
      save();
      if (queue.length) schedule(0);
    };
    request.send(body(events));
  }

  function retry(after_s) {
    var wait = Math.min(RETRY_MS * Math.pow(2, failures), RETRY_MS_MAX);
    wait = wait / 2 + Math.random() * wait / 2;
    if (after_s > 0) wait = Math.max(wait, after_s * 1000);
    failures++;
    timer = window.setTimeout(send, wait);
  }

  // The page goes away: hand the rest to the browser.
  function leave() {
    if (!loaded || sending || !mayStore() || !navigator.sendBeacon || navigator.onLine === false) return;
    while (queue.length) {
      var count = 0;
      var size = 200;
      while (count < queue.length && (size += bytes(queue[count]) + 1) < BEACON_BYTES_MAX) count++;
      if (!count || !navigator.sendBeacon(options.host + '/v1/batch', body(queue.slice(0, count)))) break;
      queue = queue.slice(count);
    }
    save();
  }

  // ---- the calls ------------------------------------------------------------------------------------------------

  var api = {
    VERSION: VERSION,
    load: function (writeKey, given) {
      copy(options, given || {});
      options.writeKey = writeKey || options.writeKey;
      options.host = (options.host || '').replace(/\/+$/, '');
      if (loaded || !options.writeKey) return api;
      loaded = true;
      if (mayStore()) adopt();
      window.addEventListener('pagehide', leave);
      document.addEventListener('visibilitychange', function () {
        if (document.visibilityState === 'hidden') leave();
      });
      window.addEventListener('online', function () {
        failures = 0;
        schedule(0);
      });
      return api;
    },
    page: function (name, properties) {
      if (isObject(name)) properties = name;
      return call('page', { name: isObject(name) ? undefined : name, properties: properties || {} });
    },
    track: function (event, properties, extra) {
      return call('track', { event: event, properties: properties || {}, context: extra && extra.context });
    },
    identify: function (userId, traits) {
      if (isObject(userId)) {
        traits = userId;
        userId = null;
      }
      if (userId !== null && userId !== undefined && analytics() !== 'denied') {
        // Somebody else on this device: their history is not the one's before.
        if (recall('uid') && recall('uid') !== String(userId)) api.reset();
        if (mayStore()) keep('uid', String(userId));
        return call('identify', { userId: String(userId), traits: traits || {} });
      }
      return call('identify', { traits: traits || {} });
    },
    group: function (groupId, traits) {
      if (mayStore()) keep('gid', String(groupId));
      return call('group', { groupId: String(groupId), traits: traits || {} });
    },
    alias: function (userId, previousId) {
      return call('alias', { userId: String(userId), previousId: String(previousId || recall('uid') || anonymousId()) });
    },
    reset: function () {
      keep('uid', null);
      keep('gid', null);
      keep('aid', null);
      if (mayStore()) keep('aid', uuid());
      return api;
    },
    consent: consent,
    flush: function () {
      failures = 0;
      schedule(0);
      return api;
    },
    ready: function (run) {
      run(api);
      return api;
    },
    anonymousId: anonymousId,
    userId: function () { return recall('uid') || null; },
    push: function (entry) {
      if (METHODS.indexOf(entry[0]) < 0) warn('there is no call "' + entry[0] + '"');
      else api[entry[0]].apply(api, [].slice.call(entry, 1));
      return api;
    }
  };

  // ---- start ----------------------------------------------------------------------------------------------------

  function watchHistory() {
    var last = window.location.href;
    function look() {
      if (window.location.href === last) return;
      last = window.location.href;
      // After the application has set the new title.
      window.setTimeout(function () { api.page(); }, 0);
    }
    ['pushState', 'replaceState'].forEach(function (name) {
      var original = window.history[name];
      window.history[name] = function () {
        var result = original.apply(window.history, arguments);
        look();
        return result;
      };
    });
    window.addEventListener('popstate', look);
  }

  function start() {
    var early = window.tutti;
    if (early && early.VERSION) return;
    var script = document.currentScript || document.querySelector('script[data-write-key]');
    var read = function (name) { return script && script.getAttribute('data-' + name); };
    options.consentRequired = read('consent') === 'required';
    options.autoPage = read('auto-page') || 'true';
    options.cookieDomain = read('cookie-domain');
    options.host = read('host') || (script && script.src ? script.src.split('/').slice(0, 3).join('/') : '');
    var calls = Object.prototype.toString.call(early) === '[object Array]' ? early : [];
    window.tutti = api;
    // Consent first, whatever was called before it; then the page; then the rest in order.
    var first = [];
    var rest = [];
    for (var i = 0; i < calls.length; i++) (calls[i][0] === 'consent' || calls[i][0] === 'load' ? first : rest).push(calls[i]);
    if (read('write-key')) api.load(read('write-key'));
    first.forEach(api.push);
    if (read('write-key') && options.autoPage !== 'false') api.page();
    rest.forEach(api.push);
    if (options.autoPage === 'spa') watchHistory();
  }

  start();
})(window);
