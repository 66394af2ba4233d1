import type { Module, ModuleCall } from '../module/model.ts';

/** Where a module comes from, and in which version. */
export type SourceParts = Pick<ModuleCall, 'source' | 'version'>;

/** What names a version in the query of a source: of git, Mercurial, and OCI. */
const versionNames: ReadonlySet<string> = new Set(['ref', 'rev', 'tag', 'digest']);

/**
 * The source of a call without its version, which Terraform also takes from the query of an address:
 * `git::https://example.com/network.git?ref=v1.2.0`.
 */
export function sourceParts(language: Module['language'], call: ModuleCall): SourceParts {
  const { source = '' } = call;
  const mark = source.indexOf('?');
  if (language !== 'terraform' || mark < 0) return call;
  const all = source.slice(mark + 1).split('&');
  const isVersion = (each: string) => versionNames.has(each.split('=', 1)[0]!);
  const rest = all.filter((each) => !isVersion(each)).sort();
  const versions = all.filter(isVersion).map((each) => each.slice(each.indexOf('=') + 1));
  return {
    source: source.slice(0, mark) + (rest.length === 0 ? '' : `?${rest.join('&')}`),
    ...(versions.length === 0 ? {} : { version: versions.join(', ') }),
  };
}

/**
 * A source as its shortest spelling would be: Terraform makes `git::https://github.com/a/b.git` of `github.com/a/b`, and an
 * address for SSH of `git@github.com:a/b.git`.
 */
export function plainAddress(source: string): string {
  const git = source
    .replace(/^(?:git::)?git@([\w.-]+):/, 'git::ssh://git@$1/')
    .replace(/^(?=(?:github\.com|bitbucket\.org)\/)/, 'git::https://');
  return git.startsWith('git::') ? git.replace(/\.git(?=$|\/\/|\?)/, '') : withoutPublicHost(source);
}

/** Terraform and OpenTofu each ask the public registry of their own for an address without a host. */
export function withoutPublicHost(source: string): string {
  return source.replace(/^registry\.(?:terraform\.io|opentofu\.org)\//, '');
}
