/** Whether a process can do its work right now, and if not, why. */
export interface ReadinessReport {
  readonly ready: boolean;
  readonly reasons: readonly string[];
}
