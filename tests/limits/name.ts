import { parseNamespaceName, parseRepositoryName, parseVersion, terraformAddress } from '@ashlar/core';

import { manifestOf } from '../oci/content.ts';
import { codeThrown, type Probe } from './probe.ts';

export const nameProbes = {
  repositoryName: async (length) => await codeThrown(() => parseRepositoryName('r'.repeat(length))),
  namespaceName: async (length) => await codeThrown(() => parseNamespaceName('n'.repeat(length))),
  terraformName: async (length) => {
    const long = 'n'.repeat(length);
    const codes = await Promise.all([
      codeThrown(() => terraformAddress(long, 'name', 'system')),
      codeThrown(() => terraformAddress('namespace', long, 'system')),
      codeThrown(() => terraformAddress('namespace', 'name', long)),
    ]);
    if (new Set(codes).size > 1) throw new Error(`the parts are judged differently: ${codes.join()}`);
    return codes[0];
  },
  tag: async (length, { oci, name }) => {
    const { status, headers } = await oci.send('PUT', `/v2/plain/${name()}/manifests/${'t'.repeat(length)}`, {
      headers: { 'content-type': 'application/vnd.oci.image.manifest.v1+json' },
      body: manifestOf({}),
    });
    return status === 201 ? undefined : (headers['ashlar-error'] as never);
  },
  version: async (length) => await codeThrown(() => parseVersion('1.0.0-'.padEnd(length, 'a'))),
} satisfies Readonly<Record<string, Probe>>;
