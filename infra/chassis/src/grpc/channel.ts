import type { ChannelOptions } from '@grpc/grpc-js';
import { idempotencyOf } from './contracts.ts';
import { methodName, serviceName } from './paths.ts';
import type { Service } from './service.ts';

const retryPolicy = {
  maxAttempts: 3,
  initialBackoff: '0.05s',
  maxBackoff: '1s',
  backoffMultiplier: 4,
  retryableStatusCodes: ['UNAVAILABLE'],
};

/** Retries stop while more than a third of the calls fail: a server in trouble is not helped by more of them. */
const retryThrottling = { maxTokens: 100, tokenRatio: 0.5 };

/** Which methods may be tried again is read from their contracts. */
function serviceConfig(service: Service): string {
  const retried = Object.values(service)
    .filter(({ path }) => idempotencyOf(path) !== 'none')
    .map(({ path }) => ({ service: serviceName(path), method: methodName(path) }));
  return JSON.stringify({
    loadBalancingConfig: [{ round_robin: {} }],
    methodConfig: retried.length > 0 ? [{ name: retried, retryPolicy }] : [],
    retryThrottling,
  });
}

export const channelOptions = (service: Service): ChannelOptions => ({
  'grpc.service_config': serviceConfig(service),
  'grpc.service_config_disable_resolution': 1,
  'grpc.keepalive_time_ms': 30_000,
  'grpc.keepalive_timeout_ms': 10_000,
  'grpc.keepalive_permit_without_calls': 1,
  'grpc.initial_reconnect_backoff_ms': 100,
  // A replica that came back must be known before the next one goes: no rollout waits longer than a few seconds.
  'grpc.max_reconnect_backoff_ms': 1_000,
  // Services speak to one another directly, whatever proxy the machine has for the world outside.
  'grpc.enable_http_proxy': 0,
  'grpc.enable_channelz': 0,
});
