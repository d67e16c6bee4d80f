import { generateKeyPairSync } from 'node:crypto';
import { expect } from 'vitest';
import { sealIdentity } from '../../../src/client/sealing';
import { eventually } from '../../workflows/histories';
import { callsOf } from '../../workflows/outside-calls';
import { newSamples } from '../../workflows/samples';
import { named } from './bench';
import type { Bench, Trial } from './bench';

function timesDone(bench: Bench, effect: string, number: string): number {
  const entries = bench.rig.simulator.ledger({ effect }).filter(({ key }) => key.includes(number));
  return entries.reduce((sum, { count }) => sum + count, 0);
}

/** Trials of the commands about declarations. */
export const CUSTOMS: Readonly<Record<string, Trial>> = {
  'ask-now': async (bench) => {
    const { declared, id } = await bench.waiting();
    bench.move(declared, 'SUCCESS');
    await bench.type('ask-now', { WORKFLOW_ID: id });
    await expect(bench.result(id)).resolves.toMatchObject({ outcome: 'SUCCESS' });
  },

  refresh: async (bench) => {
    const { declared, id } = await bench.waiting();
    bench.move(declared, 'SUCCESS');
    const { stdout } = await bench.type('refresh', { WORKFLOW_ID: id });
    expect(stdout).toContain('SUCCESS');
    await expect(bench.result(id)).resolves.toMatchObject({ outcome: 'SUCCESS' });
  },

  'all-ask-now': async (bench) => {
    const many = [await bench.waiting(), await bench.waiting()];
    for (const { declared } of many) bench.move(declared, 'SUCCESS');
    await bench.lists('by-number', many[1]!.id, { NUMBER: many[1]!.declared.out_trade_no });
    const { code, stderr } = await bench.type('all-ask-now');
    expect({ code, stderr }).toMatchObject({ code: 0 });
    for (const { id } of many) await expect(bench.result(id)).resolves.toMatchObject({ outcome: 'SUCCESS' });
  },

  resume: async (bench) => {
    const { declared, id } = await bench.undecided();
    bench.move(declared, 'SUCCESS');
    await bench.type('resume', { WORKFLOW_ID: id, INPUT: JSON.stringify({ declaration: declared }) });
    await expect(bench.result(id)).resolves.toMatchObject({ outcome: 'SUCCESS' });
    expect(timesDone(bench, 'declared', declared.transaction_id)).toBe(1);
  },

  'push-again': async (bench) => {
    const declaration = bench.declarationIn('EXCEPT');
    const process = await bench.rig.wechatpay.declare({ declaration, options: { repushes: 0 } });
    await expect(process.result()).resolves.toMatchObject({ outcome: 'EXCEPT' });
    const { transaction_id } = declaration;
    bench.rig.simulator.script({ customs: { transaction_id, afterRepush: [{ after: 0, state: 'SUCCESS' }] } });
    await bench.type('push-again', { WORKFLOW_ID: process.workflowId, ...named(declaration) });
    await expect(bench.result(process.workflowId)).resolves.toMatchObject({ outcome: 'SUCCESS' });
    expect(timesDone(bench, 'pushed', transaction_id)).toBe(2); // with the declaration itself
  },

  modify: async (bench) => {
    const declaration = bench.declarationIn('FAIL');
    const process = await bench.rig.wechatpay.declare({ declaration });
    await expect(process.result()).resolves.toMatchObject({ outcome: 'FAIL' });
    const { transaction_id } = declaration;
    bench.rig.simulator.script({ customs: { transaction_id, afterModify: [{ after: 0, state: 'SUCCESS' }] } });
    await bench.type('modify', { WORKFLOW_ID: process.workflowId, ...named(declaration) });
    await expect(bench.result(process.workflowId)).resolves.toMatchObject({ outcome: 'SUCCESS' });
    expect(timesDone(bench, 'modified', transaction_id)).toBe(1);
  },

  'seal-again': async (bench) => {
    const { rig } = bench;
    const declaration = bench.declarationIn('SUCCESS');
    await (await rig.wechatpay.declare({ declaration })).result();
    const { payer } = newSamples(rig.credentials);
    const { publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const identity = sealIdentity(payer, { id: rig.credentials.platform.publicKeyId, publicKey });
    const process = await rig.wechatpay.verifyIdentity({ order: declaration, identity });
    await expect(process.result()).resolves.toMatchObject({ outcome: 'SEAL_AGAIN' });
    await bench.lists('seal-again', process.workflowId);
    await bench.lists('all-work', process.workflowId);
  },

  declare: async (bench) => {
    const declaration = bench.declarationIn('SUCCESS');
    const { code, stderr } = await bench.type('declare', named(declaration));
    expect({ code, stderr }).toMatchObject({ code: 0 });
    const { mchid, customs, transaction_id, out_trade_no } = declaration;
    const id = `customs/${mchid}/${customs}/${transaction_id}`;
    await expect(bench.result(id)).resolves.toMatchObject({ outcome: 'SUCCESS' });
    await bench.lists('by-number', id, { NUMBER: out_trade_no });
    const metadata = await bench.rig.client.workflow.getHandle(id).query<object>('__temporal_workflow_metadata');
    expect(JSON.stringify(metadata)).toContain(`customsDeclaration of merchant ${mchid}: ${out_trade_no}`);
  },

  'first-answer': async (bench) => {
    const { id } = await bench.waiting();
    const { stdout } = await bench.type('first-answer', { WORKFLOW_ID: id });
    expect(stdout).toContain('PROCESSING');
  },

  result: async (bench) => {
    const process = await bench.rig.wechatpay.declare({ declaration: bench.declarationIn('SUCCESS') });
    const { stdout } = await bench.type('result', { WORKFLOW_ID: process.workflowId });
    expect(stdout).toContain('SUCCESS');
  },

  adopt: async (bench) => {
    const declaration = bench.declarationIn('PROCESSING');
    await callsOf(bench.rig).customs.declare(declaration);
    const { code, stderr } = await bench.type('adopt', named(declaration));
    expect({ code, stderr }).toMatchObject({ code: 0 });
    const { mchid, customs, transaction_id } = declaration;
    const id = `customs/${mchid}/${customs}/${transaction_id}`;
    await bench.becomes(id, ({ state }) => state === 'PROCESSING');
    expect(timesDone(bench, 'declared', transaction_id)).toBe(1);
    await bench.cancel(id);
  },

  compare: async (bench) => {
    const { declared, id } = await bench.waiting();
    const same = await bench.type('compare', { WORKFLOW_ID: id, DECLARATION: JSON.stringify(declared) });
    expect(same.code).toBe(0);
    const other = { ...declared, merchant_customs_no: '654321', duty: 1 };
    const refused = await bench.type('compare', { WORKFLOW_ID: id, DECLARATION: JSON.stringify(other) });
    expect(refused.code).not.toBe(0);
    expect(refused.stdout + refused.stderr).toContain('duty, merchant_customs_no differ');
    await eventually(async () => {
      const { state } = await bench.rig.wechatpay.status(id);
      return state === 'PROCESSING' ? true : undefined;
    }, 'going on undisturbed');
  },
};
