import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FLOWS } from '../../src/interface';
import type { Flow } from '../../src/interface';
import { startDevRig } from './dev-server';
import type { DevRig } from './dev-server';
import { STRAIGHT_WAYS } from './straight-ways';

describe('every process goes its straight way, on a dev server with notifications', () => {
  let rig: DevRig;
  beforeAll(async () => {
    rig = await startDevRig();
  });
  afterAll(() => rig?.close());

  it.concurrent.each(Object.keys(FLOWS) as Flow[])('%s', async (flow) => {
    const { workflowId, runId } = await STRAIGHT_WAYS[flow](rig);
    const { type, status } = await rig.client.workflow.getHandle(workflowId, runId).describe();
    expect({ type, status: status.name }).toEqual({ type: flow, status: 'COMPLETED' });
  });
});
