/**
 * Whether an HTTP header can carry this text as a token: printable ASCII without spaces, at least one character. A token
 * that was stored together with its line end is the usual case of one that can't be sent.
 */
export const isSendableToken = (text: string): boolean => /^[\x21-\x7e]+$/.test(text);
