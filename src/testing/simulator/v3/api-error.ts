/** A message in the two languages the simulator speaks; `Accept-Language: en` chooses English. */
export interface Text {
  readonly en: string;
  readonly zh: string;
}

/** `detail` of an error body. The value is left out where it could be personal. */
export interface ErrorDetail {
  readonly field: string;
  readonly value?: string;
  readonly issue: string;
  readonly location: 'body' | 'url' | 'query';
}

/** An answer that is not 2xx. */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    readonly text: Text,
    readonly detail?: ErrorDetail,
  ) {
    super(`${code}: ${text.en}`);
  }
}

export const invalidRequest = (en: string, zh: string): ApiError => new ApiError(400, 'INVALID_REQUEST', { en, zh });
export const paramError = (en: string, zh: string, detail?: ErrorDetail): ApiError =>
  new ApiError(400, 'PARAM_ERROR', { en, zh }, detail);
