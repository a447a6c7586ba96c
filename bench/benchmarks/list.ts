import { type Bench, type Benchmark, inSeconds, timesFaster } from '../benchmark.ts';
import { measure, startServer, withServers } from '../child.ts';
import type { ListOptions } from '../runs/list.ts';

const PAGE_DELAY_MS = 20;
const SIZES = {
  full: { invitations: 100_000, warmUp: 2_000 },
  tiny: { invitations: 300, warmUp: 100 },
};

const run = async ({ scale, race }: Bench) => {
  const { invitations, warmUp } = SIZES[scale];
  const account = (size: number) =>
    startServer('account-server', { invitations: size, delayMs: PAGE_DELAY_MS, prepared: true });
  return await withServers([account(invitations), account(warmUp)], async ([url = '', warmUpUrl = '']) => {
    const listBy = (way: ListOptions['way']) =>
      measure('list', { way, url, warmUpUrl, invitations } satisfies ListOptions);
    const [ours, theirs] = await race([
      // Lets the server prepare its answers.
      { warmUp: () => listBy('ours'), run: () => listBy('ours') },
      { run: () => listBy('official') },
    ]);
    const figure = `list ${invitations.toLocaleString('en')} invitations, ${PAGE_DELAY_MS} ms per page`;
    return [timesFaster(inSeconds(figure, ours, 'official client, page by page', theirs), 3)];
  });
};

export const list: Benchmark = { name: 'list', peer: 'fastly', run };
