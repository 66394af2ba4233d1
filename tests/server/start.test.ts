import { expect, it } from 'vitest';

import { publishFiles, startTestServer } from '../support/server.ts';

it('starts, takes a module and shows it', async () => {
  const server = await startTestServer();
  try {
    const { status, body } = await publishFiles(server, 'terraform/contoso/net/azurerm@1.0.0', { 'main.tf': '# net\n' });

    expect({ status, body: { ...body, digest: '', contentDigest: '' } }).toEqual({
      status: 201,
      body: { address: 'terraform/contoso/net/azurerm', version: '1.0.0', status: 'published', digest: '', contentDigest: '' },
    });
    expect((await server.api('GET', '/modules')).body).toMatchObject({ modules: [{ latest: '1.0.0' }] });
  } finally {
    await server.stop();
  }
});
