/** The least that a function with our AWS clients can be. Bundled by the benchmarks `import` and `size`. */

import { createClients } from '../lib/aws/clients.ts';

export const clients = createClients(process.env);

export const handler = async (): Promise<void> => {};
