/** What reports say, in plain English. */

import type { LeftOut } from '../domain/invitation.ts';
import { numeral, quantity } from '../domain/quantities.ts';

export { enumeration, numeral, people, quantity } from '../domain/quantities.ts';

/** `2026-11-23T02:00:00.000Z` → `2026-11-23 02:00 UTC`. Anything that is not ISO 8601 in UTC stays as it is. */
export const minuteOf = (iso: string): string => iso.replace(/^(.{10})T(\d\d:\d\d):.*Z$/, '$1 $2 UTC');

/** Like {@link minuteOf}, with seconds. */
export const secondOf = (iso: string): string =>
  iso.replace(/^(.{10})T(\d\d:\d\d:\d\d)(\.\d+)?Z$/, '$1 $2 UTC');

const codePoint = (character: string): string =>
  `[U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}]`;

const DECEPTIVE = /[\u061c\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]/g;

/** Spells out invisible characters, with which one address can look like another: `ann[U+200B]@example.com`. */
export const undisguised = (text: string): string => text.replace(DECEPTIVE, codePoint);

/** Spells out whatever is not ASCII, so that two texts that look the same can be told apart. */
export const inAscii = (text: string): string => text.replace(/[^ -~]/gu, codePoint);

/** `3 (Status: Suspended), 1 (Team: Press)` */
export const leftOutText = (leftOut: readonly LeftOut[]): string =>
  leftOut.map(({ reason, rows }) => `${numeral(rows)} (${undisguised(reason)})`).join(', ');

const MINUTE_SECONDS = 60;
const HOUR_MINUTES = 60;

/** `3 hours 48 minutes`. Rounded to minutes, below a minute and a half to seconds. */
export const duration = (seconds: number): string => {
  if (seconds < 1.5 * MINUTE_SECONDS) return quantity(Math.max(0, Math.round(seconds)), 'second');
  const minutes = Math.round(seconds / MINUTE_SECONDS);
  if (minutes < HOUR_MINUTES) return quantity(minutes, 'minute');
  const rest = minutes % HOUR_MINUTES;
  const hours = quantity(Math.floor(minutes / HOUR_MINUTES), 'hour');
  return rest === 0 ? hours : `${hours} ${quantity(rest, 'minute')}`;
};
