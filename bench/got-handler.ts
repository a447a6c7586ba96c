/** The empty function with got, loaded but not used: what of the start is got's. Bundled by the benchmark `import`. */

import got from 'got';

export { clients, handler } from './empty-handler.ts';
export const http = got;
