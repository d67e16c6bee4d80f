// One worker process of the comparison: `node worker.mjs NAME`, with the environment of our own worker.
// Two Temporal workers in one process with the options of the ready worker, whichever workflows and activities they run.
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { bundleWorkflowCode, DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker';
import { signedCalls, stubs, stubsOfOurs } from './activities.mjs';
import { encryptingConverter } from './codec.mjs';

const require = createRequire(import.meta.url);
const { loadConfig, startWorker } = require('../../lib/worker.js');
const { workflowCode } = require('../../lib/workflow-code.js');

const [name] = process.argv.slice(2);
const { env } = process;
const quiet = { log() {}, trace() {}, debug() {}, info() {}, warn() {}, error() {} };
const bareWorkflows = fileURLToPath(new URL('bare-workflows.mjs', import.meta.url));
/** Its modules are evaluated once per worker too, as those of ours are: src/workflow-code.ts. */
const bundleBare = () =>
  bundleWorkflowCode({ workflowsPath: bareWorkflows, preloadModules: [bareWorkflows], logger: quiet });

const dataConverter =
  env.BENCH_CODEC_KEY === undefined ? undefined : encryptingConverter(Buffer.from(env.BENCH_CODEC_KEY, 'hex'));

/** What each of them runs; the package itself also runs as `temporal-wechatpay worker`. */
const VARIANTS = {
  package: () => startWorker({ config: loadConfig(env, { needs: ['merchants', 'temporal'] }), dataConverter }),
  ours: async () => pair(await workflowCode(), stubsOfOurs),
  bare: async () => pair(await bundleBare(), stubs),
  bareCalls: async () =>
    pair(
      await bundleBare(),
      signedCalls({
        baseUrl: env.WECHATPAY_V3_BASE_URL,
        mchid: env.WECHATPAY_MCHID,
        serial: env.WECHATPAY_MERCHANT_SERIAL,
        privateKeyFile: env.WECHATPAY_MERCHANT_KEY_FILE,
      }),
    ),
};

async function pair(workflowBundle, activities) {
  const connection = await NativeConnection.connect({ address: env.TEMPORAL_ADDRESS });
  const shared = { connection, namespace: env.TEMPORAL_NAMESPACE, dataConverter };
  const taskQueue = env.WECHATPAY_TASK_QUEUE;
  const both = await Promise.all([
    Worker.create({ ...shared, taskQueue, workflowBundle, maxCachedWorkflows: 200 }),
    Worker.create({ ...shared, taskQueue: `${taskQueue}-api`, activities }),
  ]);
  for (const worker of both) void worker.run();
  return { state: () => (both.every((worker) => worker.getState() === 'RUNNING') ? 'RUNNING' : 'STARTING') };
}

if (VARIANTS[name] === undefined) throw new Error(`no variant is named ${name}`);
Runtime.install({ logger: new DefaultLogger('ERROR') });
const running = await VARIANTS[name]();
createServer((request, response) => {
  response.writeHead(request.url === '/readyz' && running.state() === 'RUNNING' ? 200 : 503).end();
}).listen(Number(env.METRICS_PORT), '127.0.0.1');
