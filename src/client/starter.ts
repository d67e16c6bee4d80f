import type { Client } from '@temporalio/client';
import { optionProblems, WORKFLOW_TASK_QUEUE } from '../interface';
import type { OPTION_RULES, WorkflowResult } from '../interface';
import { notificationUrls } from '../config/notificationUrls';
import { parseSealedIdentity } from '../wechatpay/customs/schema';
import type { PlainIdentity, SealedIdentity } from '../wechatpay/customs/schema';
import { InvalidInputError, WechatPayError } from '../wechatpay/errors';
import type { Problem } from '../wechatpay/errors';
import { allProblems } from './all-problems';
import { checkSearchAttributes, refusePlainPayloads } from './namespace';
import { StartedProcess } from './process';
import { sealIdentity } from './sealing';
import type { SealingKey } from './sealing';
import { start, startAndSubmit } from './start';
import type { First, RepeatPolicy, Start, StartedRun } from './start';

export interface WechatPayClientOptions {
  /** Queue of the workflows. Default `wechatpay`. */
  readonly taskQueue?: string;
  /** Public address of the webhook; notification URLs are built from it unless an input gives its own. */
  readonly notifyBaseUrl?: string;
  /** WeChat Pay's public key for identity data. Needed only to seal an ID number and a name here. */
  readonly sealingKey?: SealingKey;
  /** Only while gateway and webhook are both on loopback: notification URLs may be `http` there. Default `false`. */
  readonly allowLoopback?: boolean;
  /**
   * Accept a Temporal server on another machine although payloads are not encrypted: `contract_display_account` and
   * `openid` are readable there. The counterpart of `WECHATPAY_CODEC=off`. Default `false`.
   */
  readonly plainPayloads?: boolean;
  /**
   * Told what is unusual in an input but not wrong: an unknown customs code, a payment number of another length. It is
   * started all the same, and WeChat Pay decides. Never shows personal data.
   */
  readonly onWarnings?: (subject: string, warnings: readonly Problem[]) => void;
}

/** One business key has one effect: a second start joins the first. */
export const ONE_EFFECT: RepeatPolicy = { conflict: 'USE_EXISTING', reuse: 'ALLOW_DUPLICATE_FAILED_ONLY' };
/** One at a time; a closed one may be followed by another. */
export const ONE_AT_A_TIME: RepeatPolicy = { conflict: 'FAIL', reuse: 'ALLOW_DUPLICATE' };

/** Watching again what ended UNDECIDED. */
export const WATCH_AGAIN: RepeatPolicy = { conflict: 'USE_EXISTING', reuse: 'ALLOW_DUPLICATE' };

/** Who the payer is believed to be: sealed here, or by somebody else before. */
export type Identity = PlainIdentity | SealedIdentity;

/** What every start needs, whichever the product: checks, defaults, the namespace. */
export class Starter {
  readonly taskQueue: string;
  readonly allowLoopback: boolean;
  private namespaceChecked: Promise<void> | undefined;

  constructor(
    readonly client: Client,
    private readonly options: WechatPayClientOptions,
  ) {
    this.taskQueue = options.taskQueue ?? WORKFLOW_TASK_QUEUE;
    this.allowLoopback = options.allowLoopback ?? false;
  }

  /** Runs all checks of one input, so that all problems come at once. */
  checked<const Checks extends Parameters<typeof allProblems>[1]>(subject: string, checks: Checks) {
    return allProblems(subject, checks, this.options.onWarnings);
  }

  checkOptions(flow: keyof typeof OPTION_RULES, options: unknown): undefined {
    const problems = optionProblems(flow, options);
    if (problems.length > 0) throw new InvalidInputError(flow, problems);
    return undefined;
  }

  sealed(identity: Identity, path: string, warnings: Problem[]): SealedIdentity {
    if ('sealed_with' in identity) return parseSealedIdentity(identity, path);
    if (this.options.sealingKey === undefined) {
      throw new WechatPayError('CONFIGURATION', 'this client has no key to seal identity data with.', {
        remedy:
          'Give `sealingKey`: a public key of WeChat Pay with its id; `temporal-wechatpay certificates` fetches one.',
      });
    }
    return sealIdentity(identity, this.options.sealingKey, path, { warnings });
  }

  /** Notification URLs of the webhook; undefined when its address is not known here. */
  notificationUrls(): ReturnType<typeof notificationUrls> | undefined {
    const { notifyBaseUrl } = this.options;
    return notifyBaseUrl === undefined ? undefined : notificationUrls(notifyBaseUrl);
  }

  /** Starts, or joins, and waits for WeChat Pay's first answer. */
  async submit<Result extends WorkflowResult, Answer, Input>(
    begin: Start<Input>,
  ): Promise<StartedProcess<Result, Answer>> {
    const started = await this.submitted<Answer, Input>(begin);
    return new StartedProcess<Result, Answer>(this.client, started, started.first);
  }

  async submitted<Answer, Input>(begin: Start<Input>): Promise<StartedRun & { readonly first: First<Answer> }> {
    await this.checkNamespace();
    return startAndSubmit<Input, Answer>(this.client, this.taskQueue, begin);
  }

  async start<Result extends WorkflowResult, Input>(begin: Start<Input>): Promise<StartedProcess<Result>> {
    await this.checkNamespace();
    return new StartedProcess<Result>(this.client, await start(this.client, this.taskQueue, begin));
  }

  /** Once per client; a namespace that was not set up would leave every process stuck. */
  checkNamespace(): Promise<void> {
    if (this.options.plainPayloads !== true) refusePlainPayloads(this.client);
    this.namespaceChecked ??= checkSearchAttributes(this.client).catch((error: unknown) => {
      this.namespaceChecked = undefined;
      throw error;
    });
    return this.namespaceChecked;
  }
}
