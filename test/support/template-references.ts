import type { SpecDatabase } from '@aws-cdk/service-spec-types';
import type { Template } from '../../scripts/template.ts';

/** `Ref`, `Fn::GetAtt` or `${...}` of `Fn::Sub`: the name, and the attribute if one is asked for. */
type Reference = { readonly target: string; readonly attribute?: string };

const asReference = (text: string): Reference => {
  const [target = '', ...attribute] = text.split('.');
  return attribute.length === 0 ? { target } : { target, attribute: attribute.join('.') };
};

const inSub = (value: unknown): Reference[] => {
  const text = Array.isArray(value) ? String(value[0]) : String(value);
  return [...text.matchAll(/\$\{([^!}][^}]*)\}/g)].map(([, name]) => asReference((name ?? '').trim()));
};

/** Every reference inside a value, however deep. */
const referencesIn = (value: unknown): Reference[] => {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]): Reference[] => {
    if (key === 'Ref') return [{ target: String(inner) }];
    if (key === 'Fn::GetAtt') return [asReference(Array.isArray(inner) ? inner.join('.') : String(inner))];
    if (key === 'Fn::Sub') return [...inSub(inner), ...(Array.isArray(inner) ? referencesIn(inner[1]) : [])];
    return referencesIn(inner);
  });
};

const referenceFault = (
  template: Template,
  spec: SpecDatabase,
  { target, attribute }: Reference,
): string | undefined => {
  if (target.startsWith('AWS::')) return undefined;
  const resource = template.Resources[target];
  if (resource === undefined) return `${target} is nowhere`;
  const known = spec.lookup('resource', 'cloudFormationType', 'equals', resource.Type).only();
  return attribute === undefined || attribute in known.attributes
    ? undefined
    : `${resource.Type} has no attribute ${attribute}`;
};

const dependenciesOf = (template: Template, name: string): string[] => {
  const resource = template.Resources[name];
  const named = referencesIn(resource).map(({ target }) => target);
  return [...named, ...[resource?.DependsOn ?? []].flat()].filter((target) => target in template.Resources);
};

/** References, dependencies and conditions that name something that is not in the template. */
export const referenceFaults = (template: Template, spec: SpecDatabase): string[] => {
  const dangling = [template.Resources, template.Outputs].flatMap((part) =>
    referencesIn(part).flatMap((reference) => referenceFault(template, spec, reference) ?? []),
  );
  const others = Object.entries(template.Resources).flatMap(([name, { DependsOn, Condition }]) => [
    ...[DependsOn ?? []].flat().filter((target) => !(target in template.Resources)),
    ...(Condition === undefined || Condition in (template.Conditions ?? {}) ? [] : [`${name}: ${Condition}`]),
  ]);
  return [...dangling, ...others.map((name) => `${name} is nowhere`)];
};

/** One circle of resources that wait for each other, as `A → B → A`; undefined when there is none. */
export const circleIn = (template: Template): string | undefined => {
  const done = new Set<string>();
  const visit = (name: string, path: readonly string[]): string | undefined => {
    if (path.includes(name)) return [...path.slice(path.indexOf(name)), name].join(' → ');
    if (done.has(name)) return undefined;
    for (const next of dependenciesOf(template, name)) {
      const circle = visit(next, [...path, name]);
      if (circle !== undefined) return circle;
    }
    done.add(name);
    return undefined;
  };
  return Object.keys(template.Resources)
    .map((name) => visit(name, []))
    .find((circle) => circle !== undefined);
};
