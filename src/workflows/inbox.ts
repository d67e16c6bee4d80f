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

  take(): Notification | undefined {
    return this.waiting.shift();
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
