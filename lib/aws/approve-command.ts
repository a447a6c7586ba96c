/**
 * The command in a notification that releases held changes. It works as it stands in a POSIX shell: a plan takes longer than
 * the AWS CLI waits by itself, and a second try of the CLI would begin a second plan.
 *
 * @see https://docs.aws.amazon.com/cli/latest/userguide/cli-configure-options.html
 */
export const approveCommand =
  ({ functionName, region }: { readonly functionName: string; readonly region: string }) =>
  /** `scope`: further keys of the event. */
  (account: string, approval: string, scope: object): string => {
    const payload = JSON.stringify({ account, approve: approval, ...scope });
    return [
      'AWS_MAX_ATTEMPTS=1 aws lambda invoke',
      `--function-name ${functionName}`,
      `--region ${region}`,
      '--cli-read-timeout 0',
      '--cli-binary-format raw-in-base64-out',
      // An address may hold an apostrophe.
      `--payload '${payload.replaceAll("'", String.raw`'\''`)}'`,
      'answer.json && cat answer.json',
    ].join(' ');
  };
