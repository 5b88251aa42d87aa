// Makes gen/ from the contracts: TypeScript for Node, and the descriptor image that reflection and retries read.
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

const here = import.meta.dirname;
const require = createRequire(import.meta.url);
const packageDir = (name: string) => dirname(require.resolve(`${name}/package.json`));

const vendored: [from: string, to: string][] = [
  [join(packageDir('google-proto-files'), 'google/rpc/status.proto'), 'google/rpc/status.proto'],
  [join(packageDir('google-proto-files'), 'google/rpc/error_details.proto'), 'google/rpc/error_details.proto'],
  [join(packageDir('grpc-health-check'), 'proto/health/v1/health.proto'), 'grpc/health/v1/health.proto'],
];

rmSync(join(here, 'gen'), { recursive: true, force: true });
for (const [from, to] of vendored) {
  const target = join(here, 'gen/vendor', to);
  mkdirSync(dirname(target), { recursive: true });
  cpSync(from, target);
}

const buf = (...args: string[]) =>
  execFileSync(process.execPath, [require.resolve('@bufbuild/buf/bin/buf'), ...args], { cwd: here, stdio: 'inherit' });
buf('generate');
buf('build', '-o', 'gen/image.binpb');
