/** JSON with a line for each person, so that two plans can be compared with diff and searched with grep. */

/** Objects are spread over lines down to this depth: `ledger.recovered` is the deepest one with an entry per person. */
const KEYED_DEPTH = 3;

const isKeyed = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function* linesOf(value: unknown, depth: number): Generator<string> {
  if (Array.isArray(value) && value.length > 0) {
    let before = '[\n';
    for (const item of value) {
      yield before + JSON.stringify(item);
      before = ',\n';
    }
    yield '\n]';
  } else if (isKeyed(value) && depth < KEYED_DEPTH) {
    let before = '{\n';
    for (const [key, item] of Object.entries(value)) {
      if (item === undefined) continue;
      yield `${before}${JSON.stringify(key)}: `;
      yield* linesOf(item, depth + 1);
      before = ',\n';
    }
    yield before === '{\n' ? '{}' : '\n}';
  } else yield JSON.stringify(value);
}

/** One line per array element, and per key of the outer objects. `value` holds what JSON can hold, and no dates. */
export function* jsonLines(value: unknown): Generator<string> {
  yield* linesOf(value, 0);
  yield '\n';
}
