import type { ErrorCode } from '@ashlar/core';

import { zipBytes } from '../../../packages/registry/src/intake/hostile-archive.ts';
import { template } from '../../publish/put-version.ts';
import type { HostileCase, HostileGroup } from '../hostile-case.ts';

const MiB = 1024 * 1024;
const schema = '"$schema":"https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#"';

let count = 0;

/** Publishes bytes as the compiled template of a Bicep module. */
function publish(
  name: string,
  body: () => string | Buffer,
  refusal?: { readonly status: number; readonly code: ErrorCode },
): HostileCase {
  const target = `/api/v1/version?ref=bicep/hostile/t${++count}@1.0.0`;
  return {
    threat: 'T-11',
    name: refusal ? name : `taken: ${name}`,
    send: () => ({ method: 'PUT', target, headers: [['Content-Type', 'application/json']], body: body() }),
    ...(refusal ?? { status: 201, writes: true as const }),
  };
}

const unusable = { status: 422, code: 'ASH-BICEP-TEMPLATE' } as const;
const withResources = (resources: string) => () => `{${schema},"resources":${resources}}`;
const nested = (open: string, close: string, depth: number) => open.repeat(depth) + close.repeat(depth);

/** A Bicep module with its source, which is read for the files that it names. */
function publishSource(name: string, source: () => string): HostileCase {
  const target = `/api/v1/version?ref=bicep/hostile/t${++count}@1.0.0`;
  return {
    threat: 'T-46',
    name: `taken: ${name}`,
    send: () => ({
      method: 'PUT',
      target,
      headers: [['Content-Type', 'application/zip']],
      body: zipBytes([
        { name: 'main.json', text: template('x').toString() },
        { name: 'main.bicep', text: source() },
      ]),
    }),
    status: 201,
    writes: true,
  };
}

export const templateGroup: HostileGroup = {
  title: 'compiled templates',
  cases: [
    publishSource('a source of 2,000,000 quotes that nobody closes', () => "'\\".repeat(2_000_000)),
    publishSource('a source of one text of 7 MB', () => `'${'a'.repeat(7_000_000)}'`),
    publishSource('a source of one text of 3,000,000 escapes', () => `'${'\\a'.repeat(3_000_000)}'`),
    publish('16 MiB and one byte', () => Buffer.alloc(16 * MiB + 1, ' '), {
      status: 413,
      code: 'ASH-BODY-SIZE',
    }),
    publish('16 MiB of brackets', () => '['.repeat(16 * MiB), unusable),
    publish('16 MiB of braces', () => '{"a":'.repeat(3 * MiB), unusable),
    publish('16 MiB of one text', () => `"${'a'.repeat(16 * MiB - 2)}"`, unusable),
    publish('16 MiB of escapes', () => `"${'\\u0041'.repeat(2 * MiB)}"`, unusable),
    publish('1,000,000 lists deep', () => nested('[', ']', 1_000_000), unusable),
    publish('a number of 10 MB', () => '9'.repeat(10_000_000), unusable),
    publish('UTF-16', () => Buffer.from(template('x').toString(), 'utf16le'), unusable),
    publish('not UTF-8', () => Buffer.concat([template('x'), Buffer.from([0xff])]), unusable),
    publish('nothing', () => '', unusable),
    publish('null', () => 'null', unusable),
    publish('a list', () => '[]', unusable),
    publish('no resources', () => `{${schema}}`, unusable),
    publish('resources that are a text', withResources('"x"'), unusable),
    publish('resources that are null', withResources('null'), unusable),
    publish('a schema that is a list', () => '{"$schema":["a"],"resources":[]}', unusable),
    publish('cut off', () => template('x').subarray(0, -1), unusable),
    publish('Bicep instead of what it compiles to', () => "param a string = 'b'", unusable),
    publish('500,000 lists deep in a resource', withResources(nested('[', ']', 500_000)), unusable),
    publish('900 lists deep in a resource', withResources(nested('[', ']', 900))),
    publish(
      '300,000 objects deep in a resource',
      withResources(`[${'{"a":'.repeat(300_000)}0${'}'.repeat(300_000)}]`),
      unusable,
    ),
    publish('a million resources', withResources(`[${'{},'.repeat(999_999)}{}]`), unusable),
    publish('5,000,000 resources', withResources(`[${'{},'.repeat(4_999_999)}{}]`), unusable),
    publish('249,000 resources', withResources(`[${'{},'.repeat(248_999)}{}]`)),
    publish(
      '1,200,000 fields of one object',
      withResources(`{${Array.from({ length: 1_200_000 }, (_, i) => `"f${i}":0`).join()}}`),
      unusable,
    ),
    publish(
      '240,000 fields of one object',
      withResources(`{${Array.from({ length: 240_000 }, (_, i) => `"f${i}":0`).join()}}`),
    ),
    publish('a description of 10 MB', () => template('d'.repeat(10_000_000))),
    publish('a description of surrogates', () => template('\ud800'.repeat(1_000))),
    publish(
      'the names of the prototype',
      withResources('{"__proto__":{"a":1},"constructor":{"prototype":{"b":2}}}'),
    ),
    publish('an expression that never ends', withResources(`{"a":{"p":"[${'concat('.repeat(100_000)}"}}`)),
  ],
};
