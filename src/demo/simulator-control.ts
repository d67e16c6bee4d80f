import type { CallCount, Script } from '../testing';

/** The few control requests the demo makes, over HTTP, because the simulator is a process of its own. */
export class SimulatorControl {
  constructor(private readonly url: string) {}

  script(script: Script): Promise<void> {
    return this.post('script', script);
  }

  registerPayer(payer: { transaction_id: string; certificate_id: string; certificate_name: string }): Promise<void> {
    return this.post('payers', payer);
  }

  /** How often WeChat Pay was asked about a business number. */
  async queries(...keys: readonly string[]): Promise<number> {
    const response = await fetch(`${this.url}/_simulator/calls`);
    const calls = (await response.json()) as CallCount[];
    return calls
      .filter(({ call, key }) => key !== undefined && keys.includes(key) && /query/.test(call))
      .reduce((sum, { count }) => sum + count, 0);
  }

  private async post(path: string, body: object): Promise<void> {
    const response = await fetch(`${this.url}/_simulator/${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    if (!response.ok) throw new Error(`simulator: ${path}: ${response.status} ${await response.text()}`);
  }
}
