/** Numbers and lists of things in plain English. */

export const numeral = (count: number): string => count.toLocaleString('en');

/** `1 person`, `2,000 people` */
export const quantity = (count: number, one: string, many = `${one}s`): string =>
  `${numeral(count)} ${count === 1 ? one : many}`;

export const people = (count: number): string => quantity(count, 'person', 'people');

const LISTS = new Intl.ListFormat('en-GB', { type: 'conjunction' });

/** `a, b and c` */
export const enumeration = (items: readonly string[]): string => LISTS.format(items);
