import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fromBinary, toBinary } from '@bufbuild/protobuf';
import {
  FileDescriptorProtoSchema,
  type FileDescriptorSet,
  FileDescriptorSetSchema,
  MethodOptions_IdempotencyLevel as Level,
} from '@bufbuild/protobuf/wkt';

/** What a method promises about being called twice. */
export type Idempotency = 'none' | 'idempotent' | 'no side effects';

let image: FileDescriptorSet | undefined;
let idempotency: Map<string, Idempotency> | undefined;

function readImage(): FileDescriptorSet {
  image ??= fromBinary(
    FileDescriptorSetSchema,
    readFileSync(createRequire(import.meta.url).resolve('@giaolo/proto/image')),
  );
  return image;
}

const levels: Readonly<Record<number, Idempotency>> = {
  [Level.IDEMPOTENT]: 'idempotent',
  [Level.NO_SIDE_EFFECTS]: 'no side effects',
};

/** `idempotency_level` of the method with this path, as its contract has it. */
export function idempotencyOf(path: string): Idempotency {
  idempotency ??= new Map(
    readImage().file.flatMap((file) =>
      file.service.flatMap((service) =>
        service.method.map((method) => [
          `/${file.package}.${service.name}/${method.name}`,
          levels[method.options?.idempotencyLevel ?? Level.IDEMPOTENCY_UNKNOWN] ?? 'none',
        ]),
      ),
    ),
  );
  return idempotency.get(path) ?? 'none';
}

/** Each file of the contracts as its descriptor's bytes, imports included. */
export const descriptorFiles = (): Buffer[] =>
  readImage().file.map((file) => Buffer.from(toBinary(FileDescriptorProtoSchema, file)));
