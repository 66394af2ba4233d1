import { ashlarError, parseNamespaceName } from '@ashlar/core';

/** What a caller may do in a namespace; each includes those before it. */
export type Action = 'read' | 'publish' | 'manage';

export interface Scope {
  readonly action: Action;
  /** A namespace, or `*` for all of them; `manage:*` is an administrator. */
  readonly namespace: string;
}

const actions: readonly Action[] = ['read', 'publish', 'manage'];

/** Reads `publish:contoso`. @throws ASH-SCOPE-INVALID */
export function parseScope(text: string): Scope {
  const invalid = () => ashlarError('ASH-SCOPE-INVALID', { scope: text.slice(0, 100) });
  const [action, namespace, ...rest] = text.split(':');
  if (!isAction(action) || namespace === undefined || rest.length > 0) throw invalid();
  if (namespace === '*') return { action, namespace };
  try {
    return { action, namespace: parseNamespaceName(namespace) };
  } catch {
    throw invalid();
  }
}

export function formatScope({ action, namespace }: Scope): string {
  return `${action}:${namespace}`;
}

/** Whether some scope grants the action on the namespace (`*`: on all of them). */
export function covers(scopes: readonly Scope[], action: Action, namespace: string): boolean {
  const needed = actions.indexOf(action);
  // What is not an action is granted by nothing.
  if (needed < 0) return false;
  return scopes.some(
    (scope) =>
      actions.indexOf(scope.action) >= needed && (scope.namespace === '*' || scope.namespace === namespace),
  );
}

function isAction(text: string | undefined): text is Action {
  return actions.includes(text as Action);
}
