/** The least that any planner has to do: csv-parse over the same file, JSON.parse of the same pages, nothing with either. */

import { createReadStream } from 'node:fs';
import { Agent, get } from 'node:http';
import { text } from 'node:stream/consumers';
import { parse } from 'csv-parse';
import { measured } from './measured.ts';

type PlanPeerOptions = { readonly rosterPath: string; readonly url: string };

const CONCURRENCY = 4;
const agent = new Agent({ keepAlive: true });

const getJson = async (url: string): Promise<unknown> =>
  JSON.parse(
    await new Promise<string>((resolve, reject) => {
      get(url, { agent }, (response) => resolve(text(response))).on('error', reject);
    }),
  );

await measured<PlanPeerOptions>(async ({ rosterPath, url }) => {
  for await (const _row of createReadStream(rosterPath).pipe(parse())) {
    // Nothing.
  }
  const pageUrl = (page: number): string => `${url}/invitations?page%5Bnumber%5D=${page}&page%5Bsize%5D=100`;
  const first = (await getJson(pageUrl(1))) as { meta: { total_pages: number } };
  let page = 1;
  const readOn = async (): Promise<void> => {
    while (page < first.meta.total_pages) {
      page += 1;
      await getJson(pageUrl(page));
    }
  };
  await Promise.all(Array.from({ length: CONCURRENCY }, readOn));
  await getJson(`${url}/customer/simulatedCustomer00001/users`);
  agent.destroy();
});
