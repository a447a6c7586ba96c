/**
 * The calls of the trial invitation, seen more closely than the product needs to: the statuses of successes, and the
 * record as Fastly lists it. What is sent is what the product sends.
 */

import * as v from 'valibot';
import type { Access, Email } from '../../lib/domain/invitation.ts';
import type { QuotaReading } from '../../lib/domain/quota.ts';
import { failureOf } from '../../lib/fastly/failure.ts';
import { parseJson } from '../../lib/fastly/json.ts';
import { encodeInvitation, parseCreatedId } from '../../lib/fastly/json-api.ts';
import { PAGE_SIZE } from '../../lib/fastly/list-windows.ts';
import { readQuota } from '../../lib/fastly/quota-headers.ts';
import { isSuccess, type Request, type Send } from '../../lib/fastly/transport.ts';
import type { Failure } from '../../lib/ports/fastly.ts';

const JSON_API = 'application/vnd.api+json';

/**
 * - `done` 2xx
 * - `refused` 4xx, or not even sent: nothing happened
 * - `unknown` no answer, or one that leaves the effect open
 */
export type Written =
  | { readonly kind: 'done'; readonly status: number; readonly reading: QuotaReading; readonly body: Buffer }
  | { readonly kind: 'refused'; readonly failure: Failure; readonly reading: QuotaReading | undefined }
  | { readonly kind: 'unknown'; readonly failure: Failure };

/** Half a sentence on what the answer said of the quota. */
export const quotaText = ({ remaining, reset }: QuotaReading): string => {
  if (remaining === undefined && reset === undefined) return 'no quota headers';
  const time = Number(reset) * 1000;
  const until = Number.isSafeInteger(time) ? new Date(time).toISOString() : `"${reset ?? ''}"`;
  return `quota headers: ${remaining ?? 'no number of'} writes left, reset ${until}`;
};

const write = async (send: Send, request: Request, token: string): Promise<Written> => {
  const name = `${request.method} /${request.path.join('/')}`;
  const reply = await send(request);
  if ('reason' in reply) {
    const { kind, reason } = reply;
    const failure: Failure = { kind, message: `${name}: ${reason}` };
    return kind === 'unauthorized'
      ? { kind: 'refused', failure, reading: undefined }
      : { kind: 'unknown', failure };
  }
  const { status, body } = reply;
  if (isSuccess(status)) return { kind: 'done', status, reading: readQuota(reply), body };
  const failure = failureOf(name, reply, token);
  return failure.kind === 'unavailable'
    ? { kind: 'unknown', failure }
    : { kind: 'refused', failure, reading: readQuota(reply) };
};

/** The least that can be asked for. */
const ACCESS: Access = { role: 'user', limitServices: false, services: [] };

const pageSchema = v.object({
  data: v.array(
    v.object({
      id: v.string(),
      attributes: v.record(v.string(), v.unknown()),
      relationships: v.optional(v.record(v.string(), v.unknown())),
    }),
  ),
  meta: v.object({ total_pages: v.number() }),
});
export type RawInvitation = v.InferOutput<typeof pageSchema>['data'][number];

export type TrialWire = {
  /** Sends one POST. `id`: from the answer, when it could be read. */
  invite(
    customerId: string,
    email: Email,
  ): Promise<{ readonly written: Written; readonly id: string | undefined }>;
  /** Sends one DELETE. */
  cancel(id: string): Promise<Written>;
  /** As listed, also when it is marked as deleted; undefined: not found, or the list can't be read. */
  findRaw(id: string): Promise<RawInvitation | undefined>;
};

export const createTrialWire = (send: Send, token: string): TrialWire => {
  const readPage = async (page: number) => {
    const query = { 'page[number]': String(page), 'page[size]': String(PAGE_SIZE) };
    const reply = await send({
      method: 'GET',
      path: ['invitations'],
      query,
      headers: { accept: JSON_API },
    });
    const parsed = v.safeParse(pageSchema, 'reason' in reply ? undefined : parseJson(reply.body));
    return parsed.success ? parsed.output : undefined;
  };

  return {
    async invite(customerId, email) {
      const request: Request = {
        method: 'POST',
        path: ['invitations'],
        headers: { accept: JSON_API, 'content-type': JSON_API },
        body: encodeInvitation(customerId, email, ACCESS),
      };
      const written = await write(send, request, token);
      return { written, id: written.kind === 'done' ? parseCreatedId(parseJson(written.body)) : undefined };
    },

    cancel: (id) => write(send, { method: 'DELETE', path: ['invitations', id] }, token),

    async findRaw(id) {
      for (let number = 1; ; number += 1) {
        const page = await readPage(number);
        const found = page?.data.find((candidate) => candidate.id === id);
        if (page === undefined || found !== undefined) return found;
        if (page.data.length === 0 || number >= page.meta.total_pages) return undefined;
      }
    },
  };
};

const KNOWN_ATTRIBUTES = ['role', 'roles', 'limit_services', 'status_code', 'deleted_at'] as const;
const UNREMARKABLE = new Set<string>([...KNOWN_ATTRIBUTES, 'email', 'created_at', 'updated_at']);

const attributeText = (attributes: RawInvitation['attributes'], name: string): string =>
  `${name} ${name in attributes ? JSON.stringify(attributes[name]) : 'absent'}`;

const serviceInvitationsOf = ({ relationships = {} }: RawInvitation): string => {
  const related = relationships.service_invitations;
  return `service_invitations ${related === undefined ? 'absent' : JSON.stringify(related)}`;
};

/** What documentation leaves open about a listed invitation; without its address. */
export const describeRaw = (invitation: RawInvitation): string => {
  const { attributes } = invitation;
  const others = Object.keys(attributes).filter((name) => !UNREMARKABLE.has(name));
  return [
    ...KNOWN_ATTRIBUTES.map((name) => attributeText(attributes, name)),
    serviceInvitationsOf(invitation),
    ...(others.length > 0 ? [`further attributes: ${others.join(', ')}`] : []),
  ].join(', ');
};
