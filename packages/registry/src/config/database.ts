import { field, Wrong } from './field.ts';
import { Secret } from './secret.ts';

/** A PostgreSQL database. */
export interface DatabaseAddress {
  /** With whatever it holds of user, password and parameters. */
  readonly url: Secret;
  /** For people: where it is and how it is called, and nothing else. */
  readonly shown: string;
  readonly hasPassword: boolean;
}

/** Why an address on a command line holds none. */
export const passwordShown = 'everybody on this machine can read the password on a command line';

/** `postgres://user@host:port/name`, or `postgres:///name?host=/run/postgresql` for a socket. Never shown as it is. */
export const databaseUrl = field<DatabaseAddress>((raw) => {
  const fix =
    'Write postgres://USER@HOST:PORT/NAME, for example postgres://ashlar@db.example.com:5432/ashlar.';
  const text = typeof raw === 'string' ? raw : '';
  if (!/^postgres(?:ql)?:\/\/[\x21-\x7e]+$/.test(text) || !URL.canParse(text)) {
    return new Wrong('the value is not the address of a PostgreSQL database', fix);
  }
  const url = new URL(text);
  const name = url.pathname.slice(1);
  if (name === '' || name.includes('/')) return new Wrong('the address names no database', fix);
  const host = url.searchParams.get('host') ?? url.host;
  return {
    url: new Secret(text),
    shown: host.startsWith('/') ? `the database ${name} at ${host}` : `postgres://${host}/${name}`,
    hasPassword: url.password !== '' || url.searchParams.has('password'),
  };
});
