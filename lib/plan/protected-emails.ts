/** `PROTECTED_EMAILS` patterns, where `*` stands for any run of characters, as a test. */
export const protectedEmails = (patterns: readonly string[]): ((email: string) => boolean) => {
  if (patterns.length === 0) return () => false;
  const sources = patterns.map((pattern) =>
    pattern.replace(/[.+?^${}()|[\]\\]/g, '\\$&').replaceAll('*', '.*'),
  );
  const regex = new RegExp(`^(?:${sources.join('|')})$`);
  return (email) => regex.test(email.toLowerCase());
};
