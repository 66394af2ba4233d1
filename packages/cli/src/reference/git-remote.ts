import { ashlarError } from '@ashlar/core/error';

import type { FoundModule } from './found-module.ts';
import { git, GitFailure, type GitOptions } from './git-command.ts';
import { findInTree } from './git-tree.ts';
import { shownAddress } from './shown-address.ts';
import { withTemporaryFolder } from './temporary-folder.ts';

export interface GitSource {
  /** `https://…`, `ssh://…` or `user@host:path`. */
  readonly url: string;
  /** A branch, a tag or a commit; the default branch when undefined. */
  readonly revision: string | undefined;
  /** With slashes; the root when undefined. */
  readonly subfolder: string | undefined;
}

/** Milliseconds for one fetch. */
const longest = 300_000;

/** Whoever names a repository must not make git run or read something of this machine. */
const guards = {
  GIT_ALLOW_PROTOCOL: 'https:http:ssh',
  GIT_TERMINAL_PROMPT: '0',
  // What it says is looked into.
  LC_ALL: 'C',
};

/** `git::URL//FOLDER?ref=REVISION`, as go-getter writes it and in parts; undefined when it is something else. */
export function gitSourceOf(source: string, subfolder: string | undefined): GitSource | undefined {
  const parts = /^git::([^?]+)(?:\?(.*))?$/.exec(source);
  if (parts === null) return undefined;
  const url = parts[1]!;
  const revision = new URLSearchParams(parts[2]).get('ref') ?? undefined;
  const isUrl = /^(?:https?|ssh):\/\/[^-]/.test(url) || /^[\w.]+@[\w.][\w.-]*:[^:]+$/.test(url);
  if (!isUrl || (revision !== undefined && !/^[\w][\w./@#+-]*$/.test(revision))) return undefined;
  return { url, revision, subfolder };
}

/**
 * Fetches one revision into a folder that is removed again and reads the module there. The credentials are git's own.
 * @throws ASH-REFERENCE-REFUSED ASH-REFERENCE-UNKNOWN
 */
export async function findInGitRemote(
  source: GitSource,
  ref: string,
  timeout = longest,
): Promise<FoundModule> {
  return await withTemporaryFolder('ashlar-git-', async (repository, signal) => {
    try {
      const options = { repository, signal, timeout, env: guards };
      await git(['init', '--quiet', '--bare'], options);
      const rev = await fetchRevision(source, await withSsh(source, options));
      const shown = source.revision ?? 'its default branch';
      return await findInTree({ repository, rev, shown, path: source.subfolder ?? '', ref });
    } catch (error) {
      if (!(error instanceof GitFailure)) throw error;
      const place = shownAddress(source.url);
      const reason = `its registry keeps it in git (${place}), and git says: ${error.message}`;
      throw ashlarError('ASH-REFERENCE-REFUSED', { ref, reason }, { cause: error });
    }
  });
}

/** Nobody is there to answer questions of ssh, unless the user has a way to connect. */
async function withSsh({ url }: GitSource, options: GitOptions): Promise<GitOptions> {
  if (/^https?:/.test(url) || process.env['GIT_SSH_COMMAND'] || process.env['GIT_SSH']) return options;
  const configured = await git(['config', '--get', 'core.sshCommand'], options).catch(() => undefined);
  if (configured !== undefined) return options;
  return { ...options, env: { ...options.env, GIT_SSH_COMMAND: 'ssh -o BatchMode=yes' } };
}

/** Fetches as little as the server lets us; gives the name that the revision has then. */
async function fetchRevision({ url, revision = 'HEAD' }: GitSource, options: GitOptions): Promise<string> {
  const fetch = async (depth: readonly string[], ...wanted: string[]) =>
    await git(['fetch', '--quiet', '--no-tags', ...depth, '--end-of-options', url, ...wanted], options);
  try {
    await fetch(['--depth=1'], revision).catch(async (error: unknown) => {
      // A server that only hands out files knows no depth.
      if (!isRefusal(error) || !error.message.includes('shallow capabilities')) throw error;
      await fetch([], revision);
    });
    return 'FETCH_HEAD';
  } catch (error) {
    // Servers need not hand out a commit by its digest: then it is among all there is.
    if (!isRefusal(error) || !/^[0-9a-f]{7,64}$/.test(revision)) throw error;
    await fetch([], '+refs/heads/*:refs/heads/*', '+refs/tags/*:refs/tags/*');
    return revision;
  }
}

/** Git came to an end by itself, so that another way may lead further. */
function isRefusal(error: unknown): error is GitFailure {
  return error instanceof GitFailure && !error.wasStopped;
}
