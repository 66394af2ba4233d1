import { createLogger } from '../../packages/registry/src/server/log.ts';

import { type Json, publishFiles, startTestServer, type TestServer } from '../support/server.ts';
import type { Series } from './series.ts';
import { Violation } from './violation.ts';

const hour = 3_600_000;
const day = 24 * hour;

/** F-11: the clock of the machine jumps back an hour, or on by a day. */
export const clockSeries: Series = {
  fault: 'F-11',
  place: 'the clock jumps',
  what: 'tokens, links, uploads, log',
  places: 1,
  async run() {
    let now = Date.now();
    const lines: Json[] = [];
    const log = createLogger('info', { write: (line) => void lines.push(JSON.parse(line)) });
    const server = await startTestServer({ clock: { now: () => now }, log, settings: { logLevel: 'info' } });
    try {
      const jump = (by: number) => {
        now += by;
      };
      await server.api('POST', '/namespaces', { name: 'open', visibility: 'public' });
      await publishFiles(server, 'terraform/open/net/azurerm@1.0.0', { 'main.tf': '# net\n' });
      await checkTokens(server, () => now, jump);
      await checkLinks(server, jump);
      await checkUploads(server, jump);
      const negative = lines.filter((line) => typeof line.ms === 'number' && line.ms < 0);
      if (negative.length > 0) throw new Violation(`a request took ${negative[0].ms} ms`);
      if (!lines.some((line) => typeof line.ms === 'number')) throw new Violation('no request was logged');
    } finally {
      await server.stop();
    }
    return true;
  },
};

type Jump = (by: number) => void;

function expectStatus(what: string, actual: number, expected: number): void {
  if (actual !== expected) throw new Violation(`${what}: ${actual} instead of ${expected}`);
}

/** A token that ends in two hours works before, also after a jump back, and not the day after. */
async function checkTokens(server: TestServer, now: () => number, jump: Jump): Promise<void> {
  const expiresAt = new Date(now() + 2 * hour).toISOString();
  const { body } = await server.api('POST', '/tokens', { name: 'short', scopes: ['read:*'], expiresAt });
  const status = async () => (await server.api('GET', '/tokens', undefined, body.token as string)).status;
  expectStatus('a token', await status(), 200);
  jump(-hour);
  expectStatus('a token, an hour back', await status(), 200);
  jump(hour + day);
  expectStatus('a token that ended', await status(), 401);
  jump(-day);
  expectStatus('a token, as the clock was set right', await status(), 200);
}

/** A link lives a quarter of an hour: an hour back it has not begun to count, a day on it is over. */
async function checkLinks(server: TestServer, jump: Jump): Promise<void> {
  const download = async () =>
    (await fetch(`${server.http}/v1/modules/open/net/azurerm/1.0.0/download`)).headers.get(
      'x-terraform-get',
    )!;
  const status = async (link: string) => (await fetch(server.http + link)).status;
  const link = await download();
  jump(-hour);
  expectStatus('a link, an hour back', await status(link), 200);
  const other = await download();
  expectStatus('a link of an hour ago', await status(other), 200);
  jump(hour + day);
  expectStatus('a link of yesterday', await status(link), 403);
  expectStatus('a new link', await status(await download()), 200);
  jump(-day);
}

/** An upload goes on after a jump back; after a jump on, for a caller that signs in. */
async function checkUploads(server: TestServer, jump: Jump): Promise<void> {
  const authorization = `Bearer ${server.admin}`;
  const path = `${server.http}/v2/plain/clock/blobs/uploads/`;
  const started = await fetch(path, { method: 'POST', headers: { authorization } });
  const send = async (location: string, headers: Record<string, string> = {}) =>
    await fetch(server.http + location, { method: 'PATCH', body: 'x', headers });
  jump(-hour);
  const first = await send(started.headers.get('location')!);
  expectStatus('a chunk, an hour back', first.status, 202);
  jump(hour + day);
  expectStatus('a chunk of yesterday', (await send(first.headers.get('location')!)).status, 401);
  const signedIn = await send(first.headers.get('location')!, { authorization });
  expectStatus('a chunk of who signs in', signedIn.status, 202);
  jump(-day);
}
