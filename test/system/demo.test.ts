import { randomUUID } from 'node:crypto';
import { mkdtemp, readdir, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { Child, buildOnce, command, processesWith } from './child';

/** Of the payer in the demo, and of every Authorization header. */
const NEVER_SHOWN = ['330821198809085212', 'Zhang San', 'WECHATPAY2-SHA256'];

const declaration = (result: object) => ({ flow: 'customsDeclaration', result });
const application = (result: object) => ({ flow: 'h5Application', result });
const order = (result: object) => ({ flow: 'contractOrder', result });

const EXPECTED = [
  declaration({ outcome: 'SUCCESS', identity: { outcome: 'SAME' } }),
  declaration({ outcome: 'FAIL', explanation: 'enterprise 123456 is not an e-commerce platform enterprise' }),
  application({ outcome: 'APPROVED' }),
  application({ outcome: 'REJECTED', audit_reject_detail: 'The home page shows no prices.' }),
  order({ payment: 'PAID', contract: 'SIGNED' }),
  order({ payment: 'PAID', contract: 'PRESIGN_FAILED' }),
];

interface Printed {
  readonly ok: boolean;
  readonly uiUrl: string;
  readonly flows: readonly { workflowId: string; historyEvents: number; polls: number }[];
}

describe.skipIf(process.platform !== 'linux')('npm run demo', () => {
  const mark = `DEMO_TEST=${randomUUID()}`;
  let programs: string;
  let temporary: string;

  beforeAll(async () => {
    await buildOnce();
    programs = await mkdtemp(join(tmpdir(), 'temporal-wechatpay-test-'));
    await symlink(inject('temporalCli'), join(programs, 'temporal'));
    temporary = await mkdtemp(join(tmpdir(), 'temporal-wechatpay-test-'));
  });
  afterAll(async () => {
    for (const folder of [programs, temporary]) await rm(folder, { recursive: true });
  });

  const demo = (...flags: string[]): Child =>
    new Child([join('scripts', 'demo.mjs'), ...flags], {
      PATH: `${programs}:${process.env['PATH']}`,
      TMPDIR: temporary,
      DEMO_TEST: mark.slice('DEMO_TEST='.length),
      // Left over from somebody's real configuration; the demo must not touch it.
      WECHATPAY_MCHID: '1900000109',
      WECHATPAY_MERCHANTS_FILE: '/nowhere/merchants.json',
    });

  const nothingLeft = async (): Promise<void> => {
    await expect(processesWith(mark)).resolves.toEqual([]);
    await expect(readdir(temporary)).resolves.toEqual([]);
  };

  function printed({ stdout }: Child): Printed {
    const lines = stdout.trimEnd().split('\n');
    return JSON.parse(lines.at(-1) ?? '') as Printed;
  }

  it('shows six processes with their results, and leaves nothing behind', async () => {
    const child = demo('--json');
    await child.says('each a process of its own');
    // The search below must be able to find something: simulator, webhook, worker, Temporal, the demo and its script.
    expect((await processesWith(mark)).length).toBeGreaterThanOrEqual(6);
    expect({ code: await child.ended, stderr: child.stderr }).toMatchObject({ code: 0 });

    expect(child.stdout.trimEnd().split('\n')).toHaveLength(1);
    const { ok, uiUrl, flows } = printed(child);
    expect({ ok, uiUrl }).toEqual({ ok: true, uiUrl: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/) as string });
    expect(flows).toMatchObject(EXPECTED);
    for (const { workflowId, historyEvents, polls } of flows) {
      expect(child.stderr).toContain(`started as ${workflowId}\n`);
      expect(historyEvents).toBeGreaterThan(10);
      expect(polls).toBeGreaterThanOrEqual(1);
    }

    expect(child.stderr).toMatch(/ declaration, identity checked +PROCESSING\n/);
    expect(child.stderr).toMatch(/for the payer's browser \(JSAPI\): \{"appId":.*"package":"prepay_id=.*"paySign":/);
    expect(child.stderr).toMatch(/^process +result +history events +polls$/m);
    expect(child.stderr).toMatch(/^order, paid and signed +PAID, SIGNED +\d+ +\d+$/m);

    for (const secret of NEVER_SHOWN) expect(child.output).not.toContain(secret);
    await nothingLeft();
  });

  it('stays with --keep until it is ended, and then leaves nothing behind', async () => {
    const child = demo('--json', '--keep');
    await child.says('Everything keeps running until Ctrl-C', 100);
    await child.says('"ok":true');
    const { uiUrl, flows } = printed(child);
    const id = encodeURIComponent(flows[0]?.workflowId ?? '');
    expect(child.stderr).toContain(`${uiUrl}/namespaces/default/workflows/${id}`);
    const page = await fetch(uiUrl);
    expect({ status: page.status, body: await page.text() }).toMatchObject({
      status: 200,
      body: expect.stringMatching(/<html/i) as string,
    });
    expect(child.running).toBe(true);
    await expect(child.stop('SIGTERM')).resolves.toBe(0);
    await nothingLeft();
  });

  it('refuses a Temporal that is not on this machine, and names the flag that accepts it', async () => {
    const child = command(['demo'], { TEMPORAL_ADDRESS: 'temporal.example.com:7233' });
    await expect(child.ended).resolves.toBe(1);
    expect(child.stderr).toMatch(/temporal\.example\.com.*--allow-remote/);
    expect(child.stderr).not.toMatch(/^ +at /m);
  });
});
