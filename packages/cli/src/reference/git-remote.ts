import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { ashlarError } from '@ashlar/core/error';
import { mkdtemp, rm } from '@ashlar/registry/gateway/file-system';

import type { FoundModule } from './found-module.ts';
import { git, GitFailure, type GitOptions } from './git-command.ts';
import { findInTree } from './git-tree.ts';

export interface GitSource {
  /** `https://…`, `ssh://…` or `user@host:path`. */
  readonly url: string;
  /** A branch, a tag or a commit; the default branch when undefined. */
  readonly revision: string | undefined;
  /** With slashes; the root when undefined. */
  readonly subfolder: string | undefined;
}

/** Milliseconds for one fetch. */
const timeout = 300_000;

/** Whoever names a repository must not make git run or read something of this machine. */
const options: GitOptions = {
  timeout,
  env: {
    GIT_ALLOW_PROTOCOL: 'https:http:ssh',
    GIT_TERMINAL_PROMPT: '0',
    GIT_SSH_COMMAND: process.env['GIT_SSH_COMMAND'] ?? 'ssh -o BatchMode=yes',
  },
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
export async function findInGitRemote(source: GitSource, ref: string): Promise<FoundModule> {
  const repository = await mkdtemp(join(tmpdir(), 'ashlar-git-'));
  try {
    await git(['init', '--quiet', '--bare'], { ...options, repository });
    const rev = await fetchRevision(repository, source);
    return await findInTree({ repository, rev, path: source.subfolder ?? '', ref });
  } catch (error) {
    if (!(error instanceof GitFailure)) throw error;
    const reason = `its registry keeps it in git (${source.url}), and git says: ${error.message}`;
    throw ashlarError('ASH-REFERENCE-REFUSED', { ref, reason }, { cause: error });
  } finally {
    await rm(repository, { recursive: true, force: true });
  }
}

/** Fetches as little as the server lets us; gives the name that the revision has then. */
async function fetchRevision(repository: string, { url, revision = 'HEAD' }: GitSource): Promise<string> {
  const fetch = async (depth: readonly string[], ...wanted: string[]) =>
    await git(['fetch', '--quiet', '--no-tags', ...depth, '--end-of-options', url, ...wanted], {
      ...options,
      repository,
    });
  try {
    await fetch(['--depth=1'], revision);
    return 'FETCH_HEAD';
  } catch (error) {
    // Servers need not hand out a commit by its digest: then it is among all there is.
    if (!(error instanceof GitFailure) || !/^[0-9a-f]{7,64}$/.test(revision)) throw error;
    await fetch([], '+refs/heads/*:refs/heads/*', '+refs/tags/*:refs/tags/*');
    return revision;
  }
}
