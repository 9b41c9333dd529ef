import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse, parseAllDocuments } from 'yaml';

export const projectDir = fileURLToPath(new URL('../..', import.meta.url));

export const readText = (path: string): string => readFileSync(join(projectDir, path), 'utf8');

/** A file of one document; `<<` is followed, as compose does it. */
export const readYaml = (path: string): unknown => parse(readText(path), { merge: true });

export const readJson = (path: string): unknown => JSON.parse(readText(path));

interface Health {
  test: string[];
}

export interface ComposeService {
  image?: string;
  environment?: Record<string, string>;
  command?: string[];
  profiles?: string[];
  ports?: string[];
  depends_on?: Record<string, { condition: string }>;
  healthcheck?: Health;
  stop_grace_period?: string;
}

export interface Compose {
  services: Record<string, ComposeService>;
}

interface EnvVar {
  name: string;
  value?: string;
  valueFrom?: { secretKeyRef: { name: string; key: string } };
}

interface Probe {
  httpGet: { path: string; port: string };
}

export interface Container {
  env: EnvVar[];
  envFrom: unknown[];
  ports: { name: string; containerPort: number }[];
  startupProbe: Probe;
  livenessProbe: Probe;
  readinessProbe: Probe;
  lifecycle: { preStop: { sleep: { seconds: number } } };
  resources: { requests: Record<string, string>; limits: Record<string, string> };
  securityContext: Record<string, unknown>;
}

export interface Manifest<Spec = unknown> {
  kind: string;
  metadata: { name: string; annotations?: Record<string, string> };
  spec: Spec;
}

interface Pod {
  metadata: { labels: Record<string, string> };
  spec: {
    automountServiceAccountToken: boolean;
    terminationGracePeriodSeconds: number;
    securityContext: Record<string, unknown>;
    containers: Container[];
  };
}

export type Deployment = Manifest<{ selector: { matchLabels: Record<string, string> }; template: Pod }>;

const base = 'deploy/k8s/base';

/** The documents of `deploy/k8s/base`, by kind. */
export const manifests = <M extends Manifest>(kind: string): M[] =>
  readdirSync(join(projectDir, base))
    .filter((name) => name.endsWith('.yaml') && name !== 'kustomization.yaml')
    .flatMap((name) => parseAllDocuments(readText(join(base, name))))
    .map((document) => document.toJS() as M)
    .filter((manifest) => manifest.kind === kind);

/** What stands in an env file, or in `.env.example` with every key uncommented. */
export const settingsOf = (path: string): Record<string, string> =>
  Object.fromEntries(
    readText(path)
      .split('\n')
      .flatMap((line) => {
        const [, key, value] = /^#? ?([A-Z][A-Z0-9_]*)=(.*)$/.exec(line) ?? [];
        return key === undefined ? [] : [[key, value ?? '']];
      }),
  );
