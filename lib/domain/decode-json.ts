import * as v from 'valibot';
import { maskAddresses } from './mask-addresses.ts';

type Schema = v.BaseSchema<unknown, unknown, v.BaseIssue<unknown>>;

/**
 * What a JSON text holds, an object. `problem` is a sentence about the text and its place in it. The parsers' own messages are not
 * used, because they quote the content, and a place is masked, because addresses are keys.
 */
export const decodeJson = <S extends Schema>(
  schema: S,
  text: string,
): { readonly value: v.InferOutput<S> } | { readonly problem: string } => {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return { problem: 'it is not JSON' };
  }
  // A schema for records would take a list for one whose keys are numbers.
  if (Array.isArray(json)) return { problem: 'it is not a JSON object' };
  const parsed = v.safeParse(schema, json);
  if (parsed.success) return { value: parsed.output };
  const path = v.getDotPath(parsed.issues[0]);
  return {
    problem: path === null ? 'it has another shape' : `"${maskAddresses(path)}" is missing or wrong`,
  };
};
