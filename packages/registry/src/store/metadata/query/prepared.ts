import type { CompiledQuery, Compilable, Kysely } from 'kysely';

import type { Schema } from '../schema.ts';

/** Stands in a query for a value that is known when it runs. */
class Placeholder {
  readonly name: string;

  constructor(name: string) {
    this.name = name;
  }
}

/**
 * A query of fixed shape that is built and compiled once for each database: that costs several times as much as
 * running it, and a request runs three of them. `build` gets placeholders in the place of the input, so it can only
 * compare with them.
 */
export function prepared<Input extends object, Row>(
  build: (db: Kysely<Schema>, input: Input) => Compilable<Row>,
): (db: Kysely<Schema>, input: Input) => Promise<Row[]> {
  const compiled = new WeakMap<Kysely<Schema>, CompiledQuery<Row>>();
  const placeholders = new Proxy({} as Input, { get: (_, name) => new Placeholder(String(name)) });
  return async (db, input) => {
    let query = compiled.get(db);
    if (query === undefined) {
      query = build(db, placeholders).compile();
      compiled.set(db, query);
    }
    const parameters = query.parameters.map((value) =>
      value instanceof Placeholder ? input[value.name as keyof Input] : value,
    );
    return (await db.executeQuery<Row>({ ...query, parameters })).rows;
  };
}
