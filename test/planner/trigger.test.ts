import { describe, expect, it } from '@jest/globals';
import { parseTrigger, TriggerError } from '../../lib/planner/trigger.ts';
import { s3Notification } from '../support/planner.ts';

describe('parseTrigger', () => {
  it.each([
    {
      name: 'an EventBridge schedule',
      event: { source: 'aws.events', 'detail-type': 'Scheduled Event', detail: {} },
      trigger: { kind: 'schedule' },
    },
    { name: 'a plain schedule', event: { trigger: 'schedule' }, trigger: { kind: 'schedule' } },
    {
      name: 'F41 an S3 notification, its key form-encoded',
      event: s3Notification('rosters/acme%2Bco.csv'),
      trigger: { kind: 'upload', keys: ['rosters/acme+co.csv'] },
    },
    {
      name: 'a plus in a notification is a space',
      event: s3Notification('rosters/a+b.csv'),
      trigger: { kind: 'upload', keys: ['rosters/a b.csv'] },
    },
    {
      name: 'unicode in a notification',
      event: s3Notification('rosters/caf%C3%A9.csv'),
      trigger: { kind: 'upload', keys: ['rosters/café.csv'] },
    },
    ...[
      'ObjectRemoved:Delete',
      'ObjectRemoved:DeleteMarkerCreated',
      'LifecycleExpiration:Delete',
      'LifecycleExpiration:DeleteMarkerCreated',
      'LifecycleTransition',
      'ObjectTagging:Put',
      'ObjectRestore:Post',
    ].map((eventName) => ({
      name: `${eventName} is no upload`,
      event: s3Notification('rosters/acme.csv', eventName),
      trigger: { kind: 'ignored', reason: 'no object was created' },
    })),
    {
      name: 'of several records those of created objects',
      event: {
        Records: [
          ...s3Notification('rosters/a.csv', 'LifecycleExpiration:Delete').Records,
          ...s3Notification('rosters/b.csv', 's3:ObjectCreated:CompleteMultipartUpload').Records,
        ],
      },
      trigger: { kind: 'upload', keys: ['rosters/b.csv'] },
    },
    {
      name: 'the test event of S3',
      event: { Service: 'Amazon S3', Event: 's3:TestEvent' },
      trigger: { kind: 'ignored', reason: 's3:TestEvent' },
    },
    {
      name: 'EventBridge Object Created, its key raw',
      event: {
        source: 'aws.s3',
        'detail-type': 'Object Created',
        detail: { object: { key: 'rosters/a+b.csv' } },
      },
      trigger: { kind: 'upload', keys: ['rosters/a+b.csv'] },
    },
    { name: 'manual', event: { account: 'acme' }, trigger: { kind: 'manual', request: { account: 'acme' } } },
    { name: 'manual for all', event: {}, trigger: { kind: 'manual', request: {} } },
    {
      name: 'approve',
      event: { account: 'acme', approve: 'sha256:1' },
      trigger: { kind: 'manual', request: { account: 'acme', approve: 'sha256:1' } },
    },
    {
      name: 'addresses, normalised as in a roster',
      event: { account: 'acme', only: [' Ada@Example.com '], resend: true },
      trigger: { kind: 'manual', request: { account: 'acme', only: ['ada@example.com'], resend: true } },
    },
  ])('$name', ({ event, trigger }) => {
    expect(parseTrigger(event)).toEqual(trigger);
  });

  it.each([
    { name: 'nothing', event: null },
    { name: 'a string', event: 'apply' },
    {
      name: 'an unknown field: a typo must not become "all accounts"',
      event: { acount: 'acme', mode: 'apply' },
    },
    { name: 'an account that is none', event: { account: '../x' } },
    { name: 'an unknown mode', event: { account: 'acme', mode: 'force' } },
    { name: 'prune wider than anything configured', event: { account: 'acme', prune: 'all' } },
    { name: 'approve without account', event: { approve: 'sha256:1' } },
    { name: 'approve in plan mode', event: { account: 'acme', approve: 'sha256:1', mode: 'plan' } },
    { name: 'a plan hash in plan mode', event: { account: 'acme', planHash: 'sha256:1' } },
    { name: 'addresses without account', event: { only: ['ada@example.com'] } },
    { name: 'no addresses', event: { account: 'acme', only: [] } },
    { name: 'an address that is none', event: { account: 'acme', only: ['ada'] } },
    { name: 'a resend without addresses', event: { account: 'acme', resend: true } },
    { name: 'no records', event: { Records: [] } },
    { name: 'a broken escape in a key', event: s3Notification('rosters/%zz.csv') },
  ])('refuses $name, and names what is accepted', ({ event }) => {
    expect(() => parseTrigger(event)).toThrow(TriggerError);
    expect(() => parseTrigger(event)).toThrow(/"approve"/);
  });

  it.each([
    { name: 'a key of the event', event: { account: 'acme', 'thelma@example.com': 1 } },
    { name: 'a key of an object', event: s3Notification('rosters/thelma@example.com%zz.csv') },
  ])('refuses without a word of an address in $name', ({ event }) => {
    expect(() => parseTrigger(event)).toThrow(TriggerError);
    expect(() => parseTrigger(event)).not.toThrow(/thelma/);
  });
});
