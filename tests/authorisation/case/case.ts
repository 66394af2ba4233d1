import type { TestServer } from '../../support/server.ts';
import type { Who } from '../caller.ts';
import type { Outcome } from '../model.ts';
import { type Kind, kinds, type State, type Thing } from '../thing.ts';

export interface Ask {
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Buffer | string;
}

/** A way to use a row of the route table. HEAD rows are used as their GET rows. */
export interface Case {
  /** Method and path of the row. */
  readonly route: string;
  /** What is special about it. */
  readonly note: string;
  /** What the request names: a version, a namespace only, or nothing. */
  readonly about: 'version' | 'namespace' | 'nothing';
  readonly kinds: readonly Kind[];
  readonly ask: (thing: Thing, server: TestServer) => Ask | Promise<Ask>;
  /** The answer to who may do it. */
  readonly permitted: (thing: Thing, who: Who) => Outcome;
  /** What it carries decides alone, whoever sends it. */
  readonly isProof?: boolean;
}

type Answers = Partial<Record<State, Outcome>> & { readonly ok: Outcome; readonly missing: Outcome };

/** Answers by state: `ok` for live versions, `missing` for all others, unless stated. */
export function byState({ ok, missing, ...states }: Answers): (thing: Thing) => Outcome {
  const live: readonly State[] = ['admitted', 'deprecated', 'revoked'];
  return ({ state }) => states[state] ?? (live.includes(state) ? ok : missing);
}

export type Fields = Partial<Omit<Case, 'route' | 'ask' | 'permitted'>>;

/** A case about a version. */
export function ofVersion(
  route: string,
  ask: Case['ask'],
  permitted: Case['permitted'] | Outcome,
  fields: Fields = {},
): Case {
  const answer = typeof permitted === 'string' ? () => permitted : permitted;
  return { route, note: '', about: 'version', kinds, ask, permitted: answer, ...fields };
}

/** A case about a namespace, or about nothing. */
export function general(
  about: 'namespace' | 'nothing',
  route: string,
  ask: Case['ask'] | string,
  permitted: Case['permitted'] | Outcome,
  fields: Fields = {},
): Case {
  const asked = typeof ask === 'string' ? () => ({ path: ask }) : ask;
  return ofVersion(route, asked, permitted, { about, ...fields });
}

/** The answer of a route that only wants no wrong credentials. */
export function unlessWrong(outcome: Outcome): Case['permitted'] {
  return (_, { valid }) => (valid === false ? '401 ASH-AUTH-INVALID' : outcome);
}
