// What the page of figures shows: from which raw results, and how each is repeated.

/** `also`: the same in another form, shown where there are raw results of it. */
export const SECTIONS = [
  {
    name: 'faults',
    command: 'npm run faults -- --seed 42 --keys 10000',
    charts: ['faults-progress'],
    also: { name: 'faults-postgres', command: 'npm run faults -- --seed 8 --keys 500 --server postgres' },
  },
  { name: 'webhook', command: 'npm run bench:webhook', charts: ['webhook-latency', 'webhook-ratio', 'webhook-forged'] },
  {
    name: 'workflow',
    command: 'npm run bench:workflow',
    charts: ['workflow-cpu', 'workflow-history', 'workflow-memory'],
  },
  { name: 'scale', command: 'npm run bench:scale', charts: ['scale-throughput', 'scale-cores'] },
  { name: 'protocol', command: 'npm run bench:protocol', charts: ['protocol-ratios'] },
  { name: 'constant-time', command: 'npm run bench:constant-time' },
];

/** What an image shows, for those who do not see it. */
export const ALT = {
  'faults-progress': 'Keys closed and faults injected over time, with the outages marked',
  'webhook-latency': 'Time of a notification by rate, webhook and bare signal, median and p99',
  'webhook-ratio': 'Ratio of webhook to bare signal by rate, with the goal',
  'webhook-forged': 'Time of genuine notifications alone and beside a flood of forged ones',
  'workflow-cpu': 'Ratio of processor time of a declaration to a bare workflow, with the goals',
  'workflow-history': 'History events and bytes by number of polls, ours and a timer loop',
  'workflow-memory': 'Memory of a worker by open declarations, with the goal',
  'scale-throughput': 'Declarations a second by declarations in flight, one line per number of workers',
  'scale-cores': 'Cores in use by process at the largest throughput',
  'protocol-ratios': 'How much faster the protocol layer is than each of the others, on a log axis',
};
