import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import type { RouteRow } from '../../packages/registry/src/server/route-table.ts';
import { createLogger } from '../../packages/registry/src/server/log.ts';
import { openConnection, type RawAnswer } from '../support/raw-connection.ts';
import { casesOf } from './case/index.ts';
import { makeThing, type Thing } from './thing.ts';
import { routeTableOf, startFastServer } from './world.ts';

/** T-28: line breaks and the like, in every place of every route: they split neither a header nor a line of the log. */

let server: Awaited<ReturnType<typeof startFastServer>>;
let rows: readonly RouteRow[];
let things: readonly Thing[];
const log: string[] = [];

beforeAll(async () => {
  server = await startFastServer({ log: createLogger('info', { write: (line) => void log.push(line) }) });
  rows = await routeTableOf(server);
  await server.api('POST', '/namespaces', { name: 'opened', visibility: 'public' });
  things = await Promise.all(
    (['terraform', 'bicep', 'plain'] as const).map(
      async (kind) => await makeThing(server, { kind, state: 'admitted', namespace: 'opened', name: 'net' }),
    ),
  );
});
afterAll(async () => await server.discard());

const mark = 'x-injected';
/** What would end a field of a header and begin another one, if it were copied as it is. */
const breaks = [
  `%0d%0a${mark}:%20yes`,
  `%0a${mark}:%20yes`,
  `%0d${mark}:%20yes`,
  `%0d%0a%0d%0a<html>`,
  `%250d%250a${mark}:%20yes`,
  `%E5%98%8D%E5%98%8A${mark}:%20yes`,
  `%E2%80%A8${mark}:%20yes`,
  `%00${mark}`,
  `%22,${mark}=%22`,
  `%3Cscript%3Ealert(1)%3C/script%3E`,
];

/** A break in every place of a path and a query: in each segment, in each value, and as a parameter of its own. */
function injected(path: string, text: string): string[] {
  const [route, query] = path.split('?', 2) as [string, string?];
  const segments = route.split('/');
  const inSegments = segments.flatMap((segment, i) =>
    segment === ''
      ? []
      : [segments.with(i, segment + text).join('/') + (query === undefined ? '' : `?${query}`)],
  );
  const parameters = query?.split('&') ?? [];
  const inValues = parameters.map(
    (parameter, i) => `${route}?${parameters.with(i, parameter + text).join('&')}`,
  );
  const names = [
    'n',
    'last',
    'artifactType',
    'mount',
    'from',
    'digest',
    'tag',
    'state',
    'scope',
    'service',
    'q',
    'offset',
    'redirect_uri',
    text,
  ];
  return [
    ...inSegments,
    ...inValues,
    ...names.map((name) => `${route}?${[...parameters, `${name}=1${text}`].join('&')}`),
  ];
}

async function targets(): Promise<[method: string, path: string][]> {
  const all: [string, string][] = [];
  for (const row of rows) {
    // HEAD is answered as GET, and over a raw connection nobody can tell where it ends.
    if (row.method === 'HEAD') continue;
    for (const use of casesOf(row)) {
      const { path } = await use.ask(
        things.find(({ kind }) => use.kinds.includes(kind))!,
        server,
      );
      all.push([row.method, path]);
    }
  }
  return all;
}

/** Each header field of the answer by itself; a broken one would show as one more. */
function expectWhole({ status, head, headers }: RawAnswer, target: string): void {
  expect([target, status]).toEqual([target, expect.toSatisfy((code: number) => code >= 200 && code < 500)]);
  expect([target, headers.has(mark)]).toEqual([target, false]);
  const names = head.split('\r\n').slice(1);
  expect([target, names.filter((line) => !/^[a-z0-9-]+: ?[\x20-\x7e]*$/i.test(line))]).toEqual([target, []]);
}

/** Everything that was written: one JSON object to a line, and one line to a request. */
function expectLog(requests: number): void {
  const lines = log.join('').split('\n').filter(Boolean);
  const parsed = lines.map((line) => JSON.parse(line) as { msg: string });
  expect(parsed.filter(({ msg }) => msg === 'request').length).toBeGreaterThanOrEqual(requests);
  expect(log.filter((line) => line.indexOf('\n') !== line.length - 1)).toEqual([]);
  // eslint-disable-next-line no-control-regex
  expect(lines.filter((line) => /[\u0000-\u001f\u007f]/.test(line))).toEqual([]);
}

describe('T-28: line breaks', () => {
  it('in any place of any path split neither a header nor the log', async () => {
    let connection = await openConnection(server.http);
    let count = 0;
    for (const [method, path] of await targets()) {
      const text = breaks[count % breaks.length]!;
      for (const target of injected(path, text)) {
        await connection.write(`${method} ${target} HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n`);
        const answer = await connection.answer();
        expectWhole(answer, target);
        count += 1;
        if (answer.headers.get('connection') !== 'close') continue;
        connection.close();
        connection = await openConnection(server.http);
      }
    }
    connection.close();
    expect(count).toBeGreaterThan(1500);
    expectLog(count);
  }, 120_000);

  it('in what is said about a version do not split the warning', async () => {
    const { repository } = things[0]!;
    const reason = `broken\r\n${mark}: yes\u2028"quoted" \u0000 é`;
    await server.api('POST', `/version/deprecate?ref=${repository}@1.0.0`, { reason });
    const connection = await openConnection(server.http);
    await connection.write(`GET /v2/${repository}/manifests/1.0.0 HTTP/1.1\r\nHost: x\r\n\r\n`);
    const answer = await connection.answer();
    connection.close();
    expectWhole(answer, 'warning');
    expect(answer.headers.get('warning')).toContain('broken');
  });

  it.each([
    'User-Agent',
    'Referer',
    'X-Request-Id',
    'Content-Type',
    'Authorization',
    'Range',
    'If-None-Match',
    'Accept',
  ])('and control characters in %s reach no header and split no line of the log', async (field) => {
    for (const bytes of [
      'a\tb',
      '\u001b[31mred',
      'a\u0080b',
      '"quoted"',
      'ÿþ',
      `${'x'.repeat(4000)}`,
      '\\u000a',
      '%0d%0a',
    ]) {
      const connection = await openConnection(server.http);
      await connection.write(
        Buffer.from(
          `GET /v2/_catalog HTTP/1.1\r\nHost: x\r\nConnection: close\r\n${field}: ${bytes}\r\n\r\n`,
          'latin1',
        ),
      );
      expectWhole(await connection.answer(), `${field}: ${bytes}`);
      connection.close();
    }
    expectLog(0);
  });
});

describe('T-28: the Host field', () => {
  it('is nothing that any answer of any route is made of', async () => {
    const evil = 'evil.example';
    for (const [method, path] of await targets()) {
      const connection = await openConnection(server.http);
      await connection.write(
        `${method} ${path} HTTP/1.1\r\nHost: ${evil}\r\nX-Forwarded-Host: ${evil}\r\nForwarded: host=${evil}\r\n` +
          `X-Original-URL: http://${evil}/\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`,
      );
      const { head, body } = await connection.answer();
      connection.close();
      expect([path, (head + body).includes(evil)]).toEqual([path, false]);
    }
  }, 60_000);
});
