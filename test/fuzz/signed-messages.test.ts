import { describe } from 'vitest';
import { notification, opening, unchangedHeaders, v2Notification, verification } from './signed-messages';
import { prove } from './prove';

describe('any message that claims to be signed', () =>
  prove(notification, opening, unchangedHeaders, v2Notification, verification));
