import { defineSignal, setHandler } from '@temporalio/workflow';
import type { VerifiedNotification } from '../interface';

/** Ids kept for de-duplication. WeChat Pay sends one notification at most some thirty times, within a day. */
const REMEMBERED = 200;

/** Verified notifications in the order they came, each at most once. The workflow's single thread is the lock. */
export class Inbox<Notification extends VerifiedNotification<string, unknown>> {
  private readonly waiting: Notification[] = [];
  private readonly known: Set<string>;

  /** `isUsable`: what its content must have; a signal typed by hand may hold anything, and is ignored then. */
  constructor(signal: string, isUsable: (data: Partial<Notification['data']>) => boolean, known?: readonly string[]) {
    this.known = new Set<string>(Array.isArray(known) ? (known as readonly string[]) : []);
    setHandler(defineSignal<[Notification]>(signal), (notification) => {
      if (typeof notification?.id !== 'string' || this.known.has(notification.id)) return;
      const data: unknown = notification.data;
      if (typeof data !== 'object' || data === null || !isUsable(data)) return;
      this.known.add(notification.id);
      const oldest = this.known.values().next();
      if (this.known.size > REMEMBERED && !oldest.done) this.known.delete(oldest.value);
      this.waiting.push(notification);
    });
  }

  get isEmpty(): boolean {
    return this.waiting.length === 0;
  }

  /** Whether one of those that wait is such a one. */
  peek(isSuch: (data: Notification['data']) => boolean): boolean {
    return this.waiting.some(({ data }) => isSuch(data));
  }

  /**
   * Has each one looked at, in their order, also those that come meanwhile. One that was acknowledged and not looked at to
   * the end, because that failed, waits again. `look` is awaited only where it has something to wait for.
   */
  async takeAll(look: (notification: Notification) => Promise<void> | undefined): Promise<void> {
    for (let notification = this.waiting.shift(); notification !== undefined; notification = this.waiting.shift()) {
      try {
        const looking = look(notification);
        if (looking !== undefined) await looking;
      } catch (error) {
        this.putBack([notification]);
        throw error;
      }
    }
  }

  /** To be taken again, before what came since. */
  putBack(notifications: readonly Notification[]): void {
    this.waiting.unshift(...notifications);
  }

  /** What has to be carried over when the run continues as new. */
  get seen(): readonly string[] {
    return [...this.known];
  }
}
