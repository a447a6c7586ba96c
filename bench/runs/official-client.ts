/** The official client, `fastly` on npm, pointed at a server on this computer. It has no types of its own. */

import { createRequire } from 'node:module';

type Page = {
  readonly response: {
    readonly body: { readonly data: readonly unknown[]; readonly meta: { readonly total_pages: number } };
  };
};

export type OfficialInvitations = {
  /** The typed result lacks address and role: what can be used is the response's body. */
  listInvitationsWithHttpInfo(options: { page_number: number; page_size: number }): Promise<Page>;
  createInvitation(options: { invitation: unknown }): Promise<unknown>;
};

type Official = {
  readonly ApiClient: {
    readonly instance: {
      authenticate(token: string): void;
      plugins: readonly ((request: { url: string }) => void)[] | null;
    };
  };
  readonly InvitationsApi: new () => OfficialInvitations;
};

const API_URL = 'https://api.fastly.com';

export const connectOfficialClient = (url: string): OfficialInvitations => {
  const { ApiClient, InvitationsApi } = createRequire(import.meta.url)('fastly') as Official;
  const invitations = new InvitationsApi();
  ApiClient.instance.authenticate('simulated-token');
  // Its base URL is fixed; its plugins may change a request.
  ApiClient.instance.plugins = [
    (request) => {
      request.url = request.url.replace(API_URL, url);
    },
  ];
  return invitations;
};
