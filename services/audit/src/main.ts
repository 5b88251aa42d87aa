import { readConfig } from '@giaolo/chassis/config';
import { log } from '@giaolo/chassis/log';
import { run } from '@giaolo/chassis/run';
import { openService } from '@giaolo/chassis/service';
import { chainExtended } from '@giaolo/topics/topics';
import { recordsIn } from './adapters/chain-topic.ts';
import { auditConfig } from './config.ts';
import * as messages from './messages.ts';
import { startAudit } from './service.ts';

await run('audit', async (lifecycle) => {
  const config = readConfig(auditConfig, process.env);
  const { bus, clock, rights, openDecisions, serve } = await openService(lifecycle, config, messages);
  const { store, onCommitted, sweep } = await openDecisions();
  const topic = config.GIAOLO_TOPIC_PREFIX + chainExtended.name;
  const readRecords = recordsIn(topic, config.KAFKA_BROKERS, `${config.GIAOLO_SERVICE}-reader`);
  const covers = rights.covers.bind(rights);
  const audit = await startAudit({ store, bus, clock, onCommitted, readRecords, covers });
  sweep(audit.onDue);
  log.info({ address: await serve([audit.rpc]) }, 'listening');
});
