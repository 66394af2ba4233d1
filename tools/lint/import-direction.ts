import { isTestPath, importedPath, repositoryPath } from './repository-path.ts';
import type { Rule } from './rule.ts';
import { type ModuleReference, visitModuleReferences } from './module-reference.ts';

/** From the bottom up: each package may import itself and what stands before it. */
const layers = ['core', 'registry', 'portal', 'cli'];

/** Folders of the registry whose children know nothing of each other. */
const siblings = ['packages/registry/src/protocol/', 'packages/registry/src/source/'];

const drivers = 'packages/registry/src/store/metadata/';

/** The only places, apart from the store itself, that choose a database. */
const composition = /^packages\/registry\/src\/(?:server\/|maintenance\/|registry\.ts$)/;

/** What core may use besides itself. */
const coreDependencies = new Set(['zod']);

/**
 * Keeps the order of the packages: `cli → portal → registry → core`, never back; protocols do not import each other,
 * nor do sources; core stands alone; only composition chooses a metadata driver. Types count like values, except
 * types of `node:` in core.
 */
export const importDirection: Rule = {
  meta: {
    type: 'problem',
    messages: {
      layer: '{{from}} must not import {{to}}: packages depend in the order cli → portal → registry → core.',
      outside: 'Packages must not import {{to}}, which is not part of the product.',
      sideways: '{{from}} must not import {{to}}: move what both need to the folder above or to {{above}}.',
      core: 'core imports only itself, zod and types of node:, so that it runs anywhere. "{{to}}" is none of these.',
      driver:
        'Only server/, maintenance/ and registry.ts of packages/registry/src choose a metadata driver. Import its port instead.',
    },
  },
  create(context) {
    const from = repositoryPath(context.filename);
    const layer = packageOf(from);
    if (layer === undefined) return {};
    return visitModuleReferences((reference) => {
      const problem = judge(from, layer, reference);
      if (problem !== undefined) context.report({ node: reference.node, ...problem });
    });
  },
};

interface Problem {
  readonly messageId: string;
  readonly data?: Record<string, string>;
}

function judge(from: string, layer: string, reference: ModuleReference): Problem | undefined {
  const to = importedPath(from, reference.specifier);
  if (to === undefined) return judgeForeign(from, layer, reference);

  const target = packageOf(to);
  if (target === undefined) {
    return isTestPath(to) && !isTestPath(from) ? { messageId: 'outside', data: { to } } : undefined;
  }
  if (rank(target) > rank(layer)) return { messageId: 'layer', data: { from: layer, to: target } };

  for (const folder of siblings) {
    const [mine, theirs] = [childOf(folder, from), childOf(folder, to)];
    if (mine === undefined || theirs === undefined || mine === theirs) continue;
    const above = folder.includes('/protocol/') ? 'the catalogue' : 'intake';
    return {
      messageId: 'sideways',
      data: { from: folderName(folder, mine), to: folderName(folder, theirs), above },
    };
  }

  const isDriver = childOf(drivers, to) !== undefined;
  const mayChoose =
    from.startsWith('packages/registry/src/store/') || composition.test(from) || isTestPath(from);
  return isDriver && !mayChoose ? { messageId: 'driver' } : undefined;
}

function judgeForeign(from: string, layer: string, reference: ModuleReference): Problem | undefined {
  if (layer !== 'core' || isTestPath(from)) return undefined;
  const { specifier, typeOnly } = reference;
  const allowed = specifier.startsWith('node:')
    ? typeOnly
    : coreDependencies.has(specifier.split('/', 1)[0]!);
  return allowed ? undefined : { messageId: 'core', data: { to: specifier } };
}

function packageOf(path: string): string | undefined {
  return /^packages\/([^/]+)\//.exec(path)?.[1];
}

/** A package that is not listed stands above all others: nothing may import it. */
function rank(layer: string): number {
  const index = layers.indexOf(layer);
  return index === -1 ? layers.length : index;
}

/** The name of the folder inside `folder` that holds `path`; undefined for files that stand directly in it. */
function childOf(folder: string, path: string): string | undefined {
  if (!path.startsWith(folder)) return undefined;
  const [child, ...rest] = path.slice(folder.length).split('/');
  return rest.length > 0 ? child : undefined;
}

function folderName(folder: string, child: string): string {
  return `${folder.split('/').at(-2)}/${child}`;
}
