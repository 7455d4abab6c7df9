/* For pages that call tutti.track(...) before the library has loaded: paste this, with your host and write key, before
   any call. The plain <script> tag is enough for pages that only use tutti.push([...]). */
!(function (w, d, host, key) {
  var t = (w.tutti = w.tutti || []);
  if (t.VERSION || t.stub) return;
  t.stub = true;
  'page track identify group alias reset consent flush ready'.split(' ').forEach(function (m) {
    t[m] = function () {
      t.push([m].concat([].slice.call(arguments)));
      return t;
    };
  });
  var s = d.createElement('script');
  s.async = true;
  s.src = host + '/sdk/tutti.js';
  s.setAttribute('data-write-key', key);
  d.head.appendChild(s);
})(window, document, 'https://YOUR-HOST', 'YOUR-WRITE-KEY');
