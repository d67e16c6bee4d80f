#!/usr/bin/env node
import { createProgram } from './commands/program';
import { report } from './commands/report';

createProgram().parseAsync().catch(report);
