/** The proxy that the environment names. Node's own agent goes through it, and leaves out the hosts of `NO_PROXY`. */

type Environment = Readonly<Record<string, string | undefined>>;

export type ProxySettings = {
  /** For the option `proxyEnv` of Node's agent. */
  readonly agentEnvironment: Readonly<Record<string, string>>;
  /** Without its credentials, for example `proxy.example:3128`. */
  readonly host: string;
};

/**
 * Capitals or not; the address may lack its `http://`, as for other programs.
 *
 * @throws when the address is none of a proxy, without naming it: it may hold a password
 */
export const proxyIn = (environment: Environment): ProxySettings | undefined => {
  const given = environment.https_proxy || environment.HTTPS_PROXY;
  if (!given) return undefined;
  const address = given.includes('://') ? given : `http://${given}`;
  const { protocol, host } = URL.canParse(address) ? new URL(address) : { protocol: '', host: '' };
  if (host === '' || !/^https?:$/.test(protocol))
    throw new Error(
      'HTTPS_PROXY is not the address of a proxy: write it like http://proxy.example:3128, or unset it',
    );
  const except = environment.no_proxy || environment.NO_PROXY;
  return { agentEnvironment: { HTTPS_PROXY: address, ...(except && { NO_PROXY: except }) }, host };
};
