import * as typescript from 'typescript';
import { hunt } from './hunt';
import type { Assignment } from './hunt';

// One of several processes that share a simulation: it is given an assignment, and gives back what it found.
process.once('message', (assignment: Assignment) => {
  try {
    process.send?.({ findings: hunt(typescript, assignment) });
  } catch (error) {
    process.send?.({ error: error instanceof Error ? (error.stack ?? error.message) : String(error) });
  }
  process.disconnect?.();
});
