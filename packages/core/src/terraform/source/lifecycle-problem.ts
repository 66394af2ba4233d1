import type { Problem } from '../../module/model.ts';
import { type Expression, parseHclExpression } from '../hcl/index.ts';
import { attributesOf, blocksIn, labelOf, type PlacedBlock, problemAt } from './block.ts';
import { type Reference, referencesIn } from './reference.ts';

/** What Terraform refuses of how a resource is made, changed and removed. */
export function lifecycleProblems(placed: PlacedBlock): Problem[] {
  const { body } = placed.block;
  const provisioners = blocksIn(body, 'provisioner').map((block) => ({ ...placed, block }));
  const connections = provisioners.some(isAtDestroy) ? blocksIn(body, 'connection') : [];
  return [
    ...blocksIn(body, 'lifecycle').flatMap((block) => changeProblems({ ...placed, block })),
    ...provisioners.flatMap(provisionerProblems),
    ...connections.flatMap((block) => destroyProblems({ ...placed, block })),
  ];
}

function valueIn({ block }: PlacedBlock, name: string): Expression | undefined {
  return attributesOf(block.body).find((attribute) => attribute.name.name === name)?.value;
}

function changeProblems(placed: PlacedBlock): Problem[] {
  const [ignored, triggers] = [valueIn(placed, 'ignore_changes'), valueIn(placed, 'replace_triggered_by')];
  const isStar = (item: Expression) => item.kind === 'string' && item.value === '*';
  return [
    ...(ignored?.kind === 'tuple' && ignored.items.some(isStar)
      ? [problemAt(placed.file, ignored, 'all changes are ignored with: ignore_changes = all')]
      : []),
    ...(triggers?.kind === 'tuple' ? triggers.items : []).flatMap((item) => {
      const message = triggerProblem(item);
      return message === undefined ? [] : [problemAt(placed.file, item, message)];
    }),
  ];
}

/** The JSON syntax has references in strings. */
function triggerProblem(item: Expression): string | undefined {
  const references = referencesIn(item.kind === 'string' ? parseHclExpression(item.value).root : item);
  const others = references.filter((names) => !isInstanceKey(names));
  const isResource = ([root = '', ...names]: Reference) =>
    !notResources.includes(root) && names.length >= (root === 'data' ? 2 : 1);
  if (others.length === 1 && isResource(others[0]!)) return undefined;
  return 'what triggers a replacement is one resource or a part of it; its key may have count.index and each.key';
}

const notResources = ['var', 'local', 'module', 'path', 'terraform', 'self', 'each', 'count'];

function isInstanceKey([root, name]: Reference): boolean {
  return (root === 'count' && name === 'index') || (root === 'each' && name === 'key');
}

const removedProvisioners = ['chef', 'habitat', 'puppet', 'salt-masterless'];
const keywords = { when: ['create', 'destroy'], on_failure: ['continue', 'fail'] };

function provisionerProblems(placed: PlacedBlock): Problem[] {
  const { block, file } = placed;
  if (removedProvisioners.includes(labelOf(placed))) {
    const message = `there is no provisioner "${labelOf(placed)}" any more`;
    return [problemAt(file, block.labels[0]!, message)];
  }
  return [
    ...Object.entries(keywords).flatMap(([name, known]) => {
      const value = valueIn(placed, name);
      if (value === undefined || known.includes(keywordOf(value))) return [];
      return [problemAt(file, value, `"${name}" is ${known.join(' or ')}, without quotes`)];
    }),
    ...(isAtDestroy(placed) ? destroyProblems(placed) : []),
  ];
}

function keywordOf(expression: Expression): string {
  if (expression.kind === 'variable') return expression.name;
  return expression.kind === 'string' ? expression.value : '';
}

function isAtDestroy(placed: PlacedBlock): boolean {
  const when = valueIn(placed, 'when');
  return when !== undefined && keywordOf(when) === 'destroy';
}

/** While something is destroyed, what it depends on may be gone. */
function destroyProblems({ block, file }: PlacedBlock): Problem[] {
  const isThere = (names: Reference) =>
    ['self', 'path', 'terraform'].includes(names[0]!) || isInstanceKey(names);
  const own = attributesOf(block.body)
    .filter(({ name }) => !(name.name in keywords))
    .filter(({ value }) => !referencesIn(value).every(isThere))
    .map(({ value }) =>
      problemAt(file, value, 'what runs at destroy can refer to self, count.index and each.key only'),
    );
  return [
    ...own,
    ...blocksIn(block.body, 'connection').flatMap((inner) =>
      destroyProblems({ block: inner, file, overrides: [] }),
    ),
  ];
}
