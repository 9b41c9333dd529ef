/**
 * Looks over what the service is delivered by, without a Docker engine and without a cluster: `npm run check:delivery`.
 * Dockerfiles by hadolint, compose files and workflows by their schemas, each Kubernetes overlay as it is built, strictly.
 */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { findKustomize } from './kustomize.mjs';
import { pythonTools, run } from './python-tools.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const fetchMs = 600_000;
/** Each takes a second or two; a machine that is busy with other things takes many times as long. */
const checkMs = 300_000;

const requirements = readFileSync(join(root, 'scripts', 'delivery-tools.txt'), 'utf8')
  .split('\n')
  .map((line) => line.trim())
  .filter((line) => line !== '' && !line.startsWith('#'));

const filesIn = (folder, pattern) =>
  readdirSync(join(root, folder), { recursive: true })
    .filter((name) => pattern.test(name))
    .map((name) => join(folder, name))
    .sort();

const found = {
  dockerfiles: ['Dockerfile', ...filesIn('deploy', /(^|\/)Dockerfile$/)],
  compose: readdirSync(root).filter((name) => /^docker-compose.*\.yml$/.test(name)),
  workflows: filesIn('.github/workflows', /\.ya?ml$/),
  overlays: [
    'deploy/k8s/migrate',
    ...readdirSync(join(root, 'deploy/k8s/overlays')).map((name) => join('deploy/k8s/overlays', name)),
  ],
};

/** Says what came of it. @returns whether all is well */
const check = async (what, program, args) => {
  const { code, output } = await run(program, args, { deadlineMs: checkMs, cwd: root });
  console.log(`${code === 0 ? 'ok    ' : 'FAILED'} ${what}`);
  if (code !== 0) console.log(output.trimEnd());
  return code === 0;
};

const checkOverlay = async (overlay, kustomize, bin, scratch) => {
  const built = await run(kustomize.program, [...kustomize.args, overlay], { deadlineMs: checkMs, cwd: root });
  if (built.code !== 0) {
    console.log(`FAILED ${overlay} cannot be built\n${built.output.trimEnd()}`);
    return false;
  }
  const file = join(scratch, `${overlay.replaceAll('/', '-')}.yaml`);
  writeFileSync(file, built.stdout);
  return check(`${overlay} as built`, join(bin, 'kubernetes-validate'), ['--strict', '--quiet', file]);
};

const main = async () => {
  const bin = await pythonTools({ name: 'delivery-tools', requirements, deadlineMs: fetchMs });
  const kustomize = await findKustomize(fetchMs);
  const scratch = mkdtempSync(join(tmpdir(), 'stockroom-delivery-'));
  const bySchema = (schema, files) =>
    check(files.join(', '), join(bin, 'check-jsonschema'), ['--builtin-schema', schema, ...files]);
  try {
    const results = [
      await check(found.dockerfiles.join(', '), join(bin, 'hadolint'), found.dockerfiles),
      await bySchema('vendor.compose-spec', found.compose),
      await bySchema('vendor.github-workflows', found.workflows),
    ];
    for (const overlay of found.overlays) results.push(await checkOverlay(overlay, kustomize, bin, scratch));
    return results.every(Boolean);
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
};

try {
  if (!(await main())) process.exitCode = 1;
} catch (error) {
  console.error(`The delivery was not checked: ${error.message}`);
  process.exitCode = 1;
}
