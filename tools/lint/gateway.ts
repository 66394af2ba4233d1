import { visitModuleReferences } from './module-reference.ts';
import { isTestPath, repositoryPath } from './repository-path.ts';
import type { Context, Identifier, Member, Node, Rule } from './rule.ts';

type Gateway = 'clock' | 'http' | 'file-system' | 'random';

const gatewayFile = /^packages\/registry\/src\/gateway\/(clock|http|file-system|random)\.ts$/;

const modules = new Map<string, Gateway>([
  ['fs', 'file-system'],
  ['fs/promises', 'file-system'],
  ['http', 'http'],
  ['http2', 'http'],
  ['https', 'http'],
  ['net', 'http'],
  ['tls', 'http'],
  ['dgram', 'http'],
]);

const randomNames = new Set([
  'getRandomValues',
  'randomBytes',
  'randomFill',
  'randomFillSync',
  'randomInt',
  'randomUUID',
  'randomUUIDv7',
]);

/** Members of global objects. */
const members = new Map<string, Gateway>([
  ['Date.now', 'clock'],
  ['performance.now', 'clock'],
  ['performance.timeOrigin', 'clock'],
  ['Math.random', 'random'],
]);

const globalFunctions = new Map<string, Gateway>([
  ['fetch', 'http'],
  ['WebSocket', 'http'],
  ['EventSource', 'http'],
]);

/**
 * Keeps side effects behind the gateways in `packages/registry/src/gateway/`. Each gateway may do its own kind only.
 * Types are free, tests and tools too.
 */
export const gateway: Rule = {
  meta: {
    type: 'problem',
    messages: { gateway: '{{what}} is a side effect. Use packages/registry/src/gateway/{{gateway}}.ts.' },
  },
  create(context) {
    const path = repositoryPath(context.filename);
    if (!/^packages\/[^/]+\/src\//.test(path) || isTestPath(path)) return {};

    const own = gatewayFile.exec(path)?.[1];
    const report = (node: Node, what: string, needed: Gateway): void => {
      if (needed === own) return;
      context.report({ node, messageId: 'gateway', data: { what, gateway: needed } });
    };
    const cryptoModules = new Set<string>();

    return {
      ...visitModuleReferences(({ specifier, typeOnly, names, wholes, node }) => {
        if (typeOnly) return;
        const name = specifier.replace(/^node:/, '');
        const needed = name === 'undici' || name.startsWith('undici/') ? 'http' : modules.get(name);
        if (needed !== undefined) report(node, specifier, needed);
        if (name === 'crypto') {
          for (const local of wholes) cryptoModules.add(local);
          for (const random of names.filter((each) => randomNames.has(each))) report(node, random, 'random');
        }
        if (name === 'perf_hooks' && names.includes('performance')) report(node, 'performance', 'clock');
      }),
      MemberExpression(node) {
        const property = propertyName(node);
        const object = node.object.type === 'Identifier' ? node.object : undefined;
        if (property === undefined) return;
        if (randomNames.has(property) && isCrypto(context, node, cryptoModules)) {
          report(node, `crypto.${property}`, 'random');
          return;
        }
        if (object === undefined || !isGlobal(context, object)) return;
        const [what, needed] =
          object.name === 'globalThis'
            ? [property, globalFunctions.get(property)]
            : [`${object.name}.${property}`, members.get(`${object.name}.${property}`)];
        if (needed !== undefined) report(node, what, needed);
      },
      Identifier(node) {
        const needed = globalFunctions.get(node.name);
        if (needed !== undefined && isReadGlobal(context, node)) report(node, node.name, needed);
      },
      NewExpression(node) {
        if (node.callee.type !== 'Identifier' || node.callee.name !== 'Date' || node.arguments.length > 0)
          return;
        if (isGlobal(context, node.callee)) report(node.callee, 'new Date()', 'clock');
      },
      CallExpression(node) {
        if (node.callee.type !== 'Identifier' || node.callee.name !== 'Date') return;
        if (isGlobal(context, node.callee)) report(node.callee, 'Date()', 'clock');
      },
    };
  },
};

function propertyName(node: Member): string | undefined {
  if (!node.computed) return node.property.name;
  return node.property.type === 'Literal' && typeof node.property.value === 'string'
    ? node.property.value
    : undefined;
}

/** `crypto.x`, `webcrypto.x`, `globalThis.crypto.x` and `x` of a name that stands for the whole of node:crypto. */
function isCrypto(context: Context, node: Member, wholes: ReadonlySet<string>): boolean {
  const { object } = node;
  if (object.type === 'MemberExpression') return ['crypto', 'webcrypto'].includes(propertyName(object) ?? '');
  if (object.type !== 'Identifier') return false;
  return (
    wholes.has(object.name) ||
    object.name === 'webcrypto' ||
    (object.name === 'crypto' && isGlobal(context, object))
  );
}

/** Whether nothing in the file declares this name. */
function isGlobal(context: Context, node: Identifier): boolean {
  let scope: ReturnType<Context['sourceCode']['getScope']> | null = context.sourceCode.getScope(node);
  for (; scope !== null; scope = scope.upper) {
    const variable = scope.set.get(node.name);
    if (variable !== undefined) return variable.defs.length === 0;
  }
  return true;
}

/** Whether this name is a value that the file reads, not a property, a label or a type. */
function isReadGlobal(context: Context, node: Identifier): boolean {
  const scope = context.sourceCode.getScope(node);
  const reference = scope.references.find((each) => each.identifier === node);
  return reference !== undefined && isValue(node) && isGlobal(context, node);
}

function isValue(node: Identifier): boolean {
  return (
    !node.parent.type.startsWith('TS') || /^TS(?:NonNull|As|Satisfies)Expression$/.test(node.parent.type)
  );
}
