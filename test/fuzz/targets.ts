import { v2Answers, v3Answers, v3Signed } from './answers';
import { inputs } from './inputs';
import { json } from './json';
import { notification, opening, unchangedHeaders, v2Notification, verification } from './signed-messages';
import type { Target } from './target';
import { xmlRead, xmlWritten } from './xml';

/** Everything that reads what others wrote. */
export const TARGETS: readonly Target[] = [
  inputs,
  json,
  xmlRead,
  xmlWritten,
  verification,
  unchangedHeaders,
  opening,
  notification,
  v2Notification,
  v3Answers,
  v3Signed,
  v2Answers,
];
