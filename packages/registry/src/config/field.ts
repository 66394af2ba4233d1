import { limits, type SettingLimit } from '@ashlar/core';
import { z } from 'zod';

import { hasTokenPrefix, isWellFormedToken } from '../identity/token.ts';
import { Secret } from './secret.ts';

/** Why a value is not taken: completes the sentence "<key>: <reason>. <fix>". */
export class Wrong {
  readonly reason: string;
  readonly fix: string;

  constructor(reason: string, fix: string) {
    this.reason = reason;
    this.fix = fix;
  }
}

/** A zod type from a function; what it refuses becomes an issue with `params.fix`. */
export function field<T>(read: (raw: unknown) => T | Wrong) {
  return z.unknown().transform((raw, context): T => {
    const value = raw === undefined ? new Wrong('is missing', 'Add it.') : read(raw);
    if (!(value instanceof Wrong)) return value;
    context.addIssue({ code: 'custom', message: value.reason, params: { fix: value.fix } });
    return z.NEVER;
  });
}

/** How a wrong value is repeated to its author. Secrets never come here. */
export function shown(raw: unknown): string {
  if (Array.isArray(raw)) return 'a list';
  if (typeof raw === 'object' && raw !== null) return 'a group of keys';
  const text = JSON.stringify(raw) ?? String(raw);
  return text.length > 80 ? `${text.slice(0, 79)}…` : text;
}

/** One of a few words. */
export function choice<const Word extends string>(...words: readonly Word[]) {
  return field<Word>((raw) => {
    const word = words.find((candidate) => candidate === raw);
    return word ?? new Wrong(`${shown(raw)} is not possible`, `Write one of ${words.join(', ')}.`);
  });
}

export const path = field<string>((raw) =>
  typeof raw === 'string' && raw !== '' && !raw.includes('\0')
    ? raw
    : new Wrong(`${shown(raw)} is not a path`, 'Write the path of a file or folder.'),
);

/** A token that the user made up, or one that Ashlar made. */
export const secret = field<Secret>((raw) => {
  const fix = `Write 16 to ${limits.presetToken.value} visible ASCII characters without blanks, for example the output of: openssl rand -hex 32`;
  if (typeof raw !== 'string' || raw.length > limits.presetToken.value || !/^[\x21-\x7e]{16,}$/.test(raw)) {
    return new Wrong('the value is not usable as a token', fix);
  }
  // Sign-in would take it for a mistyped token and refuse it for ever.
  if (hasTokenPrefix(raw) && !isWellFormedToken(raw)) {
    return new Wrong('the value looks like a token of Ashlar but is mistyped', fix);
  }
  return new Secret(raw);
});

export interface ListenAddress {
  /** Name or IP address; IPv6 without brackets. */
  readonly host: string;
  /** 0 lets the system choose. */
  readonly port: number;
}

/** `HOST:PORT`, with IPv6 in brackets, or `off`. */
export const listenAddress = field<ListenAddress | 'off'>((raw) => {
  if (raw === 'off') return 'off';
  const fix = 'Write HOST:PORT, for example 127.0.0.1:8484, or off.';
  const parts = typeof raw === 'string' ? /^(\[[0-9A-Fa-f:.]+\]|[\w.-]+):(\d+)$/.exec(raw) : null;
  if (parts === null) return new Wrong(`${shown(raw)} is not an address with a port`, fix);
  const [, host, port] = parts;
  if (Number(port) > 65_535) return new Wrong(`the port ${port} is larger than 65535`, fix);
  if (!URL.canParse(`http://${host}`)) return new Wrong(`${shown(host)} is not a host`, fix);
  // The URL parser writes every spelling of an address (127.1, [0:0::1]) in one way.
  return { host: new URL(`http://${host}`).hostname.replace(/^\[|\]$/g, ''), port: Number(port) };
});

/** An address without path, query or user; `protocols` as in `URL.protocol`. Gives scheme, host and port only. */
export function origin(...protocols: readonly ('http:' | 'https:')[]) {
  const schemes = protocols.map((protocol) => `${protocol}//`).join(' or ');
  const fix = `Write ${schemes.replace(/\/\/$/, '//HOST')} with an optional port, for example ${protocols.at(-1)}//registry.example.com.`;
  return field<string>((raw) => {
    const url = parseUrl(raw);
    if (url === undefined || !protocols.some((protocol) => protocol === url.protocol)) {
      return new Wrong(`${shown(raw)} is not an address that starts with ${schemes}`, fix);
    }
    if (url.username !== '' || url.password !== '')
      return new Wrong('the address holds a user or password', fix);
    if (/[?#]/.test(String(raw))) return new Wrong(`${shown(raw)} has a query or fragment`, fix);
    if (url.pathname !== '/')
      return new Wrong(`${shown(raw)} has a path, and clients look at the root only`, fix);
    if (url.hostname === '0.0.0.0' || url.hostname === '[::]' || url.port === '0') {
      return new Wrong(`${shown(raw)} is not an address that a client can reach`, fix);
    }
    return url.origin;
  });
}

/** Reads a URL as strictly as it is written: the platform's parser would drop blanks and repair slashes. */
export function parseUrl(raw: unknown): URL | undefined {
  if (typeof raw !== 'string' || !/^https?:\/\/[^/\\\s]\S*$/i.test(raw) || !URL.canParse(raw))
    return undefined;
  return new URL(raw);
}

/** The least and the most that a setting takes, written like the setting itself. */
export type Bounds = Pick<SettingLimit, 'least' | 'most'>;

const secondsPerUnit: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400 };

/** A duration in seconds: a number of seconds, or a number with `s`, `m`, `h` or `d`. */
export function duration({ least, most }: Bounds) {
  const fix = `Write ${least} to ${most}, as a number of seconds or with s, m, h or d.`;
  return field<number>((raw) => durationWithin(raw, least, most, fix));
}

/** A {@link duration}; `off` is undefined. */
export function durationOrOff({ least, most }: Bounds) {
  const fix = `Write ${least} to ${most}, as a number of seconds or with s, m, h or d, or off.`;
  return field<number | undefined>((raw) =>
    raw === 'off' ? undefined : durationWithin(raw, least, most, fix),
  );
}

function durationWithin(raw: unknown, least: string, most: string, fix: string): number | Wrong {
  const seconds = readDuration(raw);
  if (seconds === undefined) return new Wrong(`${shown(raw)} is not a duration`, fix);
  if (seconds < readDuration(least)!) return new Wrong(`${shown(raw)} is too short`, fix);
  if (seconds > readDuration(most)!) return new Wrong(`${shown(raw)} is too long`, fix);
  return seconds;
}

function readDuration(raw: unknown): number | undefined {
  const parts = /^(\d{1,9})\s?([smhd]?)$/.exec(plainText(raw));
  return parts === null ? undefined : Number(parts[1]) * secondsPerUnit[parts[2] || 's']!;
}

const bytesPerUnit: Readonly<Record<string, number>> = {
  b: 1,
  kb: 1e3,
  mb: 1e6,
  gb: 1e9,
  tb: 1e12,
  kib: 2 ** 10,
  mib: 2 ** 20,
  gib: 2 ** 30,
  tib: 2 ** 40,
};

/** A size in bytes: a number of bytes, or a number with a unit such as `MiB` or `GB`. */
export function size({ least, most }: Bounds) {
  const fix = `Write ${least} to ${most}, as a number of bytes or with B, KiB, MiB, GiB, TiB, KB, MB, GB or TB.`;
  return field<number>((raw) => {
    const bytes = readSize(raw);
    if (bytes === undefined) return new Wrong(`${shown(raw)} is not a size`, fix);
    if (bytes < readSize(least)!) return new Wrong(`${shown(raw)} is too small`, fix);
    if (bytes > readSize(most)!) return new Wrong(`${shown(raw)} is too large`, fix);
    return bytes;
  });
}

function readSize(raw: unknown): number | undefined {
  const parts = /^(\d{1,15}(?:\.\d{1,3})?)\s?([a-z]*)$/i.exec(plainText(raw));
  const unit = bytesPerUnit[parts?.[2]?.toLowerCase() || 'b'];
  return parts === null || unit === undefined ? undefined : Math.floor(Number(parts[1]) * unit);
}

/** A whole number, without a unit. */
export function count({ least, most }: Bounds) {
  const fix = `Write a whole number from ${least} to ${most}.`;
  return field<number>((raw) => readCount(raw, least, most, fix));
}

/** A whole number, or `off`. */
export function countOrOff({ least, most }: Bounds) {
  const fix = `Write a whole number from ${least} to ${most}, or off.`;
  return field<number | 'off'>((raw) => (raw === 'off' ? 'off' : readCount(raw, least, most, fix)));
}

function readCount(raw: unknown, least: string, most: string, fix: string): number | Wrong {
  const text = plainText(raw);
  if (!/^\d{1,15}$/.test(text)) return new Wrong(`${shown(raw)} is not a whole number`, fix);
  if (Number(text) < Number(least)) return new Wrong(`${shown(raw)} is too small`, fix);
  return Number(text) > Number(most) ? new Wrong(`${shown(raw)} is too large`, fix) : Number(text);
}

/** Addresses of proxies, or networks as `10.0.0.0/8`, divided by commas; or `off`. */
export const proxies = field<readonly string[]>((raw) => {
  if (raw === 'off') return [];
  const fix = 'Write IP addresses or networks, divided by commas, for example 127.0.0.1,10.0.0.0/8, or off.';
  if (typeof raw !== 'string') return new Wrong(`${shown(raw)} is not an address`, fix);
  const entries = raw.split(',').map((entry) => entry.trim());
  const wrong = entries.find((entry) => !isNetwork(entry));
  return wrong === undefined ? entries : new Wrong(`${shown(wrong)} is not an address`, fix);
});

function isNetwork(text: string): boolean {
  const [address = '', bits, ...rest] = text.split('/');
  const isV4 = z.ipv4().safeParse(address).success;
  if (rest.length > 0 || !(isV4 || z.ipv6().safeParse(address).success)) return false;
  return bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (isV4 ? 32 : 128));
}

/** YAML gives numbers where flags and variables give text. */
function plainText(raw: unknown): string {
  return typeof raw === 'string' || typeof raw === 'number' ? String(raw) : '';
}
