/** An order service that declares its paid orders to customs. What it keeps in memory, yours keeps in its database. */
import { createPublicKey } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { Client, Connection } from '@temporalio/client';
import { loadClientConnectConfig } from '@temporalio/envconfig';
import { Worker } from '@temporalio/worker';
import type { NativeConnection } from '@temporalio/worker';
import type { CustomsOptions, CustomsResult, ResultEvent } from 'temporal-wechatpay';
import { ConflictError, InvalidInputError, WechatPayClient } from 'temporal-wechatpay/client';

// #region order
/** A paid order as this service knows it. */
export interface PaidOrder {
  readonly orderNumber: string;
  /** WeChat Pay's number of the payment, 28 digits. */
  readonly transactionId: string;
  readonly customs: string;
  /** Fen. */
  readonly duty: number;
  /** Personal: sealed before it leaves this process. */
  readonly payer: { readonly certificate_id: string; readonly certificate_name: string };
}

/** Who declares: your APPID, merchant number and registration at customs. */
const DECLARANT = { appid: 'wxd678efh567hg6787', mchid: '1230000109', merchant_customs_no: '123456' };
// #endregion

// #region connect
/** A client for the Temporal that the environment names. It seals with WeChat Pay's public key and holds no merchant key. */
export async function connect(env: NodeJS.ProcessEnv = process.env) {
  const { WECHATPAY_SEALING_KEY_ID: id, WECHATPAY_SEALING_KEY_FILE: file } = env;
  if (!id || !file) throw new Error('WECHATPAY_SEALING_KEY_ID and WECHATPAY_SEALING_KEY_FILE are not set.');
  const { connectionOptions, namespace } = loadClientConnectConfig();
  const connection = await Connection.connect(connectionOptions);
  const client = new Client({ connection, ...(namespace === undefined ? {} : { namespace }) });
  const sealingKey = { id, publicKey: createPublicKey(await readFile(file)) };
  return { wechatpay: new WechatPayClient(client, { sealingKey }), close: () => connection.close() };
}
// #endregion

// #region declare
/** What the shop shows beside an order. */
export type Shown =
  | { readonly state: string; readonly workflowId: string; readonly runId: string }
  /** Nothing was sent. */
  | { readonly wrong: readonly string[] };

/** Starts the declaration of a paid order. Calling it again for the same order starts nothing and sends nothing. */
export async function declare(
  wechatpay: WechatPayClient,
  order: PaidOrder,
  options: CustomsOptions = {},
): Promise<Shown> {
  try {
    const { workflowId, runId, first } = await wechatpay.declare({
      declaration: {
        ...DECLARANT,
        out_trade_no: order.orderNumber,
        transaction_id: order.transactionId,
        customs: order.customs,
        duty: order.duty,
      },
      identity: order.payer,
      options: { reference: order.orderNumber, onResult: TELL_US, ...options },
    });
    // No answer within ten seconds means that no worker runs just now; the process is started all the same.
    return { state: 'answer' in first ? first.answer.state : 'STARTED', workflowId, runId };
  } catch (error) {
    // A defect of the order's data, for a person; anything else (Temporal out of reach) is worth another call.
    if (error instanceof InvalidInputError) return { wrong: error.problems.map(({ path }) => path) };
    if (error instanceof ConflictError) return { wrong: error.fields };
    throw error;
  }
}
// #endregion

// #region decision
/** Waits for customs' decision, minutes or days. A rejection is a result, not an exception. */
export async function decision(
  wechatpay: WechatPayClient,
  { workflowId, runId }: { readonly workflowId: string; readonly runId: string },
): Promise<CustomsResult> {
  const process = await wechatpay.process<CustomsResult>(workflowId, runId);
  return process.result();
}
// #endregion

// #region told
/** The activity of ours that every declaration calls at its end, and the queue it is called on. */
const TELL_US = { taskQueue: 'orders', activity: 'recordDeclaration' };

/** What we were told; in your service a table with a unique key on `eventId`. */
export class Declarations {
  private readonly events: ResultEvent[] = [];

  /** May be called several times for one result: the second time it changes nothing. */
  readonly recordDeclaration = async (event: ResultEvent): Promise<void> => {
    if (this.events.some(({ eventId }) => eventId === event.eventId)) return;
    this.events.push(event);
  };

  of(orderNumber: string): readonly ResultEvent[] {
    return this.events.filter(({ reference }) => reference === orderNumber);
  }
}

/** Takes the calls, as long as it runs; what comes while it does not run waits in the queue. */
export function takeResults(connection: NativeConnection, declarations: Declarations): Promise<Worker> {
  const { recordDeclaration } = declarations;
  return Worker.create({ connection, taskQueue: TELL_US.taskQueue, activities: { recordDeclaration } });
}
// #endregion
