import { mkdtempSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { amend, apply, toBeDone } from '../../examples/h5-application';
import { pngOf } from '../wechatpay/media/pictures';
import { startDevRig } from '../workflows/dev-server';
import type { DevRig } from '../workflows/dev-server';
import { callsOf } from '../workflows/outside-calls';

const folder = mkdtempSync(join(tmpdir(), 'temporal-wechatpay-test-'));
let rig: DevRig;
beforeAll(async () => {
  rig = await startDevRig();
});
afterAll(async () => {
  await rm(folder, { recursive: true });
  await rig?.close();
});

it('a shop applies with its pictures, is rejected, amends what the reviewer named, and gets the permission', async () => {
  const sub_mchid = '2400000042';
  const decided = (state: string) => [{ after: 1, state, audit_reject_detail: 'no prices' }];
  rig.simulator.script({ h5: { sub_mchid, states: decided('REJECTED'), resubmission: decided('APPROVED') } });
  for (const name of ['home.png', 'shop.png']) writeFileSync(join(folder, name), pngOf(['IDAT']));
  const shop = {
    sub_mchid,
    domains: ['shop.example.com'],
    website_url: 'https://shop.example.com',
    website_state: 'UN_LAUNCHED',
    transaction_limit_type: 'UN_LAUNCHED_WEBSITE_LIMIT',
  } as const;
  const files = { website_homepage_pics: ['home.png'], website_business_page_pics: ['shop.png'] };
  const first = await apply(rig.wechatpay, callsOf(rig).media, shop, files, folder);
  const rejected = await first.result();
  expect(toBeDone(rejected)).toContain('no prices');

  const { sub_mchid: _, ...site } = shop;
  const pictures = { website_homepage_pics: ['media-id-1'], website_business_page_pics: ['media-id-2'] };
  const second = await amend(rig.wechatpay, sub_mchid, rejected, { ...site, ...pictures });
  expect(second.workflowId).toBe(first.workflowId);
  const approved = await second.result();
  expect(approved).toMatchObject({ outcome: 'APPROVED', authorization_state: 'AUTHORITY_TO_TEST' });
  expect(toBeDone(approved)).toBeUndefined();
});
