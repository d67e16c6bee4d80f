import type { Problem } from '../wechatpay/errors';
import { ValueProblem } from './errors';
import type { Values } from './values';
import { PARSERS } from './values';
import type { Variable, VariableName } from './variables';
import { VARIABLES } from './variables';

export type Environment = Readonly<Record<string, string | undefined>>;

type TypeOf<N extends VariableName> = (typeof VARIABLES)[N]['type'];
export type ValueOf<N extends VariableName> = TypeOf<N> extends keyof Values ? Values[TypeOf<N>] : string;

/** Collects every problem instead of stopping at the first. */
export class Problems {
  readonly list: Problem[] = [];

  add(path: string, code: string, expected: string, remedy: string, got?: string): void {
    this.list.push(got === undefined ? { code, path, expected, remedy } : { code, path, expected, got, remedy });
  }

  /** Runs a parser; its problem is kept under `path`. */
  attempt<T>(path: string, parse: () => T): T | undefined {
    try {
      return parse();
    } catch (error) {
      if (!(error instanceof ValueProblem)) throw error;
      this.add(path, error.code, error.expected, error.remedy, error.got);
      return undefined;
    }
  }
}

/** Reads one environment through the table. Every variable is parsed once, whether or not somebody asks for it. */
export class VariableReader {
  private readonly parsed = new Map<VariableName, unknown>();

  constructor(
    private readonly env: Environment,
    problems: Problems,
  ) {
    for (const [name, variable] of Object.entries<Variable>(VARIABLES) as [VariableName, Variable][]) {
      if (variable.type === 'temporal') continue;
      const text = env[name];
      if (text !== undefined && text.trim() === '') {
        problems.add(name, 'empty', 'a value, or the variable unset', `Unset ${name} or give it a value.`, 'nothing');
        continue;
      }
      const raw = text ?? variable.default;
      const { type } = variable;
      if (raw !== undefined)
        this.parsed.set(
          name,
          problems.attempt(name, () => PARSERS[type](raw)),
        );
    }
  }

  /** The parsed value; `undefined` if the variable is unset without a default, or wrong. */
  get<N extends VariableName>(name: N): ValueOf<N> | undefined {
    return this.parsed.get(name) as ValueOf<N> | undefined;
  }

  /** Is it in the environment, right or wrong? */
  isSet(name: VariableName): boolean {
    return this.env[name] !== undefined;
  }
}
