/**
 * Whether an HTTP header can carry this text as a token: printable ASCII without spaces and quotation marks, at least one
 * character. A token that was stored together with its line end or its quotation marks is the usual one that can't be sent.
 */
export const isSendableToken = (text: string): boolean => /^[!#-&(-~]+$/.test(text);
