const BYTE_ORDER_MARK = '\ufeff';

/** The value of a JSON text in UTF-8, with or without a byte order mark; undefined for a text that is not JSON. */
export const parseJson = (text: string | Buffer): unknown => {
  try {
    const json = text.toString();
    return JSON.parse(json.startsWith(BYTE_ORDER_MARK) ? json.slice(1) : json);
  } catch {
    return undefined;
  }
};
