import { describe } from 'vitest';
import { json } from './json';
import { prove } from './prove';

describe('any bytes as JSON', () => prove(json));
