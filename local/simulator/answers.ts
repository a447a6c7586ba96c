/** Answers in the forms that Fastly was recorded to give. */

export type SimulatedRequest = {
  readonly method: string;
  /** Without the query */
  readonly path: string;
  readonly query: URLSearchParams;
  /** Names in lower case */
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: string;
};

export type SimulatedAnswer = {
  readonly status: number;
  /** Names in lower case */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
};

const answer = (status: number, contentType: string, value: unknown): SimulatedAnswer => ({
  status,
  headers: { 'content-type': contentType },
  body: JSON.stringify(value),
});

export const json = (value: unknown, status = 200): SimulatedAnswer =>
  answer(status, 'application/json', value);

export const jsonApi = (value: unknown): SimulatedAnswer => answer(200, 'application/vnd.api+json', value);

export const noContent: SimulatedAnswer = { status: 204, headers: {}, body: '' };

/** The legacy error form, which the JSON:API endpoints use as well. */
export const refusal = (status: number, msg: string, detail?: string): SimulatedAnswer =>
  json({ msg, ...(detail !== undefined && { detail }) }, status);

/** `…Z` without milliseconds, as Fastly writes times. */
export const timestamp = (time: number): string => new Date(time).toISOString().replace(/\.\d{3}Z$/, 'Z');
