/**
 * Schedules as EventBridge reads them.
 * @see https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-scheduled-rule-pattern.html
 */

const HOURS_PER_UNIT = { minute: 1 / 60, hour: 1, day: 24 } as const;
const WEEKDAYS = ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT'];
const MONTHS = ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC'];
const LONGEST_MONTH_HOURS = 31 * 24;

type Field = { readonly min: number; readonly max: number; readonly names?: readonly string[] };

const CRON_FIELDS: readonly Field[] = [
  { min: 0, max: 59 },
  { min: 0, max: 23 },
  { min: 1, max: 31 },
  { min: 1, max: 12, names: MONTHS },
  { min: 1, max: 7, names: WEEKDAYS },
  { min: 1970, max: 2199 },
];

const numberOf = (token: string, { min, max, names }: Field): number | undefined => {
  const named = names?.indexOf(token.toUpperCase()) ?? -1;
  const value = named >= 0 ? named + min : /^\d{1,4}$/.test(token) ? Number(token) : Number.NaN;
  return value >= min && value <= max ? value : undefined;
};

/** `2-6`, `MON-FRI`, `5`, `0/15`, `*`: all values that it stands for; undefined when it can't be read. */
const valuesOfPart = (part: string, field: Field): number[] | undefined => {
  const [range = '', step = '1'] = part.split('/');
  const [from = '', to] = range === '*' ? [String(field.min), String(field.max)] : range.split('-');
  const first = numberOf(from, field);
  const last = to !== undefined ? numberOf(to, field) : part.includes('/') ? field.max : first;
  if (first === undefined || last === undefined || first > last || !/^[1-9]\d?$/.test(step)) return undefined;
  return Array.from({ length: last - first + 1 }, (_, i) => first + i).filter(
    (value) => (value - first) % Number(step) === 0,
  );
};

const valuesOfField = (text: string, field: Field): number[] | undefined => {
  const parts = text.split(',').map((part) => valuesOfPart(part, field));
  return parts.includes(undefined) ? undefined : parts.flatMap((part) => part ?? []);
};

/** From each day of the week to the next one listed, over the end of the week. */
const longestGapInDays = (weekdays: readonly number[]): number => {
  const days = [...new Set(weekdays)].sort((a, b) => a - b);
  return Math.max(...days.map((day, i) => (days[i + 1] ?? (days[0] ?? 0) + 7) - day));
};

/** `L`, `W` and `#`, which EventBridge also knows, are not for a job that should run at least weekly. */
const pauseOfCron = (expression: string): number | undefined => {
  const fields = expression.trim().split(/\s+/);
  const values = fields.map((text, i) =>
    valuesOfField(text === '?' ? '*' : text, CRON_FIELDS[i] ?? { min: 1, max: 0 }),
  );
  const [, , dayOfMonth, month, dayOfWeek, year] = fields;
  if (fields.length !== 6 || values.includes(undefined) || (dayOfMonth === '?') === (dayOfWeek === '?'))
    return undefined;
  const everyDate = [dayOfMonth, month, year].every((text) => text === '*' || text === '?');
  return everyDate ? 24 * longestGapInDays(values[4] ?? []) : LONGEST_MONTH_HOURS;
};

const pauseOfRate = (value: string, unit: string): number | undefined => {
  const singular = unit.replace(/s$/, '') as keyof typeof HOURS_PER_UNIT;
  const fits = Number(value) > 0 && (Number(value) === 1) === (unit === singular);
  return fits ? Number(value) * HOURS_PER_UNIT[singular] : undefined;
};

/**
 * The longest time in hours that lies between two starts, a day at least for `cron`; undefined when EventBridge would
 * refuse the expression.
 */
export const longestPauseHours = (expression: string): number | undefined => {
  const rate = /^rate\((\d{1,6}) (minutes?|hours?|days?)\)$/.exec(expression);
  if (rate?.[1] !== undefined && rate[2] !== undefined) return pauseOfRate(rate[1], rate[2]);
  const cron = /^cron\((.*)\)$/.exec(expression);
  return cron?.[1] === undefined ? undefined : pauseOfCron(cron[1]);
};
