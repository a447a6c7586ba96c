/** Fastly's JSON ⇄ domain types. Reading accepts unknown fields, roles and codes; writing sends what is documented. */

import * as v from 'valibot';
import {
  type Access,
  type Email,
  type Invitation,
  type Member,
  normalizeEmail,
} from '../domain/invitation.ts';
import type { TokenInfo } from '../ports/fastly.ts';
import { parseJson } from './json.ts';

/** One page of `GET /invitations`. */
export type Page = {
  /** Ids of all records of the page. Deleted invitations are among them, because Fastly's totals count them. */
  readonly ids: readonly string[];
  readonly invitations: readonly Invitation[];
  readonly currentPage: number;
  readonly recordCount: number;
  readonly totalPages: number;
};

/** What the headers of an answer say. */
type Answer = { readonly header: (name: string) => string | undefined };

/** `problem` is half a sentence. It names fields but never quotes their content, which may be an address. */
export type Parsed<T> = { readonly value: T } | { readonly problem: string };

/**
 * Whether a text can be an id. Fastly's ids are alphanumeric. An id becomes a part of a URL's path, where `.` and `..`
 * would lead to another resource.
 */
export const isId = (text: string): boolean => /^[\w:~-][\w.:~-]{0,127}$/.test(text);

const id = v.pipe(v.string(), v.check(isId));
const anything = v.optional(v.unknown());
const text = v.fallback(v.optional(v.string()), undefined);
/** Role ids; Fastly may list them as objects with `id`. */
const texts = v.fallback(
  v.optional(
    v.array(
      v.union([
        v.string(),
        v.pipe(
          v.object({ id: v.string() }),
          v.transform(({ id }) => id),
        ),
      ]),
    ),
  ),
  undefined,
);
const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0));

const pageSchema = v.object({
  data: v.array(
    v.object({
      id,
      attributes: v.object({
        email: anything,
        role: text,
        roles: texts,
        limit_services: v.fallback(v.optional(v.boolean()), undefined),
        status_code: anything,
        created_at: text,
        deleted_at: anything,
      }),
    }),
  ),
  meta: v.object({ current_page: count, record_count: count, total_pages: count }),
});

const memberSchema = v.object({ id, login: anything, role: text, roles: texts, deleted_at: anything });

const tokenSchema = v.object({ customer_id: id, scope: text, scopes: texts, expires_at: text });

const firstProblem = (issues: readonly [v.BaseIssue<unknown>, ...unknown[]]): string => {
  const field = v.getDotPath(issues[0]);
  return field === null ? 'the answer has another shape' : `"${field}" is missing or of another kind`;
};

const read = <S extends v.GenericSchema>(schema: S, json: unknown): Parsed<v.InferOutput<S>> => {
  const parsed = v.safeParse(schema, json);
  return parsed.success ? { value: parsed.output } : { problem: firstProblem(parsed.issues) };
};

/** Milliseconds since 1970; undefined when `text` is missing or no time. */
const timeOf = (text: string | undefined): number | undefined => {
  const time = Date.parse(text ?? '');
  return Number.isNaN(time) ? undefined : time;
};

/** Role ids are sorted and unique, as in `Access`, so that the two can be compared. An empty role counts as none. */
const rolesOf = (wire: { readonly role?: string | undefined; readonly roles?: string[] | undefined }) => ({
  role: wire.role === '' ? undefined : wire.role,
  roles: wire.roles === undefined ? undefined : [...new Set(wire.roles)].sort(),
});

const addressOf = (wire: unknown): Email | undefined =>
  typeof wire === 'string' && wire.trim() !== '' ? normalizeEmail(wire) : undefined;

const exists = ({ deleted_at }: { readonly deleted_at?: unknown }): boolean =>
  deleted_at === undefined || deleted_at === null;

/** Fastly's documentation types the code as a number, an older page of it as a Boolean. */
const INACTIVE: ReadonlySet<unknown> = new Set([0, '0', false]);

export const parsePage = (json: unknown): Parsed<Page> => {
  const parsed = read(pageSchema, json);
  if ('problem' in parsed) return parsed;
  const { data, meta } = parsed.value;
  const invitations: Invitation[] = [];
  for (const { id, attributes } of data) {
    if (!exists(attributes)) continue;
    const email = addressOf(attributes.email);
    if (email === undefined) return { problem: 'an invitation has no address' };
    invitations.push({
      id,
      email,
      ...rolesOf(attributes),
      limitServices: attributes.limit_services,
      active: !INACTIVE.has(attributes.status_code),
      createdAt: timeOf(attributes.created_at),
    });
  }
  return {
    value: {
      ids: data.map(({ id }) => id),
      invitations,
      currentPage: meta.current_page,
      recordCount: meta.record_count,
      totalPages: meta.total_pages,
    },
  };
};

/**
 * A `Link` header with the relation `next`, alone or among others.
 *
 * @see https://www.rfc-editor.org/rfc/rfc8288#section-3
 */
const NEXT_PAGE = /;\s*rel\s*=\s*(?:"(?:[^"]*\s)?next(?:\s[^"]*)?"|next\s*(?:[;,]|$))/i;

/** The header or body field that tells of further pages; undefined where nothing does. */
const signOfPages = (json: unknown, { header }: Answer): string | undefined => {
  if (NEXT_PAGE.test(header('link') ?? '')) return '"Link" names a next page';
  if (!v.is(v.looseObject({}), json)) return undefined;
  const field = ['meta', 'links'].find((name) => name in json);
  return field === undefined ? undefined : `it has "${field}"`;
};

/**
 * The body of `GET /customer/{id}/users`, a bare array with everybody. A list in pages is refused, because its first page
 * looks like a list without the others. A locked user is a member too: the address still has its user.
 */
export const parseMembers = (json: unknown, answer: Answer): Parsed<readonly Member[]> => {
  const sign = signOfPages(json, answer);
  if (sign !== undefined)
    return { problem: `the users come in pages (${sign}), so that this list is not whole` };
  const parsed = read(v.array(memberSchema), json);
  if ('problem' in parsed) return parsed;
  const members: Member[] = [];
  for (const user of parsed.value) {
    if (!exists(user)) continue;
    const email = addressOf(user.login);
    if (email === undefined) return { problem: 'a user has no login' };
    members.push({ email, ...rolesOf(user) });
  }
  return { value: members };
};

export const parseToken = (json: unknown, { header }: Answer): Parsed<TokenInfo> => {
  const parsed = read(tokenSchema, json);
  if ('problem' in parsed) return parsed;
  const { customer_id, scope, scopes, expires_at } = parsed.value;
  return {
    value: {
      customerId: customer_id,
      scopes: scopes ?? scope?.split(/\s+/) ?? [],
      expiresAt: timeOf(expires_at),
      answeredAt: timeOf(header('date')),
    },
  };
};

/** The new invitation; undefined when this is not how Fastly answers a POST that sent one. */
export const parseCreated = (json: unknown): { readonly value: { readonly id: string } } | undefined => {
  const parsed = v.safeParse(v.object({ data: v.object({ id }) }), json);
  return parsed.success ? { value: { id: parsed.output.data.id } } : undefined;
};

/** Undefined when this is not how Fastly answers a DELETE: with nothing, or with JSON that tells of no errors. */
export const parseDeleted = ({
  body,
}: {
  readonly body: Buffer;
}): { readonly value: undefined } | undefined => {
  if (body.length === 0) return { value: undefined };
  const json = parseJson(body);
  return v.is(v.looseObject({ errors: v.optional(v.null_()) }), json) ? { value: undefined } : undefined;
};

/**
 * The body of `POST /invitations`. Every service names its permission, because Fastly's default is `full`.
 *
 * @see https://www.fastly.com/documentation/reference/api/account/invitations/
 */
export const encodeInvitation = (customerId: string, email: Email, access: Access): string =>
  JSON.stringify({
    data: {
      type: 'invitation',
      attributes: {
        email,
        limit_services: access.limitServices,
        ...(access.role === undefined ? { roles: access.roles } : { role: access.role }),
      },
      relationships: {
        customer: { data: { id: customerId, type: 'customer' } },
        service_invitations: {
          data: access.services.map((service) => ({
            type: 'service_invitation',
            attributes: { permission: service.permission },
            relationships: { service: { data: { type: 'service', id: service.id } } },
          })),
        },
      },
    },
  });
