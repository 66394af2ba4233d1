import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { startProgram } from '../program.ts';
import {
  type BenchModule,
  moduleNamespace,
  type ModuleServer,
  moduleSystem,
  moduleVersion,
} from './module-server.ts';

/** Fields that belong to a connection or a moment. */
const notRecorded = ['connection', 'keep-alive', 'date', 'transfer-encoding'];

/** Records what a server answers to `terraform init`, and starts a bare server that answers the same bytes. */
export async function startRecording(
  of: ModuleServer,
  modules: readonly BenchModule[],
  folder: string,
): Promise<ModuleServer> {
  const answers: Record<string, unknown> = {};
  const record = async (method: string, path: string): Promise<Headers> => {
    const response = await fetch(of.url + path, { method });
    const headers = Object.fromEntries([...response.headers].filter(([name]) => !notRecorded.includes(name)));
    const body = Buffer.from(await response.arrayBuffer()).toString('base64');
    answers[`${method} ${path}`] = { status: response.status, headers, body };
    return response.headers;
  };
  for (const { name } of modules) {
    const module = `/v1/modules/${moduleNamespace}/${name}/${moduleSystem}`;
    await record('GET', `${module}/versions`);
    const { pathname } = new URL(
      (await record('GET', `${module}/${moduleVersion}/download`)).get('x-terraform-get')!,
      of.url,
    );
    // Terraform keeps the checksum to itself and asks for the rest.
    await record('HEAD', pathname);
    await record('GET', pathname);
  }
  const file = join(folder, 'answers.json');
  await writeFile(file, JSON.stringify(answers));
  const script = fileURLToPath(new URL('bare-modules.ts', import.meta.url));
  const program = await startProgram(process.execPath, [script, file], {
    log: join(folder, 'bare-modules.log'),
  });
  const [, url] = await program.waitFor(/listening on (\S+)/);
  return { name: 'bare node:http, same bytes', program, url: url! };
}
