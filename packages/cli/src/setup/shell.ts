import type { SetupInput } from './recipe.ts';

/** A word as a POSIX shell reads it. */
export function shellWord(text: string): string {
  return /^[\w./@:,+=*-]+$/.test(text) && !text.includes('*')
    ? text
    : `'${text.replaceAll("'", String.raw`'\''`)}'`;
}

export function exportLine(name: string, value: string): string {
  return `export ${name}=${shellWord(value)}`;
}

/** What makes programs on Go, OpenSSL and .NET trust the server; nothing when the system does already. */
export function trustLines({ ca }: Pick<SetupInput, 'ca'>): (readonly [string, string])[] {
  return ca === undefined ? [] : [['SSL_CERT_FILE', ca]];
}
