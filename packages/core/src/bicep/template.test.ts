import { describe, expect, it } from 'vitest';

import { AshlarError } from '../error/index.ts';
import { parseVersion } from '../module/version.ts';
import { limits } from '../limit/index.ts';
import { readTemplate, stampTelemetryVersion } from './template.ts';

const schema = 'https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#';
const bytesOf = (text: string) => new TextEncoder().encode(text);
const json = (value: object) => bytesOf(JSON.stringify({ $schema: schema, resources: [], ...value }));

function refusal(act: () => unknown): string {
  try {
    act();
  } catch (error) {
    if (error instanceof AshlarError && error.code === 'ASH-BICEP-TEMPLATE') return error.message;
    throw error;
  }
  return 'taken';
}

describe('readTemplate', () => {
  it.each([
    [
      'all of it',
      json({ metadata: { description: 'Größe <b>', _generator: { version: '0.46.1.1' } } }),
      'Größe <b>',
      '0.46.1.1',
    ],
    ['no metadata', json({}), '', undefined],
    ['resources by symbolic name', json({ languageVersion: '2.0', resources: {} }), '', undefined],
    ['metadata of other types', json({ metadata: { description: 1, _generator: 'x' } }), '', undefined],
    ['empty texts', json({ metadata: { description: '', _generator: { version: '' } } }), '', undefined],
    ['null metadata', json({ metadata: null }), '', undefined],
    ['a byte order mark', bytesOf(`\uFEFF{"$schema":"${schema}","resources":[]}`), '', undefined],
  ])('reads %s', (_, bytes, description, compilerVersion) => {
    expect(readTemplate(bytes)).toEqual({ description, compilerVersion });
  });

  const shape = 'it has no $schema and resources; it must be an ARM template for a deployment';
  it.each([
    ['no JSON', bytesOf('{'), 'it is not JSON in UTF-8'],
    ['nothing', bytesOf(''), 'it is not JSON in UTF-8'],
    ['no UTF-8', new Uint8Array([0xff]), 'it is not JSON in UTF-8'],
    ['comments', bytesOf(`// a\n{"$schema":"${schema}","resources":[]}`), 'it is not JSON in UTF-8'],
    ['an array', bytesOf('[]'), shape],
    ['null', bytesOf('null'), shape],
    ['no $schema', json({ $schema: undefined }), shape],
    ['no resources', json({ resources: undefined }), shape],
    ['resources that are none', json({ resources: 1 }), shape],
  ])('refuses %s', (_, bytes, reason) => {
    expect(refusal(() => readTemplate(bytes))).toBe(
      `The compiled template is not usable: ${reason}. Compile the module again with "bicep build".`,
    );
  });

  it('has a limit', () => {
    const padded = (size: number) => bytesOf(`{"$schema":"${schema}","resources":[]}`.padEnd(size));

    expect(readTemplate(padded(limits.template.value))).toHaveProperty('description');
    expect(refusal(() => readTemplate(padded(limits.template.value + 1)))).toContain(
      'it is larger than 16777216 bytes',
    );
  });
});

describe('stampTelemetryVersion', () => {
  const version = parseVersion('1.2.3');

  it('replaces the mark wherever it stands and leaves every other byte', () => {
    const marked = (mark: string) => bytesOf(`\uFEFF{"ä":"replace('${mark}','.','-')","b":"${mark}"} `);

    expect(stampTelemetryVersion(marked('-..--..-'), version)).toEqual(marked('1.2.3'));
  });

  it.each([
    ['no mark', bytesOf('{}'), 'it has no -..--..- that the version could replace for telemetry'],
    ['no UTF-8', new Uint8Array([0xff]), 'it is not JSON in UTF-8'],
  ])('refuses %s', (_, bytes, reason) => {
    expect(refusal(() => stampTelemetryVersion(bytes, version))).toContain(reason);
  });
});
