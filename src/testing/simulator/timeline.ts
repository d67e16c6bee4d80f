/** How often due events are looked for while there are any, real milliseconds. */
const TICK_MS = 10;

interface Due {
  readonly at: number;
  readonly order: number;
  readonly action: () => void;
}

const before = (a: Due, b: Due): boolean => a.at < b.at || (a.at === b.at && a.order < b.order);

/** Events of the simulated world in the order of its own clock, which may be any function of real time. */
export class Timeline {
  readonly #heap: Due[] = [];
  #order = 0;
  #timer: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(private readonly now: () => number) {}

  /** @param at simulated milliseconds since the epoch */
  schedule(at: number, action: () => void): void {
    if (this.#closed) return;
    const heap = this.#heap;
    let child = heap.push({ at, order: this.#order++, action }) - 1;
    while (child > 0) {
      const parent = (child - 1) >> 1;
      if (!before(heap[child] as Due, heap[parent] as Due)) break;
      [heap[child], heap[parent]] = [heap[parent] as Due, heap[child] as Due];
      child = parent;
    }
    this.#timer ??= setInterval(() => this.advance(), TICK_MS).unref();
  }

  /** Runs everything that is due. */
  advance(): void {
    for (let next = this.#heap[0]; next && next.at <= this.now(); next = this.#heap[0]) {
      this.#pop();
      next.action();
    }
    if (this.#heap.length === 0) this.#stop();
  }

  clear(): void {
    this.#heap.length = 0;
    this.#stop();
  }

  close(): void {
    this.#closed = true;
    this.clear();
  }

  #stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  #pop(): void {
    const heap = this.#heap;
    const last = heap.pop();
    if (heap.length === 0 || last === undefined) return;
    heap[0] = last;
    for (let parent = 0; ;) {
      let smallest = parent;
      for (const child of [2 * parent + 1, 2 * parent + 2]) {
        if (child < heap.length && before(heap[child] as Due, heap[smallest] as Due)) smallest = child;
      }
      if (smallest === parent) return;
      [heap[parent], heap[smallest]] = [heap[smallest] as Due, heap[parent] as Due];
      parent = smallest;
    }
  }
}
