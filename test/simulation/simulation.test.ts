import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { FLOWS } from '../../src/interface';
import { MUTATIONS } from './mutations';
import { PROCESSES } from './processes';
import { COMMON_EVENTS } from './run';
import { permutations, randomSequence, shrunk } from './sequences';

const ROOT = join(__dirname, '..', '..');
const LONG = 300_000;

/** Runs `npm run simulate` with these flags to its end. */
async function simulate(...flags: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  try {
    const { stdout, stderr } = await promisify(execFile)('node', [join(ROOT, 'scripts/simulate.mjs'), ...flags]);
    return { code: 0, stdout, stderr };
  } catch (error) {
    const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string };
    return { code, stdout, stderr };
  }
}

describe('npm run simulate', () => {
  it(
    'finds nothing wrong in any process',
    async () => {
      const { code, stdout } = await simulate('--sequences', '4000', '--orders', '2', '--seed', '1');
      expect(stdout).toMatch(/4000 random sequences and [0-9]+ orders of events, 0 with a problem/);
      expect(code).toBe(0);
    },
    LONG,
  );

  it(
    'runs one sequence again by its number',
    async () => {
      const { code, stdout } = await simulate('--seed', '1', '--only', '7');
      expect(stdout).toContain('1 random sequences and 0 orders of events');
      expect(code).toBe(0);
    },
    LONG,
  );

  it.each([
    ['--sequences', 'many'],
    ['--seed', '1.5'],
    ['--only', '7'],
    ['--flow', 'contracts', '--seed', '1'],
    ['--orders', '9'],
    ['--processes', '0'],
    ['--mutation', 'none'],
    ['--unknown'],
  ])(
    'refuses %s %s with its usage',
    async (...flags) => {
      const { code, stderr } = await simulate(...flags);
      expect(code).toBe(2);
      expect(stderr).toContain('Usage: npm run simulate');
    },
    LONG,
  );

  it.each(['repeated-notifications', 'activity-id-in-use', 'unanswered-caller'])(
    'notices a workflow that lost a guard: %s',
    async (name) => {
      const { code, stdout } = await simulate('--mutations', '--mutation', name, '--sequences', '20000', '--seed', '1');
      expect(stdout).toContain('1 of 1 broken guards found');
      expect(code).toBe(0);
    },
    LONG,
  );
});

describe('the simulation', () => {
  it('has every workflow of the package', () => {
    expect(PROCESSES.map(({ flow }) => flow).sort()).toEqual(Object.keys(FLOWS).sort());
  });

  it.each(PROCESSES)('knows every event of $flow', ({ events, permuted, setups }) => {
    for (const setup of Object.values(setups)) {
      const known = [...Object.keys(COMMON_EVENTS), ...Object.keys(setup().happenings)];
      expect(known).toEqual(expect.arrayContaining([...events, ...permuted]));
    }
    expect(permuted.length).toBeGreaterThanOrEqual(6);
    expect(new Set(permuted).size).toBe(permuted.length);
  });

  it('makes the same sequence of the same seed and number, and others of others', () => {
    const sequence = (seed: number, number: number) => JSON.stringify(randomSequence(PROCESSES, seed, number));
    expect(sequence(7, 12)).toBe(sequence(7, 12));
    const others = new Set(Array.from({ length: 1_000 }, (_, number) => sequence(7, number)));
    expect(others.size).toBeGreaterThan(950);
    expect(sequence(8, 12)).not.toBe(sequence(7, 12));
  });

  it('goes through every order of a few events', () => {
    const orders = [...permutations(['a', 'b', 'c'], 2)].map((order) => order.join(''));
    expect(orders.sort()).toEqual(['', 'a', 'ab', 'ac', 'b', 'ba', 'bc', 'c', 'ca', 'cb']);
  });

  it('shrinks a sequence to the events that matter', () => {
    const events = ['a', 'x', 'b', 'y', 'z', 'c', 'w'];
    const fails = ({ events: left }: { events: readonly string[] }) =>
      left.includes('x') && left.indexOf('x') < left.indexOf('z');
    expect(shrunk({ flow: 'contract', setup: 'plain', events }, fails).events).toEqual(['x', 'z']);
  });

  it('says in its page which guards it breaks', () => {
    const page = readFileSync(join(ROOT, 'docs/reference/simulation.md'), 'utf8');
    for (const { name, breaks } of MUTATIONS) expect(page).toContain(`\`${name}\`: ${breaks}`);
  });

  it.each(MUTATIONS)('finds the place of $name in the workflows as they are', ({ file, find }) => {
    expect(readFileSync(join(ROOT, file), 'utf8').split(find)).toHaveLength(2);
  });

  it('breaks guards under names of their own, eight at least', () => {
    expect(MUTATIONS.length).toBeGreaterThanOrEqual(8);
    expect(new Set(MUTATIONS.map(({ name }) => name)).size).toBe(MUTATIONS.length);
  });
});
