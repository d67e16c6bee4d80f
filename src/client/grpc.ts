import { isGrpcServiceError } from '@temporalio/client';

/** The gRPC codes this package reacts to. Source: gRPC, "Status codes and their use". */
const CODES = { DEADLINE_EXCEEDED: 4, NOT_FOUND: 5, ALREADY_EXISTS: 6, UNIMPLEMENTED: 12 } as const;

export function isGrpcStatus(error: unknown, status: keyof typeof CODES): boolean {
  return isGrpcServiceError(error) && Number(error.code) === CODES[status];
}
