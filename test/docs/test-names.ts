/** Which names a test file gives to its tests, read from its syntax: what a comment or any other text says does not count. */

import { type Argument, type CallExpression, type Expression, parseSync } from '@swc/core';

const TEST_FUNCTIONS: ReadonlySet<string> = new Set(['it', 'test', 'describe']);

type Node = { readonly type: string } & Readonly<Record<string, unknown>>;

const isNode = (value: unknown): value is Node =>
  typeof value === 'object' && value !== null && typeof (value as { type?: unknown }).type === 'string';

/** The node and everything in it. */
function* nodesIn(value: unknown): Generator<Node> {
  if (isNode(value)) yield value;
  if (typeof value === 'object' && value !== null)
    for (const part of Object.values(value)) yield* nodesIn(part);
}

const isTestFunction = (callee: CallExpression['callee']): boolean =>
  callee.type === 'Identifier' && TEST_FUNCTIONS.has(callee.value);

/** The call `it.each(table)` in `it.each(table)(name, …)`. */
const eachCall = ({ callee }: CallExpression): CallExpression | undefined => {
  if (callee.type !== 'CallExpression' || callee.callee.type !== 'MemberExpression') return undefined;
  const { object, property } = callee.callee;
  const isEach = property.type === 'Identifier' && property.value === 'each' && isTestFunction(object);
  return isEach ? callee : undefined;
};

/** The text of a literal; of a template its constant parts. */
const textOf = (expression: Expression | undefined): string[] => {
  if (expression?.type === 'StringLiteral') return [expression.value];
  return expression?.type === 'TemplateLiteral' ? expression.quasis.map(({ raw }) => raw) : [];
};

/** What a row of a table can put into a name: its property `name`, or its first element. */
const rowNames = (node: Node): string[] => {
  const { key, value, elements } = node as { key?: Node; value?: Expression; elements?: Argument[] };
  if (node.type === 'KeyValueProperty') return key?.value === 'name' ? textOf(value) : [];
  return node.type === 'ArrayExpression' ? textOf(elements?.[0]?.expression) : [];
};

export const testNamesIn = (source: string): string[] => {
  const nodes = [...nodesIn(parseSync(source, { syntax: 'typescript', target: 'es2024' }))];
  const values = new Map<unknown, unknown>();
  for (const { type, id, init } of nodes)
    if (type === 'VariableDeclarator' && isNode(id)) values.set(id.value, init);
  /** A table may be written before the test, under a name of its own. */
  const tableNodes = (table: unknown): Node[] => {
    const written = [...nodesIn(table)];
    const named = written.filter(({ type, value }) => type === 'Identifier' && values.has(value));
    return [...written, ...named.flatMap(({ value }) => [...nodesIn(values.get(value))])];
  };
  return nodes
    .filter((node): node is Node & CallExpression => node.type === 'CallExpression')
    .flatMap((call) => {
      const each = eachCall(call);
      if (each === undefined && !isTestFunction(call.callee)) return [];
      const names = textOf(call.arguments[0]?.expression);
      return each === undefined ? names : [...names, ...tableNodes(each.arguments).flatMap(rowNames)];
    });
};
