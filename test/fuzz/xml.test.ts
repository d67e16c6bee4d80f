import { describe } from 'vitest';
import { xmlRead, xmlWritten } from './xml';
import { prove } from './prove';

describe('any bytes as XML', () => prove(xmlRead, xmlWritten));
