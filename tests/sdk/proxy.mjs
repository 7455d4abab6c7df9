// A bad network in front of a server. POST 1 is refused with 429; POST 2 is delivered, but its answer is lost and
// turned into 503; everything else passes.
import http from 'node:http';

export function startProxy(target) {
  const upstream = new URL(target);
  const counts = { refused: 0, broken: 0, delivered: 0 };
  let posts = 0;
  const server = http.createServer((request, response) => {
    const parts = [];
    request.on('data', (part) => parts.push(part));
    request.on('end', () => {
      const number = request.method === 'POST' ? ++posts : 0;
      const cors = { 'access-control-allow-origin': '*', 'access-control-expose-headers': 'retry-after' };
      if (number === 1) {
        counts.refused += 1;
        response.writeHead(429, { ...cors, 'retry-after': '1' }).end();
        return;
      }
      const headers = { ...request.headers, host: upstream.host };
      const onward = http.request(
        { host: upstream.hostname, port: upstream.port, path: request.url, method: request.method, headers },
        (answer) => {
          if (number > 0 && answer.statusCode === 200) counts.delivered += 1;
          if (number === 2) {
            counts.broken += 1;
            answer.resume();
            response.writeHead(503, { ...cors, 'retry-after': '1' }).end();
            return;
          }
          if (answer.statusCode >= 400) counts[answer.statusCode] = (counts[answer.statusCode] ?? 0) + 1;
          response.writeHead(answer.statusCode, answer.headers);
          answer.pipe(response);
        },
      );
      onward.on('error', (error) => response.writeHead(502).end(String(error)));
      onward.end(Buffer.concat(parts));
    });
  });
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      resolve({
        url: `http://127.0.0.1:${server.address().port}`,
        counts,
        get refused() { return counts.refused; },
        get broken() { return counts.broken; },
        get delivered() { return counts.delivered; },
        close: () => new Promise((done) => {
          server.closeAllConnections();
          server.close(done);
        }),
      });
    });
  });
}
