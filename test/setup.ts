import fc from 'fast-check';

// The same cases at every run, so that a failure is the change's and not the day's. FUZZ_SEED=random looks further.
const seed = process.env['FUZZ_SEED'];
if (seed !== 'random') fc.configureGlobal({ ...fc.readConfigureGlobal(), seed: Number(seed ?? 42) });
