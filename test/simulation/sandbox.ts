import { AsyncLocalStorage } from 'node:async_hooks';
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { TextDecoder, TextEncoder } from 'node:util';
import { compileFunction, createContext, Script } from 'node:vm';
import type { Context } from 'node:vm';
import type * as TypeScript from 'typescript';

const ROOT = join(__dirname, '..', '..');
const nodeRequire = createRequire(__filename);

/** A change of one source file, made in memory as it is loaded: the proof that the simulation notices it. */
export interface Mutation {
  readonly name: string;
  /** The guard that is broken, in words. */
  readonly breaks: string;
  /** Path from the root. */
  readonly file: string;
  readonly find: string;
  readonly replace: string;
}

/** One job of an activation, as the worker hands it to a workflow. */
export type Job = { readonly variant: string } & Readonly<Record<string, unknown>>;
export type Command = Readonly<Record<string, unknown>>;

/** What the workflow shows of itself without being asked in a task of its own. */
export interface Shown {
  readonly status: Readonly<Record<string, unknown>> | undefined;
  readonly state: unknown;
  readonly needsOperator: unknown;
  readonly details: string;
  /** All of them, as the next run gets them when this one continues as new. */
  readonly attributes: unknown;
  readonly unfinished: readonly string[];
}

/** A workflow in memory: what a worker would keep in its cache. */
export interface Cached {
  /** Runs one activation at this time, to its end; throws when the workflow task fails. */
  activate(jobs: readonly Job[], now: number): readonly Command[];
  /** After the last activation; undefined: there was none. */
  shown(): Shown | undefined;
}

interface Concluded {
  readonly commands: readonly Command[];
  readonly shown: Shown;
}

/** Runs inside the context, on the worker's own interface to a workflow. */
const INSIDE = `
  const { workflowInterface, globalAttributes, searchAttributes, lifecycle, attributes } = __simulation;
  // Three short cuts, for speed only: a variable instead of a property of the context's global object, search attributes
  // as they are instead of as bytes, and no log lines of the SDK's own.
  let active;
  const setActivator = (activator) => {
    if (active === activator) return;
    globalThis.__TEMPORAL_ACTIVATOR__ = active = activator;
  };
  const required = () => {
    if (active === undefined) throw new Error('not in a workflow');
    return active;
  };
  Object.assign(globalAttributes, {
    setActivator,
    maybeGetActivator: () => active,
    assertInWorkflowContext: required,
    getActivator: required,
  });
  searchAttributes.encodeUnifiedSearchAttributes = (_, pairs) => pairs;
  const { decodeTypedSearchAttributes } = searchAttributes;
  searchAttributes.decodeTypedSearchAttributes = (typed) => typed ?? decodeTypedSearchAttributes(undefined);
  searchAttributes.decodeSearchAttributes = () => ({});
  lifecycle.executeWithLifecycleLogging = (run) => run();
  const payloads = {
    toPayload: (value) => ({ metadata: {}, data: value }),
    fromPayload: (payload) => payload.data,
  };
  __simulation.payloads = payloads;
  const api = {
    create(type, workflowId, runId, now, continuedFromExecutionRunId) {
      setActivator(undefined);
      workflowInterface.initRuntime({
        info: {
          workflowId, runId, continuedFromExecutionRunId, workflowType: type, firstExecutionRunId: runId, originalExecutionRunId: runId, namespace: 'simulated', attempt: 1,
          taskQueue: 'wechatpay', startTime: new Date(now), runStartTime: new Date(now), historyLength: 3, historySize: 0,
          continueAsNewSuggested: false, taskTimeoutMs: 10000, currentBuildId: '', unsafe: { isReplaying: false },
          searchAttributes: {}, typedSearchAttributes: {}, memo: {},
        },
        now, showStackTraceSources: false, sourceMap: { sourcesContent: [], sources: [] }, getTimeOfDay: () => 0n,
        randomnessSeed: [1, 2, 3], registeredActivityNames: { has: () => true }, stackTracesEnabled: false,
        failureExceptionTypeNames: [],
      });
      return active;
    },
    begin(activator, jobs, now) {
      setActivator(activator);
      activator.now = now;
      const first = jobs[0];
      if (first.initializeWorkflow) workflowInterface.initialize(first.initializeWorkflow);
      workflowInterface.activate({ jobs: [...jobs] });
    },
    // Undefined while something was unblocked: what follows from it runs when this call has returned.
    conclude(activator) {
      if (workflowInterface.tryUnblockConditions() > 0) return undefined;
      const { commands } = workflowInterface.concludeActivation().successful;
      activator.sinkCalls = [];
      return { commands, shown: shown(activator) };
    },
  };
  function shown(activator) {
      const query = activator.queryHandlers.get('status');
      const typed = activator.info.typedSearchAttributes;
      return {
        status: query === undefined ? undefined : query.handler(),
        state: typed.get?.(attributes.WxState),
        needsOperator: typed.get?.(attributes.WxNeedsOperator),
        details: activator.currentDetails,
        attributes: typed,
        unfinished: [...activator.inProgressUpdates.values(), ...activator.inProgressSignals.values()].map(({ name }) => name),
      };
  }
  __simulation.call = () => {
    const { name, args } = __simulation;
    return api[name](...args);
  };
`;

interface Bridge {
  name: string;
  args: readonly unknown[];
  [more: string]: unknown;
}

/**
 * The workflows and the workflow half of Temporal's SDK in a context of their own, as in a worker: own `Date`, own
 * microtasks, which are done whenever a call into it returns. No server, no worker, no network.
 */
export class Sandbox {
  private readonly context: Context;
  private readonly loaded = new Map<string, { exports: unknown }>();
  private readonly bridge: Bridge = { name: '', args: [] };
  private readonly entry = new Script('__simulation.call()');
  private rejected: { readonly reason: unknown } | undefined;
  private mutated = 0;

  constructor(
    private readonly typescript: typeof TypeScript,
    private readonly mutation?: Mutation,
  ) {
    this.context = createContext(
      { AsyncLocalStorage, TextEncoder, TextDecoder, console, __simulation: this.bridge },
      { microtaskMode: 'afterEvaluate' },
    );
    new Script('Error.stackTraceLimit = 0').runInContext(this.context);
    const sdk = nodeRequire.resolve('@temporalio/workflow');
    const inSdk = (file: string) => this.load(join(dirname(sdk), file)) as Record<string, unknown>;
    this.bridge['workflowInterface'] = inSdk('worker-interface.js');
    this.bridge['globalAttributes'] = inSdk('global-attributes.js');
    this.bridge['lifecycle'] = inSdk('logs.js');
    this.bridge['searchAttributes'] = this.required('@temporalio/common/lib/converter/payload-search-attributes', sdk);
    const { SEARCH_ATTRIBUTES } = this.load(join(ROOT, 'src/interface/index.ts')) as Record<string, unknown>;
    this.bridge['attributes'] = SEARCH_ATTRIBUTES;
    new Script(`{${INSIDE}}`).runInContext(this.context);
    (inSdk('global-overrides.js')['overrideGlobals'] as () => void)();
    const workflows = this.load(join(ROOT, 'src/workflows/index.ts'));
    this.context['__TEMPORAL__'] = { importWorkflows: () => workflows, importInterceptors: () => [] };
    if (mutation !== undefined && this.mutated !== 1) throw new Error(`${mutation.file} was not loaded`);
  }

  /** Names of the workflows that exist. */
  get flows(): readonly string[] {
    return Object.keys((this.context['__TEMPORAL__'] as { importWorkflows(): object }).importWorkflows());
  }

  /** Every rejection in the process that nobody handled; a workflow task fails by it. */
  onUnhandledRejection(reason: unknown): void {
    this.rejected = { reason };
  }

  /** `continuedFrom`: id of the run that this one goes on where it stopped. */
  create(type: string, workflowId: string, runId: string, now: number, continuedFrom?: string): Cached {
    const activator = this.inside('create', [type, workflowId, runId, now, continuedFrom]);
    let shown: Shown | undefined;
    return {
      activate: (jobs, time) => {
        this.inside('begin', [activator, jobs, time]);
        let concluded: Concluded | undefined;
        while (concluded === undefined) concluded = this.inside('conclude', [activator]) as typeof concluded;
        shown = concluded.shown;
        if (this.rejected !== undefined) {
          const { reason } = this.rejected;
          this.rejected = undefined;
          throw new Error(`a rejected promise nobody handles: ${String(reason)}`);
        }
        return concluded.commands;
      },
      shown: () => shown,
    };
  }

  private inside(name: string, args: readonly unknown[]): unknown {
    this.bridge.name = name;
    this.bridge.args = args;
    return this.entry.runInContext(this.context);
  }

  private load(file: string): unknown {
    const known = this.loaded.get(file);
    if (known !== undefined) return known.exports;
    const module = { exports: {} };
    this.loaded.set(file, module);
    const compiled = compileFunction(this.source(file), ['module', 'exports', 'require', '__filename', '__dirname'], {
      filename: file,
      parsingContext: this.context,
    });
    Reflect.apply(compiled, undefined, [
      module,
      module.exports,
      (name: string) => this.required(name, file),
      file,
      dirname(file),
    ]);
    return module.exports;
  }

  private required(name: string, from: string): unknown {
    if (name === '__temporal_custom_payload_converter') return { payloadConverter: this.bridge['payloads'] };
    if (name === '__temporal_custom_failure_converter') return {};
    if (name.startsWith('.') && from.endsWith('.ts')) {
      const base = join(dirname(from), name);
      return this.load([`${base}.ts`, join(base, 'index.ts')].find(existsSync) ?? base);
    }
    const file = createRequire(from).resolve(name);
    return file.startsWith('/') || /^[A-Za-z]:/.test(file) ? this.load(file) : nodeRequire(file);
  }

  private source(file: string): string {
    const text = readFileSync(file, 'utf8');
    if (file.endsWith('.json')) return `module.exports = ${text}`;
    if (!file.endsWith('.ts')) return text;
    const { ModuleKind, ScriptTarget } = this.typescript;
    return this.typescript.transpileModule(this.withMutation(file, text), {
      compilerOptions: { module: ModuleKind.CommonJS, target: ScriptTarget.ES2022, esModuleInterop: true },
      fileName: file,
    }).outputText;
  }

  private withMutation(file: string, text: string): string {
    if (this.mutation === undefined || relative(ROOT, file) !== this.mutation.file) return text;
    const { find, replace, name } = this.mutation;
    if (text.split(find).length !== 2) throw new Error(`mutation ${name}: its text is not exactly once in ${file}`);
    this.mutated += 1;
    return text.replace(find, () => replace);
  }
}
