/** Triggers: what the planner was called with (docs/contract.md, “Triggers”). Parsed once; anything unknown is refused. */

import * as v from 'valibot';
import { ACCOUNT_NAME, parseEmail } from '../domain/invitation.ts';
import { maskAddresses } from '../domain/mask-addresses.ts';

/** Written as in a roster. */
const addressSchema = v.pipe(
  v.string(),
  v.rawTransform(({ dataset, addIssue, NEVER }) => {
    const parsed = parseEmail(dataset.value);
    if ('email' in parsed) return parsed.email;
    addIssue({ message: parsed.problem });
    return NEVER;
  }),
);

/** What a person may ask for. Without `account`: every account. */
const manualSchema = v.strictObject({
  account: v.exactOptional(v.pipe(v.string(), v.regex(ACCOUNT_NAME, 'is not an account name'))),
  mode: v.exactOptional(v.picklist(['plan', 'apply', 'dump'], 'must be "plan", "apply" or "dump"')),
  planHash: v.exactOptional(v.pipe(v.string(), v.startsWith('sha256:', 'must begin with "sha256:"'))),
  approve: v.exactOptional(v.pipe(v.string(), v.startsWith('sha256:', 'must begin with "sha256:"'))),
  prune: v.exactOptional(v.picklist(['managed', 'none'], 'must be "managed" or "none"')),
  only: v.exactOptional(v.pipe(v.array(addressSchema), v.nonEmpty())),
  resend: v.exactOptional(v.literal(true)),
});
export type ManualRequest = Readonly<v.InferOutput<typeof manualSchema>>;

export type Trigger =
  | { readonly kind: 'schedule' }
  /** Object keys as they are in the bucket, decoded. */
  | { readonly kind: 'upload'; readonly keys: readonly string[] }
  | { readonly kind: 'manual'; readonly request: ManualRequest }
  /** Acknowledged, and nothing to do. */
  | { readonly kind: 'ignored'; readonly reason: string };

export class TriggerError extends Error {
  override name = 'TriggerError' as const;
  constructor(problem: string) {
    super(
      `this event is not a trigger: ${maskAddresses(problem)}. Accepted are an EventBridge scheduled event or {"trigger":"schedule"}; an S3 notification or an EventBridge "Object Created" event; and {"account":"…","mode":"plan"|"apply"|"dump","planHash":"sha256:…","approve":"sha256:…","prune":"managed"|"none","only":["…"],"resend":true}, all of them optional`,
    );
  }
}

const scheduleSchema = v.union([
  v.looseObject({ source: v.literal('aws.events'), 'detail-type': v.literal('Scheduled Event') }),
  v.strictObject({ trigger: v.literal('schedule') }),
]);
const testSchema = v.looseObject({ Event: v.literal('s3:TestEvent') });
const notificationSchema = v.looseObject({
  Records: v.pipe(
    v.array(
      v.looseObject({
        eventName: v.exactOptional(v.string()),
        s3: v.looseObject({ object: v.looseObject({ key: v.string() }) }),
      }),
    ),
    v.nonEmpty(),
  ),
});
const objectCreatedSchema = v.looseObject({
  source: v.literal('aws.s3'),
  'detail-type': v.literal('Object Created'),
  detail: v.looseObject({ object: v.looseObject({ key: v.string() }) }),
});

/** S3 notifications carry keys as HTML forms do; EventBridge carries them as they are. */
const decodeFormKey = (key: string): string => {
  try {
    return decodeURIComponent(key.replaceAll('+', ' '));
  } catch {
    throw new TriggerError(`the object key ${JSON.stringify(key)} is not form-encoded`);
  }
};

const manualProblem = ({
  account,
  mode,
  planHash,
  approve,
  prune,
  only,
  resend,
}: ManualRequest): string | undefined => {
  if (account === undefined && (planHash ?? approve) !== undefined)
    return '"planHash" and "approve" belong to one plan: name its "account"';
  if (account === undefined && only !== undefined) return '"only" belongs to one account: name its "account"';
  if (mode === 'dump' && (planHash ?? approve ?? prune ?? only) !== undefined)
    return '"mode":"dump" lists the whole account: no key but "account" goes with it';
  if (resend && only === undefined) return '"resend" is for the people named in "only", which is missing';
  if (approve !== undefined && mode === 'plan')
    return '"approve" releases changes: it does not go with "mode":"plan"';
  if (planHash !== undefined && mode !== 'apply' && approve === undefined)
    return '"planHash" says which plan to apply: it needs "mode":"apply"';
  return undefined;
};

/** Throws a {@link TriggerError}. */
export const parseTrigger = (event: unknown): Trigger => {
  if (v.is(scheduleSchema, event)) return { kind: 'schedule' };
  if (v.is(testSchema, event)) return { kind: 'ignored', reason: 's3:TestEvent' };
  if (v.is(notificationSchema, event)) {
    // Removing a roster, by hand or by a lifecycle rule, changes nothing at Fastly.
    const created = event.Records.filter(({ eventName = 'ObjectCreated' }) =>
      eventName.includes('ObjectCreated'),
    );
    const keys = created.map(({ s3 }) => decodeFormKey(s3.object.key));
    return keys.length === 0
      ? { kind: 'ignored', reason: 'no object was created' }
      : { kind: 'upload', keys };
  }
  if (v.is(objectCreatedSchema, event)) return { kind: 'upload', keys: [event.detail.object.key] };
  const manual = v.safeParse(manualSchema, event);
  if (!manual.success) {
    const [issue] = manual.issues;
    const path = v.getDotPath(issue);
    throw new TriggerError(path === null ? 'it has an unknown shape' : `"${path}" is unknown here or wrong`);
  }
  const problem = manualProblem(manual.output);
  if (problem !== undefined) throw new TriggerError(problem);
  return { kind: 'manual', request: manual.output };
};
