import { chmod, mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

import { expect, it } from 'vitest';

import { packZip } from '@ashlar/registry/intake';

import { ociClient } from '../oci/client.ts';
import { freePort } from '../support/free-port.ts';
import { start } from '../support/run.ts';
import { describeWithTool } from '../support/tool.ts';

const program = resolve(import.meta.dirname, '../../packages/cli/bin/ashlar.js');

/** Each would leave `canary` behind, or reach for a host, if anything of it were run. */
function canaries(canary: string): Record<string, string> {
  return {
    'main.tf': `
      terraform {
        backend "http" { address = "http://canary.invalid/" }
      }
      data "external" "now" { program = ["touch", "${canary}"] }
      resource "null_resource" "now" {
        provisioner "local-exec" { command = "touch ${canary}" }
      }
      module "far" { source = "git::https://canary.invalid/module.git" }
      locals { secret = file("/etc/passwd") }
    `,
    '.terraformrc': `credentials_helper "canary" { args = ["${canary}"] }`,
    'terraform.rc': `provider_installation { network_mirror { url = "https://canary.invalid/" } }`,
    '.git/hooks/post-checkout': `#!/bin/sh\ntouch ${canary}\n`,
    'package.json': `{"scripts":{"install":"touch ${canary}","prepare":"touch ${canary}"}}`,
    'bicepconfig.json': `{"extensions":{"canary":"./canary.so"},"cacheRootDirectory":"${canary}"}`,
    'main.bicep': `output secret string = loadTextContent('/etc/passwd')`,
    'README.md': `<script src="http://canary.invalid/x.js"></script> ![](http://canary.invalid/x.png)`,
    Makefile: `all:\n\ttouch ${canary}\n`,
  };
}

describeWithTool(['strace'], 'module code', ({ strace }) => {
  it(
    'P8: is never executed on the server, and nothing that it names is fetched',
    { timeout: 90_000 },
    async () => {
      const folder = await mkdtemp(join(tmpdir(), 'ashlar-canary-'));
      const canary = join(folder, 'canary');
      const trace = join(folder, 'trace');
      const port = await freePort();
      const admin = 'canary-admin-token-0123456789';
      await mkdir(join(folder, 'home'));
      const server = await start(
        strace,
        ['-f', '-qq', '-e', 'trace=execve,execveat,connect', '-o', trace, process.execPath, program, 'serve'],
        {
          env: {
            ASHLAR_DATA: join(folder, 'data'),
            ASHLAR_LISTEN: `127.0.0.1:${port}`,
            ASHLAR_LISTEN_TLS: 'off',
            ASHLAR_ADMIN_TOKEN: admin,
            HOME: join(folder, 'home'),
          },
        },
      );
      try {
        await server.waitFor(/serves/, 60_000);
        const before = await readFile(trace, 'utf8');
        // The trace works: it has the start of the server itself.
        expect(before).toContain('execve(');
        const started = before.split('\n').length;
        const http = `http://127.0.0.1:${port}`;
        const authorization = `Bearer ${admin}`;
        const files = Object.entries(canaries(canary));
        const zip = await packZip(
          files.map(([path, text]) => ({ path, executable: true, bytes: Buffer.from(text) })),
        );
        const publish = async (reference: string) =>
          await fetch(`${http}/api/v1/version?ref=${reference}`, {
            method: 'PUT',
            headers: { authorization, 'content-type': 'application/zip' },
            body: new Uint8Array(zip),
          });
        const published = await publish('terraform/contoso/canary/azurerm@1.0.0');
        expect({ status: published.status, body: await published.text() }).toMatchObject({ status: 201 });
        // Sources of Bicep are not built by the server.
        expect((await publish('bicep/contoso/canary@1.0.0')).status).toBe(422);
        const { send } = ociClient({ http } as never, { token: admin });
        for (const path of [
          '/v1/modules/contoso/canary/azurerm/versions',
          '/v1/modules/contoso/canary/azurerm/1.0.0/download',
          '/v1/modules/contoso/canary/azurerm/1.0.0',
          '/v1/modules/search?q=canary',
          '/v2/terraform/contoso/canary/azurerm/manifests/1.0.0',
          '/',
        ]) {
          expect((await send('GET', path, { headers: { authorization } })).status).toBeLessThan(500);
        }

        const calls = (await readFile(trace, 'utf8'))
          .split('\n')
          .slice(started - 1)
          .filter(Boolean);
        expect(calls.filter((call) => !/SIG|exited/.test(call))).toEqual([]);
        await expect(readFile(canary)).rejects.toThrow('ENOENT');
      } finally {
        await server.stop();
        await chmod(folder, 0o700);
        await rm(folder, { recursive: true });
      }
    },
  );
});
