/** The value of a JSON text in UTF-8; undefined for a text that is not JSON. */
export const parseJson = (text: string | Buffer): unknown => {
  try {
    return JSON.parse(text.toString());
  } catch {
    return undefined;
  }
};
