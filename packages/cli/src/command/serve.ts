import {
  type Config,
  configFile,
  loadConfig,
  productVersion,
  type RunningServer,
  serveOptions,
  startServer,
} from '@ashlar/registry';
import { writeFd } from '@ashlar/registry/gateway/file-system';
import { Command, Option } from 'commander';

import { nextSteps } from './serve-next-steps.ts';

/** Milliseconds that a write to a blocked standard output may still take at the very end. */
const lastWords = 3_000;

/** `ashlar serve`: runs the server until it is told to stop. */
export function serveCommand(): Command {
  const command = new Command('serve').description('Run the registry');
  for (const { flags, description, default: fallback, env } of serveOptions()) {
    const shown = fallback === undefined ? env : `${env}, default ${fallback}`;
    command.addOption(new Option(flags, `${description} (${shown})`));
  }
  return command
    .addHelpText(
      'after',
      `
Examples:
  ashlar serve
  ashlar serve --data /srv/ashlar --listen 0.0.0.0:8080 --external-url https://modules.contoso.example
  ashlar serve --tls-cert fullchain.pem --tls-key key.pem --listen-tls 0.0.0.0:443 --listen off`,
    )
    .action(async (flags: Record<string, string>) => await serve(flags));
}

async function serve({ [configFlag()]: file, ...flags }: Record<string, string>): Promise<void> {
  const { config, warnings } = await loadConfig({
    flags,
    env: process.env,
    cwd: process.cwd(),
    ...(file === undefined ? {} : { file }),
  });
  for (const warning of warnings) process.stderr.write(`warning: ${warning}\n`);
  const stopped = stopSignal();
  const server = await startServer(config);
  announce(server, config);
  reloadOnHangup(server);
  await stopped;
  await server.close();
  // Everything is on disk and closed. Log lines that nobody takes must not keep the process.
  setTimeout(() => process.kill(process.pid, 'SIGKILL'), lastWords).unref();
}

function configFlag(): string {
  return configFile.flag.slice('--'.length);
}

/** The first SIGTERM or SIGINT lets requests finish; a second one ends the process at once. */
async function stopSignal(): Promise<void> {
  await new Promise<void>((resolve) => {
    let asked = false;
    const stop = (signal: NodeJS.Signals) => {
      if (asked) process.kill(process.pid, 'SIGKILL');
      asked = true;
      resolve();
      // Not with process.stderr, which waits when nobody reads it.
      void writeFd(2, Buffer.from(`${signal}: finishing what is under way; once more ends at once\n`)).catch(
        () => {},
      );
    };
    process.on('SIGTERM', stop);
    process.on('SIGINT', stop);
  });
}

/**
 * Service managers ask with SIGHUP to look at files again. A terminal sends it when it is closed, and then means what it
 * always means.
 */
function reloadOnHangup(server: RunningServer): void {
  if (process.stdin.isTTY) return;
  process.on('SIGHUP', () => void server.reload());
}

/** Logs go to standard output as JSON; what a person reads goes to standard error. */
function announce(server: RunningServer, config: Config): void {
  const { http, https } = server.urls;
  const lines = [
    `Ashlar ${productVersion} serves ${[http, https].filter(Boolean).join(' and ')} from ${config.data}`,
    ...(server.adminToken === undefined
      ? []
      : ['', `Admin token, shown this once and kept in ${server.adminTokenFile}:`, `  ${server.adminToken}`]),
    ...nextSteps(server),
  ];
  process.stderr.write(`${lines.join('\n')}\n`);
}
