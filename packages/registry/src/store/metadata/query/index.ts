import type { Kysely } from 'kysely';

import type { Schema } from '../schema.ts';
import * as content from './content.ts';
import * as model from './model.ts';
import * as module from './module.ts';
import * as namespace from './namespace.ts';
import * as storage from './storage.ts';
import * as token from './token.ts';

/** Every question to the metadata. None of them waits for the writer. */
export const queries = { ...content, ...model, ...module, ...namespace, ...storage, ...token };

type Queries = typeof queries;
export type BoundQueries = {
  readonly [Name in keyof Queries]: (input: Parameters<Queries[Name]>[1]) => ReturnType<Queries[Name]>;
};

/** Gives each query as a function of its input alone; each runs wholly on the database that is current when it begins. */
export function bindQueries(current: () => Kysely<Schema>): BoundQueries {
  const bound = Object.entries(queries).map(([name, query]) => {
    const run = query as (database: Kysely<Schema>, input: unknown) => unknown;
    return [name, (input: unknown) => run(current(), input)];
  });
  return Object.fromEntries(bound) as BoundQueries;
}

export type { ManifestRow, TagRow } from './content.ts';
export type { ModelRow } from './model.ts';
export type { ModuleRow, VersionRow, VersionStateRow } from './module.ts';
export type { NamespaceRow } from './namespace.ts';
export type { TokenRow } from './token.ts';
