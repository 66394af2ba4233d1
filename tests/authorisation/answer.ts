import type { Answer } from '../oci/client.ts';
import type { Ask } from './case/index.ts';
import type { Outcome } from './model.ts';
import type { Thing } from './thing.ts';

export function outcomeOf({ status, headers }: Answer): Outcome {
  const code = headers['ashlar-error'];
  return code === undefined ? `${status}` : `${status} ${String(code)}`;
}

/** What differs between any two answers. */
const own: ReadonlySet<string> = new Set(['date', 'x-request-id']);

/**
 * An answer as text: status, header fields and body, without what differs between any two. What the caller named
 * itself is replaced, so that answers about different things can be compared, and searched for what they give away.
 */
export function shownTo({ status, headers, text }: Answer, ask: Ask, thing: Thing): string {
  const fields = Object.entries(headers)
    .filter(([name]) => !own.has(name))
    .map(([name, value]) => `${name}: ${String(value)}`)
    .toSorted();
  const requestId = String(headers['x-request-id']);
  const whole = [String(status), ...fields, '', opened(text)].join('\n').replaceAll(requestId, '(request)');
  return withoutNames(whole, ask, thing);
}

/** Signed tickets hold what everybody can read. */
function opened(text: string): string {
  return text
    .replaceAll(/eyJ[\w-]+\.(eyJ[\w-]+)\.[\w-]+/g, (_, claims: string) =>
      Buffer.from(claims, 'base64url').toString('utf8'),
    )
    .replaceAll(/"(iat|exp|issued_at)":("[^"]*"|\d+)/g, '"$1":0');
}

function withoutNames(text: string, { path, body = '' }: Ask, thing: Thing): string {
  const sent = `${decodeURIComponent(path)} ${body.toString('utf8')}`;
  const { repository, namespace, name, digest, blob } = thing;
  return [repository, digest, blob, name, namespace]
    .filter((value) => sent.includes(value))
    .reduce((rest, value) => rest.replaceAll(value, '(named)'), text);
}
