import { describe } from 'vitest';
import { v2Answers, v3Answers, v3Signed } from './answers';
import { prove } from './prove';

describe('any answer', () => prove(v2Answers, v3Answers, v3Signed));
