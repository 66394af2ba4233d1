import { systemClock } from '@ashlar/registry/gateway/clock';
import type { HttpResponse } from '@ashlar/registry/gateway/http';
import { isLoopback } from '@ashlar/core/loopback';

import type { Client } from '../client.ts';
import { type Check, fail, ok, skip, warn } from './check.ts';

const day = 86_400_000;
/** Days before its end from which a certificate is worth a word. */
const soon = 30;
/** Share of the disk below which it is nearly full. */
const nearlyFull = 0.1;

/** Whether the server itself says that it can read and write. */
export async function checkReady(client: Client): Promise<Check> {
  const { status, headers, body } = await client.raw('/readyz');
  const name = 'stores';
  const said = parseObject(body);
  if (status === 200 && said?.['status'] === 'ready') return ok('health', name, 'can be read and written');
  const fix = 'The log of the server says what the disk or the database answers.';
  if (status === 200 && said?.['status'] === 'degraded') {
    const problems = Array.isArray(said['problems']) ? said['problems'].join('; ') : 'it does not say why';
    return fail('health', name, `reading works, writing does not: ${problems}`, fix);
  }
  const message = said?.['message'];
  if (headers.has('ashlar-error') && typeof message === 'string') return fail('health', name, message, fix);
  return skip('health', name, `/readyz answers ${status} here, and not from Ashlar`);
}

/** When the certificate that this client was shown ends: that of the proxy, if one ends TLS. */
export async function checkExpiry(client: Client): Promise<Check> {
  const name = 'expiry';
  const { certificateExpiry: end } = await client.raw('/healthz');
  if (end === undefined) return skip('tls', name, `${client.settings.url} is not https`);
  const days = Math.floor((end - systemClock.now()) / day);
  const detail = `the certificate ends on ${new Date(end).toISOString().slice(0, 10)}, in ${days} days`;
  if (days > soon) return ok('tls', name, detail);
  return warn(
    'tls',
    name,
    detail,
    'Renew it. Ashlar loads new files by itself; a proxy may have to be told.',
  );
}

/** What the metrics tell, where they are shown. */
export async function checkMetrics(client: Client): Promise<Check[]> {
  const answer = await client.raw('/metrics');
  const read = readMetrics(answer);
  if (read === undefined) {
    const detail = `not shown at ${client.settings.url}; ask on the machine of the server for disk and log`;
    return [skip('health', 'metrics', detail)];
  }
  return [checkShown(client), checkDisk(read), checkLog(read)];
}

function checkShown({ settings: { url } }: Client): Check {
  if (isLoopback(url)) return ok('health', 'metrics', 'shown on this machine');
  const fix = 'Keep /metrics to your own network, as the configurations in deploy/ do.';
  return warn('health', 'metrics', `everybody who reaches ${url} can read them`, fix);
}

function checkDisk(read: (name: string) => number | undefined): Check {
  const [free, size] = [read('ashlar_disk_free_bytes'), read('ashlar_disk_size_bytes')];
  if (free === undefined || size === undefined) return skip('health', 'disk', 'the server does not say');
  const percent = Math.floor((100 * free) / size);
  const detail = `${(free / 1024 ** 3).toFixed(1)} GiB free of ${(size / 1024 ** 3).toFixed(1)} (${percent} %)`;
  if (free >= size * nearlyFull) return ok('health', 'disk', detail);
  return warn('health', 'disk', detail, 'Make it larger, or remove what nobody needs.');
}

function checkLog(read: (name: string) => number | undefined): Check {
  const dropped = read('ashlar_log_lines_dropped_total') ?? 0;
  if (dropped === 0) return ok('health', 'log', 'no line was lost');
  const fix = 'Look at what reads the standard output of the server, and at its disk.';
  return warn('health', 'log', `${dropped} lines were lost since the start`, fix);
}

/** The samples without labels; undefined when these are not the metrics of Ashlar. */
function readMetrics({ status, body }: HttpResponse): ((name: string) => number | undefined) | undefined {
  const text = body.toString('utf8');
  if (status !== 200 || !text.includes('ashlar_build_info')) return undefined;
  const samples = new Map(
    Array.from(text.matchAll(/^(ashlar_\w+) (\S+)$/gm), ([, name, value]) => [name!, Number(value)]),
  );
  return (name) => samples.get(name);
}

function parseObject(body: Buffer): Record<string, unknown> | undefined {
  try {
    const data: unknown = JSON.parse(body.toString('utf8'));
    return typeof data === 'object' && data !== null ? (data as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}
