import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { SimulatorOptions } from '../../local/simulator/simulator.ts';
import { ADDRESS, EMPTY_PAGE, startTrial, type TrialBench } from './trial-support.ts';

let trial: TrialBench;

const restart = async (options: SimulatorOptions): Promise<void> => {
  await trial.fastly.close();
  trial = await startTrial(options);
};

beforeEach(async () => {
  trial = await startTrial();
});
afterEach(() => trial.fastly.close());

const invitedByOthers = (): void => trial.fastly.seed({ invitations: [{ email: ADDRESS }] });

describe('a trial invitation', () => {
  it('is sent, seen and cancelled, and tells what nobody has documented', async () => {
    const { lines, failures } = await trial.attempt();
    expect([failures, trial.leftovers(), trial.fastly.mails()]).toEqual([0, [], new Map([[ADDRESS, 1]])]);
    expect(lines).toEqual([
      expect.stringMatching(/^ok +address +thelma@example\.com is neither/),
      expect.stringMatching(
        /^ok +POST +200 after .* 999 writes left, reset 2026-11-23T13:00:00\.000Z, id \w+$/,
      ),
      expect.stringMatching(/^ok +in the list +shown after 0 ms, at look 1$/),
      expect.stringMatching(
        /^seen +as listed +role "user", roles absent, .*, service_invitations \{"data":\[\]\}$/,
      ),
      expect.stringMatching(/^ok +clean-up +DELETE answered 204, .* 998 writes left/),
      expect.stringMatching(/^seen +after the DELETE +not listed any more$/),
      expect.stringMatching(/^seen +a second DELETE +.*404, Record not found/),
    ]);
  });

  it('tells of other answers than the documented ones', async () => {
    await restart({ behaviour: { deleted: 'listed', deleteStatus: 200, quotaHeaders: false } });
    const { output, failures } = await trial.attempt();
    expect([failures, trial.leftovers()]).toEqual([0, []]);
    expect(output).toMatch(/DELETE answered 200, no quota headers/);
    expect(output).toMatch(/after the DELETE +listed: .*deleted_at "2026-11-23T12:00:00Z"/);
  });

  it.each<[string, string, () => void, RegExp]>([
    ['a user', 'GRACE@example.com', () => {}, /^failed +address +grace@example\.com is a user/],
    ['invited', 'ada@example.com', () => {}, /^failed +address +ada@example\.com has the invitation \w+/],
    ['expired', 'ada@example.com', () => trial.fastly.expire('ada@example.com'), /has the invitation/],
    [
      'not to be looked up',
      ADDRESS,
      () => trial.fastly.fault({ url: '/customer', times: 9, answer: { status: 500 } }),
      /^failed +address +GET \/customer\S+: 500.* Nothing was sent/,
    ],
  ])('is not sent to an address that is %s', async (_, email, prepare, expected) => {
    prepare();
    const { output } = await trial.attempt({ email });
    expect(output).toMatch(expected);
    expect([trial.writes(), trial.fastly.invitations().length]).toEqual([0, 1]);
  });

  it('is waited for when the list lags', async () => {
    trial.fastly.fault({
      url: '/invitations?',
      skip: 1,
      times: 3,
      answer: { status: 200, body: EMPTY_PAGE },
    });
    const { output, failures } = await trial.attempt();
    expect([failures, trial.leftovers()]).toEqual([0, []]);
    expect(output).toMatch(/in the list +shown after 3\.0 s, at look 4/);
  });

  it('is cancelled even if it is never listed', async () => {
    trial.fastly.fault({
      url: '/invitations?',
      skip: 1,
      times: 999,
      answer: { status: 200, body: EMPTY_PAGE },
    });
    const { output, failures } = await trial.attempt();
    expect([failures, trial.leftovers()]).toEqual([1, []]);
    expect(output).toMatch(/failed +in the list +not shown after 60\.0 s\. Fastly lists invitations late/);
  });
});

describe('a POST without a clear answer', () => {
  it.each<[string, Parameters<TrialBench['fastly']['fault']>[0]]>([
    ['timed out', { answer: 'hang', effect: true }],
    ['lost its connection', { answer: 'cut', effect: true }],
    ['answered 502', { answer: { status: 502 }, effect: true }],
    ['answered half', { answer: 'cut_body' }],
    ['answered 200 without an id', { answer: { status: 200, body: '{}' }, effect: true }],
  ])('but with an effect is found and cancelled: it %s', async (_, fault) => {
    trial.fastly.fault({ method: 'POST', ...fault });
    const { output } = await trial.attempt();
    expect([trial.leftovers(), trial.fastly.mails().get(ADDRESS)]).toEqual([[], 1]);
    expect(output).toMatch(/failed +POST +.*It took effect all the same: the invitation is \w+/);
    expect(output).toMatch(/ok +clean-up +DELETE answered 204/);
  });

  it('and not in the list is said loudly', async () => {
    trial.fastly.fault({ method: 'POST', answer: 'cut' });
    const { output } = await trial.attempt();
    expect(output).toMatch(/WHETHER thelma@example\.com WAS INVITED IS NOT KNOWN: .* for 60\.0 s\. Look at/);
    expect(output).not.toContain('DELETE');
  });

  it('beside an invitation of somebody else cancels neither', async () => {
    await restart({ behaviour: { duplicate: 'second_invitation' } });
    trial.fastly.fault({ method: 'POST', answer: 'cut', effect: true });
    const { output } = await trial.attempt({ afterPost: invitedByOthers });
    const ids = trial.leftovers();
    expect([ids.length, output]).toEqual([2, expect.stringContaining('THE ADDRESS HAS 2 INVITATIONS NOW')]);
    for (const id of ids) expect(output).toContain(id);
  });
});

describe('a POST that is refused', () => {
  const refuse = () =>
    trial.fastly.fault({ method: 'POST', answer: { status: 409, body: '{"msg":"Duplicate record"}' } });

  it('sends nothing, and is looked after all the same', async () => {
    refuse();
    const { output } = await trial.attempt();
    expect(output).toMatch(/failed +POST +.*409, Duplicate record.*\nok +clean-up +nothing was made/);
  });

  it('leaves alone what somebody else sent meanwhile', async () => {
    refuse();
    const { output } = await trial.attempt({ afterPost: invitedByOthers });
    expect([trial.leftovers().length, trial.writes()]).toEqual([1, 0]);
    expect(output).toMatch(
      /failed +clean-up +nothing was made; the address has the invitation \w+\. It is left alone/,
    );
  });
});
