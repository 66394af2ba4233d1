import { systemClock } from '@ashlar/registry/gateway/clock';

import { ServerError } from '../cli-error.ts';
import { type Client, createClient, type Shape } from '../client.ts';
import { formatTime } from '../table.ts';
import { type Check, fail, ok, skip } from './check.ts';

export interface ServerReport {
  readonly checks: readonly Check[];
  /** Undefined when no server answers. */
  readonly status: Shape<'Status'> | undefined;
  /** Whether the token of the client is good. */
  readonly isSignedIn: boolean;
}

/** Milliseconds; more makes signed links and certificates look expired. */
const maxClockSkew = 60_000;

/** Whether the server answers, what it is, and whom it takes us for. */
export async function checkServer(client: Client): Promise<ServerReport> {
  const { url, token } = client.settings;
  const begin = systemClock.now();
  try {
    const { headers } = await client.raw('/api/v1/status');
    const end = systemClock.now();
    const anonymous = await createClient({ ...client.settings, token: undefined });
    const status = await anonymous.call('Status', '/status');
    const tokenCheck = token === undefined ? notSignedIn(url) : await checkToken(client);
    return {
      checks: [
        ok('server', 'reachable', `${url}, ${end - begin} ms`),
        ok('server', 'version', `ashlar ${status.version}`),
        checkClock(headers.get('date'), begin, end),
        tokenCheck,
      ],
      status,
      isSignedIn: token !== undefined && tokenCheck.status === 'ok',
    };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    const [what, ...advice] = message.split('. ');
    const check = fail('server', 'reachable', what!, advice.join('. ') || 'Start it: npm start');
    return { checks: [check], status: undefined, isSignedIn: false };
  }
}

function notSignedIn(url: string): Check {
  return skip('server', 'token', `not signed in; public modules only (ashlar login ${url})`);
}

/** The server's time lies between the begin and the end of the request; its header counts whole seconds. */
function checkClock(date: string | null, begin: number, end: number): Check {
  const theirs = Date.parse(date ?? '');
  if (Number.isNaN(theirs)) return skip('server', 'clock', 'the server does not say its time');
  const skew = theirs - (begin + end) / 2;
  const seconds = Math.round(Math.abs(skew) / 1000);
  if (Math.abs(skew) <= maxClockSkew)
    return ok('server', 'clock', `within ${Math.max(1, seconds)} s of the server`);
  const direction = skew > 0 ? 'behind' : 'ahead of';
  const fix = 'Set the clock of this machine, or of the server, by NTP.';
  return fail('server', 'clock', `${seconds} s ${direction} the server`, fix);
}

async function checkToken(client: Client): Promise<Check> {
  const { url, tokenFrom } = client.settings;
  try {
    const { caller } = await client.call('Status', '/status');
    const expiry = await expiryOf(client, caller.subject);
    return ok('server', 'token', `${caller.name}: ${caller.scopes.join(' ')}, ${expiry} (from ${tokenFrom})`);
  } catch (error) {
    if (!(error instanceof ServerError)) throw error;
    const fix =
      tokenFrom === 'ASHLAR_TOKEN'
        ? 'Put a valid token into ASHLAR_TOKEN, or unset it.'
        : `ashlar login ${url}`;
    return fail('server', 'token', `refused (from ${tokenFrom}): ${error.message}`, fix);
  }
}

async function expiryOf(client: Client, subject: string): Promise<string> {
  // Identities without an API token have no list.
  const tokens = await client.list('Token', '/tokens').catch(() => []);
  const own = tokens.find(({ id }) => `token:${id}` === subject);
  return own?.expiresAt === undefined ? 'without expiry' : `until ${formatTime(own.expiresAt)}`;
}
