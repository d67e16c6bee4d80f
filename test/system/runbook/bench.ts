import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inject } from 'vitest';
import type { CustomsDeclaration } from '../../../src/wechatpay/customs/types';
import type { ProcessStatus } from '../../../src/client/process';
import { startDevRig } from '../../workflows/dev-server';
import type { DevRig } from '../../workflows/dev-server';
import { eventually } from '../../workflows/histories';
import { newSamples } from '../../workflows/samples';
import { filledIn } from './page';
import type { Values } from './page';

export const NO_POLLS = { pollEvery: '1 hour' };

/** What a command said and how it ended. */
export interface Said {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A rig, and a shell in which the page's commands are typed. */
export class Bench {
  private constructor(
    readonly rig: DevRig,
    private readonly folder: string,
  ) {}

  static async open(): Promise<Bench> {
    const folder = mkdtempSync(join(tmpdir(), 'runbook-'));
    symlinkSync(inject('temporalCli'), join(folder, 'temporal'));
    return new Bench(await startDevRig(), folder);
  }

  async close(): Promise<void> {
    await this.rig.close();
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** Types the page's command and waits for it. */
  type(name: string, values: Values = {}): Promise<Said> {
    const command = filledIn(name, values);
    const env = {
      HOME: this.folder,
      PATH: `${this.folder}:${process.env['PATH'] ?? ''}`,
      TEMPORAL_ADDRESS: this.rig.server.address,
    };
    return new Promise((resolve) => {
      execFile('bash', ['-c', command], { env, timeout: 60_000 }, (error, stdout, stderr) => {
        const code = error === null ? 0 : typeof error.code === 'number' ? error.code : -1;
        resolve({ code, stdout, stderr });
      });
    });
  }

  /** A declaration that is not split, and whose state is `state` until it is moved. */
  declarationIn(state: string): CustomsDeclaration {
    const { declared } = newSamples(this.rig.credentials);
    const { appid, mchid, out_trade_no, transaction_id, customs, merchant_customs_no } = declared;
    this.rig.simulator.script({ customs: { transaction_id, states: [{ after: 0, state }] } });
    return { appid, mchid, out_trade_no, transaction_id, customs, merchant_customs_no };
  }

  move({ transaction_id }: CustomsDeclaration, state: string): void {
    this.rig.simulator.script({ customs: { transaction_id, states: [{ after: 0, state }] } });
  }

  /** A declaration whose first poll is over and whose next one is an hour away. */
  async waiting(options: object = NO_POLLS): Promise<{ readonly declared: CustomsDeclaration; readonly id: string }> {
    const declared = this.declarationIn('PROCESSING');
    const { workflowId } = await this.rig.wechatpay.declare({ declaration: declared, options });
    await this.becomes(workflowId, ({ lastMessage }) => lastMessage !== undefined);
    return { declared, id: workflowId };
  }

  /** A declaration whose time was over before customs decided. */
  async undecided(): Promise<{ readonly declared: CustomsDeclaration; readonly id: string }> {
    const declared = this.declarationIn('PROCESSING');
    const process = await this.rig.wechatpay.declare({ declaration: declared, options: { giveUpAfter: '1s' } });
    const { outcome } = await process.result();
    if (outcome !== 'UNDECIDED') throw new Error(`it ended as ${outcome}`);
    return { declared, id: process.workflowId };
  }

  /** Activities and timers of all histories, and those of them that do not say what they are for. */
  async summaries(): Promise<{ readonly all: number; readonly without: readonly string[] }> {
    const without: string[] = [];
    let all = 0;
    for await (const { workflowId, runId, type } of this.rig.client.workflow.list()) {
      const { events } = await this.rig.client.workflow.getHandle(workflowId, runId).fetchHistory();
      for (const { activityTaskScheduledEventAttributes, timerStartedEventAttributes, userMetadata } of events ?? []) {
        const what = activityTaskScheduledEventAttributes?.activityType?.name ?? timerStartedEventAttributes?.timerId;
        if (what == null) continue;
        all += 1;
        if (userMetadata?.summary == null) without.push(`${type}: ${what}`);
      }
    }
    return { all, without };
  }

  becomes(workflowId: string, holds: (status: ProcessStatus) => boolean): Promise<ProcessStatus> {
    return eventually(async () => {
      const status = await this.rig.wechatpay.status(workflowId);
      return holds(status) ? status : undefined;
    }, `${workflowId} as expected`);
  }

  /** The result of the newest run. */
  result(workflowId: string): Promise<unknown> {
    return this.rig.client.workflow.getHandle(workflowId).result();
  }

  cancel(workflowId: string): Promise<unknown> {
    return this.rig.client.workflow.getHandle(workflowId).cancel();
  }

  /** Types a command that lists, until it lists `id`: visibility is some moments late. */
  lists(name: string, id: string, values: Values = {}): Promise<string> {
    return eventually(async () => {
      const { stdout } = await this.type(name, values);
      return stdout.includes(id) ? stdout : undefined;
    }, `${name} listing ${id}`);
  }
}

/** The fields that name a declaration, as the page spells them. */
export function named({
  mchid,
  appid,
  out_trade_no,
  transaction_id,
  customs,
  merchant_customs_no,
}: CustomsDeclaration) {
  return {
    MCHID: mchid,
    APPID: appid,
    OUT_TRADE_NO: out_trade_no,
    TRANSACTION_ID: transaction_id,
    CUSTOMS: customs,
    MERCHANT_CUSTOMS_NO: merchant_customs_no,
  };
}

export type Trial = (bench: Bench) => Promise<void>;
