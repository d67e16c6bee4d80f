import type * as TypeScript from 'typescript';
import { PROCESSES } from './processes';
import { problemOf } from './run';
import type { Sequence } from './run';
import { Sandbox } from './sandbox';
import type { Mutation } from './sandbox';
import { permutations, randomSequence, shrunk } from './sequences';
import type { Simulated } from './simulated';

/** What one process of the machine is to do. */
export interface Assignment {
  readonly seed: number;
  /** Random sequences from this number on, every `step`-th, up to and without `until`. */
  readonly from: number;
  readonly until: number;
  readonly step: number;
  /** Every order of at most this many events of each process, in its first setup; 0: none. */
  readonly permuted: number;
  readonly flow?: string;
  readonly mutation?: Mutation;
  /** Stops at the first problem. */
  readonly untilFound?: boolean;
}

export interface Finding {
  readonly problem: string;
  readonly sequence: Sequence;
  readonly shrunk: Sequence;
  /** Number of the random sequence; undefined: it was one of the orders. */
  readonly number?: number;
}

export interface Findings {
  readonly sequences: number;
  readonly orders: number;
  readonly findings: readonly Finding[];
  /** Problems beyond those listed. */
  readonly more: number;
}

const LISTED = 10;

/** Runs an assignment; the same one always finds the same. */
export function hunt(typescript: typeof TypeScript, assignment: Assignment): Findings {
  const sandbox = new Sandbox(typescript, assignment.mutation);
  const onRejection = (reason: unknown) => sandbox.onUnhandledRejection(reason);
  process.on('unhandledRejection', onRejection);
  try {
    return new Hunt(sandbox, assignment).run();
  } finally {
    process.off('unhandledRejection', onRejection);
  }
}

class Hunt {
  private sequences = 0;
  private orders = 0;
  private more = 0;
  private readonly findings: Finding[] = [];
  private readonly processes: readonly Simulated[];

  constructor(
    private readonly sandbox: Sandbox,
    private readonly assignment: Assignment,
  ) {
    const { flow } = assignment;
    this.processes = PROCESSES.filter((one) => flow === undefined || one.flow === flow);
    const missing = this.processes.filter((one) => !sandbox.flows.includes(one.flow));
    if (missing.length > 0) throw new Error(`no workflow is named ${missing.map((one) => one.flow).join(', ')}`);
  }

  run(): Findings {
    const { seed, from, until, step, permuted } = this.assignment;
    for (let number = from; number < until && !this.isEnough; number += step) {
      this.sequences += 1;
      this.examine(randomSequence(this.processes, seed, number), number);
    }
    if (permuted > 0) this.examineOrders(permuted, from, step);
    return { sequences: this.sequences, orders: this.orders, findings: this.findings, more: this.more };
  }

  private examineOrders(longest: number, from: number, step: number): void {
    for (const { flow, setups, permuted } of this.processes) {
      const [setup = ''] = Object.keys(setups);
      let count = 0;
      for (const events of permutations(permuted, longest)) {
        count += 1;
        if (count % step !== from % step) continue;
        if (this.isEnough) return;
        this.orders += 1;
        this.examine({ flow, setup, events });
      }
    }
  }

  private get isEnough(): boolean {
    return this.assignment.untilFound === true && this.findings.length > 0;
  }

  private examine(sequence: Sequence, number?: number): void {
    const problem = this.problem(sequence);
    if (problem === undefined) return;
    const kind = kindOf(problem);
    const isKnown = this.findings.some((one) => one.sequence.flow === sequence.flow && kindOf(one.problem) === kind);
    if (isKnown || this.findings.length >= LISTED) {
      this.more += 1;
      return;
    }
    const smallest = shrunk(sequence, (candidate) => {
      const other = this.problem(candidate);
      return other !== undefined && kindOf(other) === kind;
    });
    this.findings.push({ problem, sequence, shrunk: smallest, ...(number === undefined ? {} : { number }) });
  }

  private problem(sequence: Sequence): string | undefined {
    const simulated = this.processes.find((one) => one.flow === sequence.flow)!;
    return problemOf(this.sandbox, simulated, sequence);
  }
}

/** Problems that differ in numbers only are one. */
export function kindOf(problem: string): string {
  return problem.replace(/[0-9]+/g, '#').slice(0, 80);
}

/** A finding, for a person: what, and how to see it again. */
export function report({ problem, sequence, shrunk: smallest, number }: Finding, seed: number): string {
  const where = number === undefined ? 'one of the orders' : `seed ${seed}, sequence ${number}`;
  return [
    `${sequence.flow}: ${problem}`,
    `  ${where}: started ${sequence.setup}, [${sequence.events.join(', ')}]`,
    `  shrunk: [${smallest.events.join(', ')}]`,
    ...(number === undefined ? [] : [`  again: npm run simulate -- --seed ${seed} --only ${number}`]),
  ].join('\n');
}
