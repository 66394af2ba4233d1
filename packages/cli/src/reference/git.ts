import { ashlarError } from '@ashlar/core/error';
import { isVersion, type Version } from '@ashlar/core/module';

import type { FoundModule } from './found-module.ts';
import { GitFailure } from './git-command.ts';
import { findInTree } from './git-tree.ts';

/**
 * The module at `git:REV:PATH` of the repository around the current folder: `git:HEAD~1:modules/vnet`, `git:v1.2.0:` for
 * its root. A revision that is named like a version gives the version.
 */
export async function findInGit(ref: string): Promise<FoundModule> {
  const { rev, path } = parse(ref);
  try {
    return { ...(await findInTree({ rev, path, ref })), version: versionOf(rev) };
  } catch (error) {
    if (!(error instanceof GitFailure)) throw error;
    const reason = `git does not read this folder: ${error.message}`;
    throw ashlarError('ASH-USAGE', { reason }, { cause: error });
  }
}

function parse(ref: string): { rev: string; path: string } {
  const parts = /^git:([^:\s]+):([^\n\r\0]*)$/.exec(ref);
  if (parts === null) {
    const reason = `"${ref}" names no place in git. Write git:REVISION:PATH, such as git:HEAD~1:modules/vnet, or git:v1.2.0: for the root.`;
    throw ashlarError('ASH-USAGE', { reason });
  }
  const path = parts[2]!.replace(/(?<!\/)\/+$/, '');
  return { rev: parts[1]!, path: path === '.' ? './' : path };
}

/** Of tags such as `v1.2.0` and `avm/res/key-vault/vault/0.12.1`. */
function versionOf(rev: string): Version | undefined {
  const last = rev.slice(rev.lastIndexOf('/') + 1).replace(/^v/, '');
  return isVersion(last) ? last : undefined;
}
