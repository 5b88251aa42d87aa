import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { z } from 'zod';

const config = z.record(z.string(), z.union([z.string(), z.number()]).transform(String));

const entry = z.strictObject({
  name: z.string().regex(/^[a-z]+(\.[a-z-]+)+\.v[1-9]\d*$/),
  producer: z.union([z.string().transform((name) => [name]), z.array(z.string())]),
  consumers: z.array(z.string()),
  key: z.string(),
  partitions: z.int().min(1).max(64),
  value: z.string().optional(),
  personalData: z.enum(['none', 'vehicle', 'person']),
  config,
});

/** One line of topics.yaml; `config` as Kafka takes it. */
export type TopicEntry = z.infer<typeof entry>;

/** Where topics.yaml stands. */
export const registryFile = `${import.meta.dirname}/../topics.yaml`;

/** All topics of the platform, as topics.yaml has them. */
export function readRegistry(): TopicEntry[] {
  const file = z.strictObject({ everyTopic: config, topics: z.array(entry) });
  const { everyTopic, topics } = file.parse(parse(readFileSync(registryFile, 'utf8')));
  return topics.map((topic) => ({ ...topic, config: { ...everyTopic, ...topic.config } }));
}
