/** `POST /invitations`: what is refused, and with which words. */

import * as v from 'valibot';
import { PERMISSIONS, parseEmail, ROLES } from '../../lib/domain/invitation.ts';
import { refusal, type SimulatedAnswer } from './answers.ts';
import type { Behaviour } from './behaviour.ts';
import type { SimulatedInvitation } from './state.ts';

const related = v.object({ data: v.object({ id: v.string() }) });

const bodySchema = v.object({
  data: v.object({
    type: v.literal('invitation'),
    attributes: v.object({
      email: v.string(),
      role: v.optional(v.string()),
      roles: v.optional(v.array(v.string())),
      limit_services: v.optional(v.boolean(), false),
    }),
    relationships: v.object({
      // Whether it may be left out is not known; every known client sends it.
      customer: related,
      service_invitations: v.optional(
        v.object({
          data: v.array(
            v.object({
              // The documented default, and the reason to send it always.
              attributes: v.optional(v.object({ permission: v.optional(v.string(), 'full') }), {}),
              relationships: v.object({ service: related }),
            }),
          ),
        }),
      ),
    }),
  }),
});

type Wish = Pick<SimulatedInvitation, 'email' | 'role' | 'roles' | 'limitServices' | 'services'>;

const invalid = (detail: string): SimulatedAnswer => refusal(400, 'Record invalid', detail);

const isKnownRole = (role: string): boolean => ROLES.some((known) => known === role);
const isKnownPermission = (permission: string): boolean => PERMISSIONS.some((known) => known === permission);

const problemOf = ({ email, role, roles, limitServices, services }: Wish): SimulatedAnswer | undefined => {
  if ('problem' in parseEmail(email)) return invalid(`Email '${email}' is invalid`);
  if (role === undefined && (roles ?? []).length === 0) return invalid("Role can't be blank");
  if (role !== undefined && !isKnownRole(role)) return invalid(`Role '${role}' is not a valid role`);
  // Quoted by users of the neighbouring endpoint.
  if (role !== undefined && role !== 'engineer' && limitServices)
    return invalid(`Role '${role}' is not allowed to be service limited`);
  const unknown = services.find(({ permission }) => !isKnownPermission(permission));
  return unknown && invalid(`Permission '${unknown.permission}' is not a valid permission`);
};

/** The invitation that is asked for, or the refusal. */
export const parseWish = (
  body: string,
  customerId: string,
  otherCustomer: Behaviour['otherCustomer'],
): { wish: Wish } | { refused: SimulatedAnswer } => {
  const parsed = v.safeParse(v.pipe(v.string(), v.parseJson(), bodySchema), body);
  if (!parsed.success) {
    const field = v.getDotPath(parsed.issues[0]) ?? 'body';
    return { refused: refusal(400, 'Bad request', `Invalid value for ${field}`) };
  }
  const { attributes, relationships } = parsed.output.data;
  if (relationships.customer.data.id !== customerId && otherCustomer === 'refused')
    return { refused: refusal(403, 'You are not authorized to perform this action') };
  const wish: Wish = {
    email: attributes.email.trim(),
    role: attributes.role,
    roles: attributes.roles,
    limitServices: attributes.limit_services,
    services: (relationships.service_invitations?.data ?? []).map((service) => ({
      id: service.relationships.service.data.id,
      permission: service.attributes.permission,
    })),
  };
  const refused = problemOf(wish);
  return refused === undefined ? { wish } : { refused };
};
