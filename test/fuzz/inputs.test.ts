import { describe } from 'vitest';
import { inputs } from './inputs';
import { prove } from './prove';

describe('any input', () => prove(inputs));
