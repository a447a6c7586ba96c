import { at, type Template } from '../../scripts/template.ts';

export type Statement = {
  readonly holder: string;
  readonly Effect: string;
  readonly Action: readonly string[];
  readonly Resource: readonly unknown[];
  readonly Principal?: unknown;
  readonly Condition?: unknown;
};

const listOf = (value: unknown): readonly unknown[] => (value === undefined ? [] : [value].flat());

const documentsOf = (properties: unknown): unknown[] => [
  ...listOf(at(properties, 'PolicyDocument')),
  ...listOf(at(properties, 'AssumeRolePolicyDocument')),
  ...listOf(at(properties, 'Policies')).map((policy) => at(policy, 'PolicyDocument')),
];

/** Every statement of every policy, with the name of the resource that it is in. */
export const statementsOf = (template: Template): Statement[] =>
  Object.entries(template.Resources).flatMap(([holder, { Properties }]) =>
    documentsOf(Properties).flatMap((document) =>
      listOf(at(document, 'Statement')).map((statement) => ({
        holder,
        Effect: String(at(statement, 'Effect')),
        Action: listOf(at(statement, 'Action')).map(String),
        Resource: listOf(at(statement, 'Resource')),
        Principal: at(statement, 'Principal'),
        Condition: at(statement, 'Condition'),
      })),
    ),
  );

/** The resource as an ARN ends: `RosterBucket.Arn/state/*`. */
export const shortName = (resource: unknown): string => {
  const sub = at(resource, 'Fn::Sub');
  const attribute = at(resource, 'Fn::GetAtt');
  if (typeof sub === 'string') return sub.replace(/[${}]/g, '').split(':').slice(-1).join(':');
  if (Array.isArray(attribute)) return attribute.join('.');
  return String(at(resource, 'Ref') ?? resource);
};

/** Statements that allow whole groups of actions, every resource, or everybody. */
export const tooWide = (template: Template): string[] =>
  statementsOf(template)
    .filter(({ Effect }) => Effect === 'Allow')
    .flatMap(({ holder, Action, Resource, Principal, Condition }) => [
      ...Action.filter((action) => action.includes('*')).map((action) => `${holder}: ${action}`),
      ...Resource.filter((resource) => resource === '*').map(() => `${holder}: every resource`),
      ...(Principal === '*' || at(Principal, 'AWS') === '*' ? [`${holder}: everybody`] : []),
      ...(at(Principal, 'Service') !== undefined &&
      at(Principal, 'Service') !== 'lambda.amazonaws.com' &&
      Condition === undefined
        ? [`${holder}: a service on anybody's behalf`]
        : []),
    ]);
