import { existsSync } from 'node:fs';
import { dirname, extname, resolve } from 'node:path';
import { visitModuleReferences } from './module-reference.ts';
import type { Rule } from './rule.ts';

/**
 * Relative imports name the file as it is on disk, `.ts` included: Node runs the sources as they are and guesses
 * nothing. The compiler would accept `./name.js` for `name.ts`; Node would not find it.
 */
export const tsExtension: Rule = {
  meta: {
    type: 'problem',
    fixable: 'code',
    messages: {
      extension: 'Relative imports carry the extension of the file: write "{{wanted}}".',
      none: 'Relative imports carry the extension of the file; "{{specifier}}" has none.',
    },
  },
  create(context) {
    return visitModuleReferences(({ specifier, node }) => {
      if (!specifier.startsWith('.')) return;
      const present = (candidate: string): boolean =>
        existsSync(resolve(dirname(context.filename), candidate));
      const wanted = candidates(specifier).find(present);
      if (wanted !== undefined && !(isScript(specifier) && present(specifier))) {
        context.report({
          node,
          messageId: 'extension',
          data: { wanted },
          fix: (fixer) => fixer.replaceText(node, `'${wanted}'`),
        });
      } else if (extname(specifier) === '') {
        context.report({ node, messageId: 'none', data: { specifier } });
      }
    });
  },
};

function isScript(specifier: string): boolean {
  return /\.[cm]?jsx?$/.test(specifier);
}

/** What an import without extension, or with that of a compiled file, can stand for. */
function candidates(specifier: string): readonly string[] {
  if (isScript(specifier)) {
    const bare = specifier.replace(/\.[cm]?jsx?$/, '');
    return [`${bare}.ts`, `${bare}.tsx`];
  }
  if (/\.(?:[cm]?tsx?|json|css|wasm|node)$/.test(specifier)) return [];
  const folder = specifier.replace(/\/$/, '');
  return [`${folder}.ts`, `${folder}.tsx`, `${folder}/index.ts`];
}
