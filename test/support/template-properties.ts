import type { Property, PropertyType, SpecDatabase } from '@aws-cdk/service-spec-types';
import type { Template } from '../../scripts/template.ts';

type Checked = { readonly spec: SpecDatabase; readonly path: string };

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** What CloudFormation works out itself. */
const isIntrinsic = (value: unknown): boolean => {
  if (!isRecord(value)) return false;
  const [key = '', ...more] = Object.keys(value);
  return more.length === 0 && (key === 'Ref' || key.startsWith('Fn::'));
};

/** CloudFormation takes the text of a number for a number. */
const PRIMITIVES: Readonly<Record<string, (value: unknown) => boolean>> = {
  string: (value) => ['string', 'number', 'boolean'].includes(typeof value),
  'date-time': (value) => typeof value === 'string',
  number: (value) => value !== '' && Number.isFinite(Number(value)),
  integer: (value) => value !== '' && Number.isInteger(Number(value)),
  boolean: (value) => ['true', 'false'].includes(String(value)),
  json: () => true,
  null: () => false,
  tag: (value) => isRecord(value) && Object.keys(value).sort().join() === 'Key,Value',
};

const allowedValuesOf = (type: PropertyType): readonly string[] | undefined =>
  'allowedValues' in type && Array.isArray(type.allowedValues) ? type.allowedValues.map(String) : undefined;

const primitiveFaults = (value: unknown, type: PropertyType, path: string): string[] => {
  if (PRIMITIVES[type.type]?.(value) !== true) return [`${path}: expected ${type.type}`];
  const allowed = allowedValuesOf(type);
  return allowed === undefined || allowed.includes(String(value))
    ? []
    : [`${path}: expected ${allowed.join(' or ')}`];
};

const typeFaults = (value: unknown, type: PropertyType, { spec, path }: Checked): string[] => {
  if (isIntrinsic(value)) return [];
  switch (type.type) {
    case 'array':
      return Array.isArray(value)
        ? value.flatMap((item, i) => typeFaults(item, type.element, { spec, path: `${path}[${i}]` }))
        : [`${path}: expected a list`];
    case 'map':
      return isRecord(value)
        ? Object.entries(value).flatMap(([key, item]) =>
            typeFaults(item, type.element, { spec, path: `${path}.${key}` }),
          )
        : [`${path}: expected a map`];
    case 'ref':
      return recordFaults(value, spec.get('typeDefinition', type.reference.$ref).properties, { spec, path });
    case 'union': {
      const each = type.types.map((one) => typeFaults(value, one, { spec, path }));
      return each.toSorted((a, b) => a.length - b.length)[0] ?? [];
    }
    default:
      return primitiveFaults(value, type, path);
  }
};

const recordFaults = (
  value: unknown,
  properties: Readonly<Record<string, Property>>,
  { spec, path }: Checked,
): string[] => {
  if (!isRecord(value)) return [`${path}: expected an object`];
  const missing = Object.entries(properties).filter(
    ([name, { required }]) => required === true && !(name in value),
  );
  const wrong = Object.entries(value).flatMap(([name, inner]) => {
    const property = properties[name];
    const inside = `${path}.${name}`;
    return property === undefined
      ? [`${inside}: there is no such property`]
      : typeFaults(inner, property.type, { spec, path: inside });
  });
  return [...missing.map(([name]) => `${path}.${name}: is required`), ...wrong];
};

/** Unknown, missing and ill-typed properties of all resources, against the specification that AWS publishes. */
export const propertyFaults = (template: Template, spec: SpecDatabase): string[] =>
  Object.entries(template.Resources).flatMap(([name, { Type, Properties = {} }]) => {
    const [known] = spec.lookup('resource', 'cloudFormationType', 'equals', Type);
    return known === undefined
      ? [`${name}: there is no ${Type}`]
      : recordFaults(Properties, known.properties, { spec, path: name });
  });
