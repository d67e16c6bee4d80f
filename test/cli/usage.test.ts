import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { VARIABLES } from '../../src/config';
import { ROOT, buildOnce, command } from '../system/child';

const COMMANDS = ['worker', 'webhook', 'setup', 'certificates', 'upload', 'simulator', 'demo', 'variables'];

beforeAll(() => buildOnce());

/** Runs a command to its end. */
async function run(...args: string[]): Promise<{ code: unknown; stdout: string; stderr: string }> {
  const child = command(args);
  const code = await child.ended;
  return { code, stdout: child.stdout, stderr: child.stderr };
}

describe('the command line', () => {
  it('lists its commands and where the variables are explained', async () => {
    const { code, stdout, stderr } = await run('--help');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    for (const name of COMMANDS) expect(stdout).toMatch(new RegExp(`^  ${name} `, 'm'));
    expect(stdout).toContain('temporal-wechatpay variables');
  });

  it('states the version of the package', async () => {
    const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { version: string };
    await expect(run('--version')).resolves.toEqual({ code: 0, stdout: `${version}\n`, stderr: '' });
  });

  it('prints a row with default and meaning for each variable', async () => {
    const { code, stdout } = await run('variables');
    expect(code).toBe(0);
    const [, , ...rows] = stdout.trimEnd().split('\n');
    expect(rows.map((row) => /^\| `(\w+)` \|/.exec(row)?.[1])).toEqual(Object.keys(VARIABLES));
    expect(rows.find((row) => row.includes('`SIMULATOR_PORT`'))).toMatch(/\| `9080` \|.*Port of the simulator/);
  });

  it.each(COMMANDS)('%s shows its own usage and ends with 2 on a flag it does not know', async (name) => {
    const { code, stdout, stderr } = await run(name, '--frobnicate');
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(`unknown option '--frobnicate'`);
    expect(stderr).toContain(`Usage: temporal-wechatpay ${name}`);
  });

  it.each([
    { args: ['frobnicate'], says: `unknown command 'frobnicate'` },
    { args: [], says: 'Usage: temporal-wechatpay' },
    { args: ['worker', 'twice'], says: 'too many arguments' },
    { args: ['simulator', '--processing-after', 'soon'], says: 'expected a number, 0 or more' },
    { args: ['simulator', '--init'], says: 'argument missing' },
  ])('ends with 2 and a word of explanation on $args', async ({ args, says }) => {
    const { code, stdout, stderr } = await run(...args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(says);
    expect(stderr).toContain('Usage:');
  });
});
