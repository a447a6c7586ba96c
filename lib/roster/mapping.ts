/** A mapping says how to read an export of another system as a roster (docs/contract.md, “Mapping”). */

import { isUtf8 } from 'node:buffer';
import * as v from 'valibot';
import { listSome, quote, type RosterIssue } from './issues.ts';

export const COLUMNS = ['email', 'role', 'roles', 'services', 'limit_services'] as const;
/** The words that a roster without a mapping has in its header. */
export type Column = (typeof COLUMNS)[number];
/** In a mapping: rows with this value are left out. */
export const LEAVE_OUT = 'leave out';

const columnName = v.pipe(
  v.string(),
  v.check((name) => name.trim() !== '', 'must name a column'),
);

/** For valibot a list is an object, too. */
const noList = v.check((value) => !Array.isArray(value), 'must be an object, not a list');

const objectOf = <const Entries extends v.ObjectEntries>(entries: Entries) =>
  v.pipe(v.unknown(), noList, v.strictObject(entries));

/** What a row has in its columns role, roles, services and limit_services. */
const grantSchema = objectOf({
  role: v.exactOptional(v.string()),
  roles: v.exactOptional(v.string()),
  services: v.exactOptional(v.string()),
  limit_services: v.exactOptional(v.boolean()),
});
export type Grant = Readonly<v.InferOutput<typeof grantSchema>>;

const leaveOut = v.literal(LEAVE_OUT, `must be "${LEAVE_OUT}" or an object, such as {"role":"user"}`);

const mappingSchema = v.pipe(
  objectOf({
    /** For editors. */
    $schema: v.exactOptional(v.string()),
    version: v.literal(1, 'must be 1'),
    columns: v.exactOptional(
      objectOf({
        email: v.exactOptional(columnName),
        role: v.exactOptional(columnName),
        roles: v.exactOptional(columnName),
        services: v.exactOptional(columnName),
        limit_services: v.exactOptional(columnName),
      }),
    ),
    leaveOut: v.exactOptional(
      v.array(
        objectOf({
          column: columnName,
          is: v.pipe(v.array(v.string()), v.nonEmpty('must have at least one value')),
        }),
      ),
    ),
    access: v.exactOptional(
      objectOf({
        column: columnName,
        values: v.pipe(
          v.unknown(),
          noList,
          v.record(
            v.string(),
            v.lazy((value) => (typeof value === 'object' ? grantSchema : leaveOut)),
          ),
        ),
      }),
    ),
  }),
  v.check(
    ({ columns = {}, access }) =>
      access === undefined || Object.keys(columns).every((column) => column === 'email'),
    'access says what everybody may do: columns may only name email beside it',
  ),
);
export type Mapping = Readonly<v.InferOutput<typeof mappingSchema>>;

/** Names of columns and values are compared in this form. */
export const normalizeName = (text: string): string => text.trim().toLowerCase().normalize('NFC');

const MAX_BYTES = 1024 * 1024;
const MAX_LISTED = 20;

const faulty = (message: string): { readonly issues: readonly RosterIssue[] } => ({
  issues: [{ code: 'invalid_mapping', message: `Mapping: ${message}` }],
});

const sentenceOf = (issue: v.BaseIssue<unknown>): string => {
  const path = v.getDotPath(issue);
  const place = path === null ? '' : `${listSome([path], 1)} `;
  if (issue.type === 'strict_object' && issue.expected === 'never')
    return `${place}is not known. docs/mapping.schema.json has all keys`;
  if (issue.received === 'undefined') return `${place}is missing`;
  const isOwn = issue.type === 'check' || issue.type === 'literal' || issue.type === 'non_empty';
  return `${place}${isOwn ? issue.message : `must be of the type ${issue.expected}, not ${quote(issue.received)}`}`;
};

/** Values that differ in nothing but spaces and capitals: nobody knows which of them counts. */
const repeatedValue = ({ access }: Mapping): string | undefined => {
  const seen = new Set<string>();
  return Object.keys(access?.values ?? {}).find((value) => seen.size === seen.add(normalizeName(value)).size);
};

type ReadMapping = { readonly mapping: Mapping } | { readonly issues: readonly RosterIssue[] };

const decode = (text: string): ReadMapping => {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return faulty('it is not JSON. Brackets, commas or quotation marks are not right; an editor shows where');
  }
  const parsed = v.safeParse(mappingSchema, json);
  if (!parsed.success)
    return {
      issues: parsed.issues.slice(0, MAX_LISTED).flatMap((issue) => faulty(sentenceOf(issue)).issues),
    };
  const repeated = repeatedValue(parsed.output);
  return repeated === undefined
    ? { mapping: parsed.output }
    : faulty(`access.values has ${quote(repeated)} twice, apart from spaces and capitals. Keep one of them`);
};

/** One issue blocks the roster. Only an error of `bytes` itself is thrown. */
export const readMapping = async (bytes: AsyncIterable<Uint8Array>): Promise<ReadMapping> => {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of bytes) {
    size += chunk.length;
    if (size > MAX_BYTES) return faulty('it is longer than 1 MiB. Most likely it is another file');
    chunks.push(chunk);
  }
  const content = Buffer.concat(chunks);
  return isUtf8(content)
    ? decode(new TextDecoder().decode(content))
    : faulty('it is not UTF-8. Save it as UTF-8');
};
