import type { Node, Visitor } from './rule.ts';

/** One place where a file names another module: `import`, `export … from` or `import()`. */
export interface ModuleReference {
  readonly specifier: string;
  /** Erased before the program runs. */
  readonly typeOnly: boolean;
  /** The named imports that stay at run time, with the names they have in the other module. */
  readonly names: readonly string[];
  /** The local names of the whole module: `import * as x`, `import x`. */
  readonly wholes: readonly string[];
  /** The specifier, to point at. */
  readonly node: Node;
}

/** A visitor that calls `visit` for each module that a file names by a constant. */
export function visitModuleReferences(visit: (reference: ModuleReference) => void): Visitor {
  return {
    ImportDeclaration(node) {
      const values = node.specifiers.filter(
        (specifier) => specifier.type !== 'ImportSpecifier' || specifier.importKind !== 'type',
      );
      const names = values.flatMap((specifier) =>
        specifier.type === 'ImportSpecifier' ? [moduleExportName(specifier.imported)] : [],
      );
      const wholes = values.flatMap((specifier) =>
        specifier.type === 'ImportSpecifier' ? [] : [specifier.local.name],
      );
      const typeOnly = node.importKind === 'type' || (node.specifiers.length > 0 && values.length === 0);
      visit({ specifier: node.source.value, typeOnly, names, wholes, node: node.source });
    },
    ExportNamedDeclaration(node) {
      if (node.source === null) return;
      const values = node.specifiers.filter((specifier) => specifier.exportKind !== 'type');
      const names = values.map((specifier) => moduleExportName(specifier.local));
      const typeOnly = node.exportKind === 'type' || (node.specifiers.length > 0 && values.length === 0);
      visit({ specifier: node.source.value, typeOnly, names, wholes: [], node: node.source });
    },
    ExportAllDeclaration(node) {
      const typeOnly = node.exportKind === 'type';
      visit({ specifier: node.source.value, typeOnly, names: [], wholes: [], node: node.source });
    },
    ImportExpression(node) {
      const { source } = node;
      if (source.type !== 'Literal' || typeof source.value !== 'string') return;
      visit({ specifier: source.value, typeOnly: false, names: [], wholes: [], node: source });
    },
  };
}

function moduleExportName(name: { type: string; name?: string; value?: unknown }): string {
  return name.name ?? String(name.value);
}
