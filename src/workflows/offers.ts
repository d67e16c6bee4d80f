import { CancellationScope, defineUpdate, setHandler } from '@temporalio/workflow';
import { conflict } from './failures';

/** When an update is possible, and how that is put into words. */
export interface Offer<Args extends unknown[]> {
  /** What it does, for a person who sees it listed. */
  readonly description: string;
  /** Whether the process is in a state that allows it; it never is once the process has a result. Default: it is. */
  readonly isPossible?: () => boolean;
  /** The same in words, after "It is possible": `while the order is unpaid`. Default: `until the process ends`. */
  readonly when?: string;
  /** Throws `InvalidInput` when the argument is wrong, whatever the state. A person may have typed it. */
  readonly check?: (...args: Partial<Args>) => void;
}

/**
 * The updates of one process. One that comes in a state that does not allow it is rejected as Conflict, which names the
 * state and what is possible there; nothing of it is written into the history.
 */
export class Offers {
  private readonly known = new Map<string, () => boolean>();

  constructor(
    private readonly process: () => { readonly flow: string; readonly state: string; readonly ended: boolean },
  ) {}

  add<Args extends unknown[], Answer>(
    name: string,
    { description, isPossible = () => true, when = 'until the process ends', check }: Offer<Args>,
    handler: (...args: Args) => Answer | Promise<Answer>,
  ): void {
    this.known.set(name, isPossible);
    // What was accepted is done to its end and answered, also while the process is being cancelled.
    const answer = (...args: Args) => CancellationScope.nonCancellable(async () => handler(...args));
    setHandler(defineUpdate<Answer, Args>(name), answer, {
      description,
      validator: (...args: Args) => {
        check?.(...(args as Partial<Args>));
        if (this.process().ended || !isPossible()) throw this.refusal(name, when);
      },
    });
  }

  private refusal(name: string, when: string): Error {
    const { flow, state, ended } = this.process();
    const possible = ended ? [] : [...this.known].filter(([, isPossible]) => isPossible()).map(([other]) => other);
    const now =
      possible.length === 0
        ? 'Nothing is possible now but to wait or to cancel'
        : `Possible now: ${possible.join(', ')}`;
    return conflict(`${name} is not possible: this ${flow} is ${state}. It is possible ${when}. ${now}.`);
  }
}
