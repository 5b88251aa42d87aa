import { ConfigError } from './config.ts';
import { createLifecycle, type Lifecycle } from './lifecycle.ts';
import { log } from './log.ts';

/**
 * Runs a service as this process: `start` is its list of steps, each registering how it is ended. Ready when `start`
 * has resolved. SIGTERM and SIGINT drain (at most 20 s, GIAOLO_DRAIN_PAUSE_MS of it still serving) and exit with 0, or 1
 * if the drain was not clean; a second signal exits at once. A fault that nobody caught exits with 1: what it left behind
 * cannot be trusted.
 */
export async function run(name: string, start: (lifecycle: Lifecycle) => Promise<void>): Promise<void> {
  const startedAt = performance.now();
  // That it is a number is for the service's own configuration to say, with everything else that is wrong.
  const lifecycle = createLifecycle({ pauseMs: Number(process.env['GIAOLO_DRAIN_PAUSE_MS'] ?? 0) || 0 });
  log.setBindings({ service: name });
  quietKafkajs();
  endOnFaults();
  endOnSignals(lifecycle);
  try {
    await start(lifecycle);
    lifecycle.setReady();
    log.info({ tookMs: Math.round(performance.now() - startedAt) }, `${name} is ready`);
  } catch (error) {
    // Whoever asked to stop while we were starting gets the exit of the drain.
    if (lifecycle.stopping.aborted) return;
    if (error instanceof ConfigError) process.stderr.write(`${name} cannot start:\n${error.message}\n`);
    else log.fatal({ err: error }, `${name} cannot start`);
    await lifecycle.stop();
    process.exit(1);
  }
}

function endOnSignals(lifecycle: Lifecycle): void {
  let asked = false;
  const end = (signal: string) => {
    if (asked) process.exit(1);
    asked = true;
    log.info({ signal }, 'stopping');
    void lifecycle.stop().then((clean) => process.exit(clean ? 0 : 1));
  };
  process.on('SIGTERM', end);
  process.on('SIGINT', end);
}

function endOnFaults(): void {
  const end = (error: unknown, origin: string) => {
    log.fatal({ err: error, origin }, 'a fault that nobody caught');
    process.exit(1);
  };
  process.on('uncaughtException', end);
  process.on('unhandledRejection', (reason) => end(reason, 'unhandledRejection'));
}

/** kafkajs 2.2.4 sets a negative timer on each new connection, which Node 24 warns about; all other warnings stay. */
function quietKafkajs(): void {
  process.env['KAFKAJS_NO_PARTITIONER_WARNING'] = '1';
  const printers = process.listeners('warning');
  process.removeAllListeners('warning');
  process.on('warning', (warning) => {
    if (warning.name === 'TimeoutNegativeWarning') return;
    for (const print of printers) print(warning);
  });
}
