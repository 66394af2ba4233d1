import { createHmac, generateKeyPairSync, sign } from 'node:crypto';

/** Parts of a signed token. */
interface Parts {
  readonly header: Record<string, unknown>;
  readonly claims: Record<string, unknown>;
  readonly signature: string;
}

const encode = (value: unknown) =>
  Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url');

function partsOf(token: string): Parts {
  const [header, claims, signature] = token.split('.') as [string, string, string];
  const decode = (part: string) =>
    JSON.parse(Buffer.from(part, 'base64url').toString()) as Record<string, unknown>;
  return { header: decode(header), claims: decode(claims), signature };
}

/** Signs with HMAC under some key that is not ours. */
function hmac(header: object, claims: object, key: string | Buffer, hash = 'sha256'): string {
  const text = `${encode(header)}.${encode(claims)}`;
  return `${text}.${createHmac(hash, key).update(text).digest('base64url')}`;
}

/**
 * Tokens that somebody could make who has a valid one but not our key, by what is wrong with them. `raised` are the
 * claims that a forger would like to have.
 */
export function forgeries(token: string, raised: Record<string, unknown>): Map<string, string> {
  const { header, claims, signature } = partsOf(token);
  const wanted = { ...claims, ...raised };
  const [head, body] = token.split('.') as [string, string];
  return new Map([
    ...unsigned(header, wanted, signature),
    ...keysOfTheirOwn(header, wanted),
    ...keysByReference(header, wanted),
    ...Object.entries({
      'other claims under the old signature': `${head}.${encode(wanted)}.${signature}`,
      'later end under the old signature': `${head}.${encode({ ...claims, exp: 4_000_000_000 })}.${signature}`,
      'no end under the old signature': `${head}.${encode({ ...claims, exp: undefined })}.${signature}`,
      'another kind under the old signature': `${head}.${encode({ ...claims, aud: 'ashlar:code' })}.${signature}`,
      'all kinds under the old signature': `${head}.${encode({ ...claims, aud: ['ashlar:access', 'ashlar:refresh', 'ashlar:upload', 'ashlar:archive', 'ashlar:code'] })}.${signature}`,
      'another header under the old signature': `${encode({ ...header, kid: '1' })}.${body}.${signature}`,
      'spaces in the header': `${encode(JSON.stringify(header, undefined, 1))}.${body}.${signature}`,
      'spaces in the claims': `${head}.${encode(JSON.stringify(claims, undefined, 1))}.${signature}`,
      'a claim twice': `${head}.${encode(`{"sub":"anonymous",${JSON.stringify(claims).slice(1)}`)}.${signature}`,
      'cut signature': `${head}.${body}.${signature.slice(0, -4)}`,
      'half a signature': `${head}.${body}.${signature.slice(0, 20)}`,
      'longer signature': `${head}.${body}.${signature}AAAA`,
      'signature twice': `${head}.${body}.${signature}${signature}`,
      'signature of zeros': `${head}.${body}.${'A'.repeat(signature.length)}`,
      'signature in base64': `${head}.${body}.${signature}=`,
      'signature with a space': `${head}.${body}.${signature.slice(0, 9)} ${signature.slice(9)}`,
      'signature with other last bits': `${head}.${body}.${otherLastBits(signature)}`,
      'claims with padding': `${head}.${body}==.${signature}`,
      'parts in another order': `${body}.${head}.${signature}`,
      'a part more': `${token}.${signature}`,
      'a part less': `${head}.${body}`,
      'five parts': `${head}..${body}.${signature}.${signature}`,
      nested: hmac({ alg: 'HS256', cty: 'JWT' }, { jwt: token }, 'key'),
      'as JSON': encode({ payload: body, protected: head, signature }) + '..',
    }),
  ]);
}

function unsigned(header: object, claims: object, signature: string): [string, string][] {
  const algorithms = ['none', 'None', 'NONE', 'nOnE', '', 'HS256 ', 'hs256', 'null'];
  return algorithms.flatMap((alg): [string, string][] => [
    [`alg "${alg}" without signature`, `${encode({ ...header, alg })}.${encode(claims)}.`],
    [`alg "${alg}" with the old signature`, `${encode({ ...header, alg })}.${encode(claims)}.${signature}`],
  ]);
}

function keysOfTheirOwn(header: object, claims: object): [string, string][] {
  const keys = {
    'no key': '',
    'a word': 'secret',
    zeros: Buffer.alloc(32),
    'its own claims': JSON.stringify(claims),
    'our name': 'ashlar',
  };
  return [
    ...Object.entries(keys).map(([name, key]): [string, string] => [
      `under ${name}`,
      hmac(header, claims, key),
    ]),
    ['HS384 under zeros', hmac({ ...header, alg: 'HS384' }, claims, Buffer.alloc(48), 'sha384')],
    ['HS512 under zeros', hmac({ ...header, alg: 'HS512' }, claims, Buffer.alloc(64), 'sha512')],
  ];
}

/** A key that comes with the token, or that the token tells where to find. */
function keysByReference(header: object, claims: object): [string, string][] {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const jwk = publicKey.export({ format: 'jwk' });
  const signed = (fields: object) => {
    const text = `${encode({ ...header, ...fields })}.${encode(claims)}`;
    return `${text}.${sign('sha256', Buffer.from(text), privateKey).toString('base64url')}`;
  };
  const own = Buffer.from('own key of the forger').toString('base64url');
  return [
    ['RS256', signed({ alg: 'RS256' })],
    ['RS256 with jwk', signed({ alg: 'RS256', jwk })],
    ['RS256 with jku', signed({ alg: 'RS256', jku: 'http://127.0.0.1:1/keys', kid: '1' })],
    ['RS256 with x5u', signed({ alg: 'RS256', x5u: 'http://127.0.0.1:1/cert' })],
    ['RS256 that says HS256', signed({ alg: 'HS256', jwk })],
    [
      'with a symmetric jwk',
      hmac({ ...header, jwk: { kty: 'oct', k: own } }, claims, 'own key of the forger'),
    ],
    ['with a kid that is a file', hmac({ ...header, kid: '/dev/null' }, claims, '')],
    ['with a kid that leads up', hmac({ ...header, kid: '../../../../dev/null' }, claims, '')],
    ['with a kid that is SQL', hmac({ ...header, kid: "x' union select 'key' --" }, claims, 'key')],
    ['with crit', hmac({ ...header, crit: ['exp'] }, claims, 'key')],
    ['with an unencoded payload', hmac({ ...header, b64: false, crit: ['b64'] }, claims, 'key')],
    ['with zip', hmac({ ...header, zip: 'DEF' }, claims, 'key')],
    ['of type at+jwt', hmac({ ...header, typ: 'at+jwt' }, claims, 'key')],
  ];
}

/** The same bytes in another spelling: of the last character some bits do not count. */
export function otherLastBits(signature: string): string {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
  const bytes = Buffer.from(signature, 'base64url');
  const spellings = Array.from(alphabet, (last) => signature.slice(0, -1) + last);
  return (
    spellings.find((text) => text !== signature && Buffer.from(text, 'base64url').equals(bytes)) ??
    `${signature}A`
  );
}
