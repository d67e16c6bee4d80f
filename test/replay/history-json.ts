import { createRequire } from 'node:module';
import type * as Proto from '@temporalio/proto';

export type History = Proto.temporal.api.history.v1.IHistory;

/** A history as Temporal's own tools write it in JSON, under the id that our workflows compare their input with. */
export interface JsonHistory {
  readonly workflowId: string;
  readonly events: readonly unknown[];
}

/*
 * `historyToJSON` of @temporalio/common, and replaying a history given as JSON, fail with "type must be a Type" wherever
 * npm installs protobufjs twice for the SDK, as it must beside the version 7 of @grpc/proto-loader: the type is one of the
 * other copy. So the copy is taken that the types are of.
 */
interface ProtoJson {
  toJson(type: unknown, message: unknown): unknown;
  fromJson(type: unknown, json: unknown): unknown;
}

const load = createRequire(require.resolve('@temporalio/proto'));
const { toJson, fromJson } = load('protobufjs/ext/protojson') as ProtoJson;
const proto = load('@temporalio/proto') as typeof Proto;
const { patchProtobufRoot } = load('@temporalio/proto/lib/patch-protobuf-root') as {
  patchProtobufRoot(root: unknown): { lookupType(name: string): unknown };
};

const { History } = proto.temporal.api.history.v1;
const historyType = patchProtobufRoot(proto).lookupType('temporal.api.history.v1.History');

export function jsonOf(history: History, workflowId: string): JsonHistory {
  const { events } = toJson(historyType, History.fromObject(history)) as JsonHistory;
  return { workflowId, events };
}

export function historyOf({ events }: JsonHistory): History {
  return fromJson(historyType, { events }) as History;
}

/** How large a history is as Temporal stores it. */
export function bytesOf(history: History): number {
  return History.encode(History.fromObject(history)).finish().length;
}
