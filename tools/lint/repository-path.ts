import { relative, resolve, sep } from 'node:path';
import { join } from 'node:path/posix';

const root = resolve(import.meta.dirname, '../..');

/** A file's path from the top of the repository, with `/` on every system. */
export function repositoryPath(file: string): string {
  return relative(root, file).replaceAll(sep, '/');
}

/** The opposite, for the tests of rules. */
export function absolutePath(path: string): string {
  return resolve(root, path);
}

/** Tests, conformance suites, tools and benchmarks: code that no one runs in production. */
export function isTestPath(path: string): boolean {
  return /(?:\.(?:test|suite|bench)\.tsx?$)|^(?:tests|tools|bench)\/|\/fixtures\//.test(path);
}

/**
 * The path that an import leads to, or undefined for other packages. It follows the `exports` of our own packages:
 * `@ashlar/registry/source/oci` is `packages/registry/src/source/oci/index.ts`.
 */
export function importedPath(from: string, specifier: string): string | undefined {
  if (specifier.startsWith('.')) return join(from, '..', specifier);
  const own = /^@ashlar\/([^/]+)(?:\/(.+))?$/.exec(specifier);
  if (own === null) return undefined;
  return join('packages', own[1]!, 'src', own[2] ?? '', 'index.ts');
}
