import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { AshlarError } from '../error/index.ts';
import { isRepositoryName } from '../oci/name.ts';
import {
  classOf,
  parseAddress,
  parseNamespaceName,
  parseRepository,
  parseVersionReference,
  terraformAddress,
} from './address.ts';

function refusal(run: () => unknown): unknown {
  try {
    run();
    return 'it was not refused';
  } catch (error) {
    return error instanceof AshlarError ? [error.code, (error.params as { reason?: string }).reason] : error;
  }
}

const invalid = (reason: string) => ['ASH-ADDRESS-INVALID', reason];
const notForBicep = (segment: string) =>
  invalid(
    `"${segment}" is not a segment that Bicep takes; use lower-case letters and digits, joined by single . _ or -`,
  );
const notForTerraform = (name: string) =>
  invalid(
    `"${name}" is not a name that Terraform takes; use 1 to 64 letters, digits, - and _, with a letter or digit at both ends`,
  );
const notASystem = (system: string) =>
  invalid(`"${system}" is not a system; use lower-case letters and digits, for example azurerm`);
const noBicepParts = invalid(
  'a Bicep module has a namespace and a path: bicep/contoso/res/network/virtual-network',
);
const noTerraformParts = invalid(
  'a Terraform module has a namespace, a name and a system: terraform/contoso/network/azurerm',
);
const notARepository = invalid(
  'it cannot be an OCI repository name; do not mix - and _ or repeat _ more than twice',
);

describe('parseAddress', () => {
  it.each<[string, string, string[]]>([
    ['bicep/avm/res', 'avm', ['res']],
    ['bicep/contoso/res/network/virtual-network', 'contoso', ['res', 'network', 'virtual-network']],
    ['bicep/c0/a.b/a_b/0', 'c0', ['a.b', 'a_b', '0']],
    ['bicep/x/bicep/terraform', 'x', ['bicep', 'terraform']],
    [`bicep/${'n'.repeat(64)}/a`, 'n'.repeat(64), ['a']],
    [`bicep/x/${'a'.repeat(255 - 8)}`, 'x', ['a'.repeat(255 - 8)]],
  ])('reads %s', (text, namespace, path) => {
    expect(parseAddress(text)).toEqual({ language: 'bicep', repository: text, namespace, path });
  });

  it.each<[string, string, [string, string, string]]>([
    ['terraform/avm/net/azurerm', 'terraform/avm/net/azurerm', ['avm', 'net', 'azurerm']],
    [
      'terraform/Azure/AVM-res_x/azurerm',
      'terraform/azure/avm-res_x/azurerm',
      ['Azure', 'AVM-res_x', 'azurerm'],
    ],
    ['terraform/0/1/2', 'terraform/0/1/2', ['0', '1', '2']],
    ['terraform/a--b/a__b/x', 'terraform/a--b/a__b/x', ['a--b', 'a__b', 'x']],
    [
      `terraform/${'n'.repeat(64)}/${'m'.repeat(64)}/${'s'.repeat(64)}`,
      `terraform/${'n'.repeat(64)}/${'m'.repeat(64)}/${'s'.repeat(64)}`,
      ['n'.repeat(64), 'm'.repeat(64), 's'.repeat(64)],
    ],
  ])('reads %s and keeps its spelling', (text, repository, [namespace, name, system]) => {
    const expected = {
      language: 'terraform',
      repository,
      namespace: namespace.toLowerCase(),
      spelling: { namespace, name, system },
    };
    expect(parseAddress(text)).toEqual(expected);
    expect(terraformAddress(namespace, name, system)).toEqual(expected);
  });

  it.each<[string, unknown]>([
    ['', invalid('it does not start with bicep/ or terraform/')],
    ['docker/x/y', invalid('it does not start with bicep/ or terraform/')],
    ['Bicep/x/y', invalid('it does not start with bicep/ or terraform/')],
    ['/bicep/x/y', invalid('it does not start with bicep/ or terraform/')],
    ['bicep', noBicepParts],
    ['bicep/x', noBicepParts],
    ['bicep/x/', notForBicep('')],
    ['bicep//x', notForBicep('')],
    ['bicep/X/y', notForBicep('X')],
    ['bicep/x/a..b', notForBicep('a..b')],
    ['bicep/x/a--b', notForBicep('a--b')],
    ['bicep/x/a__b', notForBicep('a__b')],
    ['bicep/x/-a', notForBicep('-a')],
    ['bicep/x/a_', notForBicep('a_')],
    ['bicep/x/../y', notForBicep('..')],
    ['bicep/x/ä', notForBicep('ä')],
    ['bicep/x/a\n', notForBicep('a\n')],
    ['bicep/search/x', invalid('the namespace "search" is reserved')],
    ['bicep/bicep/x', invalid('the namespace "bicep" is reserved')],
    [`bicep/${'n'.repeat(65)}/a`, invalid('its namespace is longer than 64 characters')],
    [`bicep/x/${'a'.repeat(255 - 7)}`, invalid('it is longer than 255 characters')],
    ['terraform/x/y', noTerraformParts],
    ['terraform/x/y/z/w', noTerraformParts],
    ['terraform/x//z', noTerraformParts],
    ['terraform/-x/y/z', notForTerraform('-x')],
    ['terraform/x/y_/z', notForTerraform('y_')],
    ['terraform/x/a.b/z', notForTerraform('a.b')],
    ['terraform/x/y /z', notForTerraform('y ')],
    ['terraform/\u212A/y/z', notForTerraform('\u212A')],
    [`terraform/x/${'m'.repeat(65)}/z`, notForTerraform('m'.repeat(65))],
    ['terraform/x/y/AzureRM', notASystem('AzureRM')],
    ['terraform/x/y/azure-rm', notASystem('azure-rm')],
    [`terraform/x/y/${'s'.repeat(65)}`, notASystem('s'.repeat(65))],
    ['terraform/x/a-_b/z', notARepository],
    ['terraform/x/a___b/z', notARepository],
    ['terraform/Search/y/z', invalid('the namespace "search" is reserved')],
    ['terraform/Terraform/y/z', invalid('the namespace "terraform" is reserved')],
  ])('refuses %j', (text, expected) => {
    expect(refusal(() => parseAddress(text))).toEqual(expected);
  });

  it('only makes names that are OCI repository names, and the same from its own', () => {
    const segment = fc.stringMatching(/^[a-zA-Z0-9._-]{1,6}$/);
    const text = fc
      .tuple(fc.constantFrom('bicep', 'terraform'), fc.array(segment, { minLength: 2, maxLength: 4 }))
      .map(([language, segments]) => [language, ...segments].join('/'));
    fc.assert(
      fc.property(text, (address) => {
        if (refusal(() => parseAddress(address)) !== 'it was not refused') return;
        const { repository, namespace } = parseAddress(address);
        expect(isRepositoryName(repository)).toBe(true);
        expect(parseAddress(repository)).toMatchObject({ repository, namespace });
        expect(parseNamespaceName(namespace)).toBe(namespace);
      }),
      { numRuns: 2000 },
    );
  });
});

describe('parseRepository', () => {
  it.each<[string, unknown]>([
    ['contoso/image', { kind: 'plain', name: 'contoso/image', namespace: 'contoso' }],
    ['image', { kind: 'plain', name: 'image', namespace: 'image' }],
    ['bicepx/a', { kind: 'plain', name: 'bicepx/a', namespace: 'bicepx' }],
    [
      'bicep/x/y',
      {
        kind: 'module',
        name: 'bicep/x/y',
        namespace: 'x',
        module: { language: 'bicep', repository: 'bicep/x/y', namespace: 'x', path: ['y'] },
      },
    ],
  ])('says what %s is for', (text, expected) => {
    expect(parseRepository(text)).toEqual(expected);
  });

  it.each<[string, string]>([
    ['Contoso/image', 'ASH-REPOSITORY-INVALID'],
    ['', 'ASH-REPOSITORY-INVALID'],
    ['bicep/x', 'ASH-ADDRESS-INVALID'],
    ['terraform/x/y', 'ASH-ADDRESS-INVALID'],
    ['bicep', 'ASH-ADDRESS-INVALID'],
    ['terraform/X/y/z', 'ASH-REPOSITORY-INVALID'],
    ['search/x', 'ASH-NAMESPACE-INVALID'],
    [`${'n'.repeat(65)}/x`, 'ASH-NAMESPACE-INVALID'],
  ])('refuses %s', (text, code) => {
    expect(refusal(() => parseRepository(text))).toEqual([code, expect.any(String)]);
  });
});

describe('parseNamespaceName', () => {
  it.each([
    ['contoso', 'contoso'],
    ['Contoso', 'contoso'],
    ['a.b_c-d--e__f', 'a.b_c-d--e__f'],
    ['n'.repeat(64), 'n'.repeat(64)],
  ])('reads %s', (text, expected) => {
    expect(parseNamespaceName(text)).toBe(expected);
  });

  it.each([
    ['n'.repeat(65), 'it is longer than 64 characters'],
    ['', 'use letters and digits, joined by single . _ or -'],
    ['a/b', 'use letters and digits, joined by single . _ or -'],
    ['a b', 'use letters and digits, joined by single . _ or -'],
    // KELVIN SIGN, whose lower case is an ASCII k.
    ['\u212A', 'use letters and digits, joined by single . _ or -'],
    ['*', 'use letters and digits, joined by single . _ or -'],
    ['Bicep', 'the name is reserved'],
    ['terraform', 'the name is reserved'],
    ['search', 'the name is reserved'],
  ])('refuses %j', (text, reason) => {
    expect(refusal(() => parseNamespaceName(text))).toEqual(['ASH-NAMESPACE-INVALID', reason]);
  });
});

describe('parseVersionReference', () => {
  it.each([
    ['bicep/x/y@1.2.0', 'bicep/x/y', '1.2.0'],
    ['terraform/X/y/z@v1.2', 'terraform/x/y/z', '1.2.0'],
  ])('reads %s', (text, repository, version) => {
    expect(parseVersionReference(text)).toMatchObject({ address: { repository }, version });
  });

  it.each([
    ['bicep/x/y', invalid('the version is missing; write ADDRESS@VERSION')],
    ['bicep/x@1/y@1.0.0', notForBicep('x@1')],
    ['bicep/x/y@', ['ASH-VERSION-INVALID', undefined]],
    ['bicep/x/y@latest', ['ASH-VERSION-INVALID', undefined]],
  ])('refuses %s', (text, expected) => {
    expect(refusal(() => parseVersionReference(text))).toEqual(expected);
  });
});

describe('classOf', () => {
  it.each([
    ['bicep/avm/res/network/vnet', 'resource'],
    ['bicep/avm/ptn/hub', 'pattern'],
    ['bicep/avm/x/utl/types', 'utility'],
    ['bicep/res/network', undefined],
    ['bicep/avm/network', undefined],
    ['bicep/avm/constructor/x', undefined],
    ['terraform/azure/avm-res-network/azurerm', 'resource'],
    ['terraform/azure/AVM-ptn-network/azurerm', 'pattern'],
    ['terraform/azure/avm-utl-x/azurerm', 'utility'],
    ['terraform/azure/avm-res/azurerm', undefined],
    ['terraform/azure/my-avm-res-x/azurerm', undefined],
  ])('of %s is %s', (text, expected) => {
    expect(classOf(parseAddress(text))).toBe(expected);
  });
});
