import type { Server } from '@grpc/grpc-js';
import { ReflectionService } from '@grpc/reflection';
import { descriptorFiles } from './contracts.ts';

/**
 * Answers grpcurl and the like. Each file's descriptor goes in unchanged: what proto-loader makes of them loses the
 * imports between packages.
 */
export function addReflection(server: Pick<Server, 'addService'>, services: readonly string[]): void {
  const contracts = { fileDescriptorProtos: descriptorFiles() };
  new ReflectionService({ contracts } as never, { services: [...services] }).addToServer(server);
}
