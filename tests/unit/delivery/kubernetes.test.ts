import { Registry } from 'prom-client';
import { loadEnv } from '../../../src/config/env.js';
import { createStockMetrics } from '../../../src/services/stock-metrics.service.js';
import { manifests, readText, readYaml, settingsOf, type Deployment, type Manifest } from '../../helpers/delivery.js';

const deployments = manifests<Deployment>('Deployment');
const settings = settingsOf('deploy/k8s/base/settings.env');

/** The settings of a pod, with what comes from the secret filled in. */
const environmentOf = ({ spec }: Deployment): Record<string, string> => {
  const secrets: Record<string, string> = {
    MONGO_URI: 'mongodb://mongo.example/?replicaSet=rs0',
    REDIS_URL: 'redis://redis.example',
    QUEUE_REDIS_URL: 'redis://queue.example',
    RABBITMQ_URL: 'amqp://rabbit.example',
    JWT_SECRET: 'a secret of the tests, which is long enough',
    ADMIN_EMAIL: 'admin@stockroom.test',
    ADMIN_PASSWORD: 'a password of the tests',
    METRICS_TOKEN: 'a token of the tests',
    SMTP_URL: 'smtp://mail.example',
  };
  const own = spec.template.spec.containers.flatMap(({ env }) =>
    env.map(({ name, value }) => [name, value ?? secrets[name] ?? ''] as const),
  );
  return { ...settings, ...Object.fromEntries(own) };
};

describe('the Kubernetes manifests', () => {
  it('when a pod starts, then its settings are complete and its port is the one that is probed', () => {
    expect(deployments.map(({ metadata }) => metadata.name).sort()).toEqual(['orders', 'products', 'worker']);
    for (const deployment of deployments) {
      const env = loadEnv(environmentOf(deployment));
      expect(env.SERVICE).toBe(deployment.metadata.name);
      const [container] = deployment.spec.template.spec.containers;
      expect(container?.ports).toEqual([{ name: 'http', containerPort: env.PORT }]);
      expect(container?.startupProbe.httpGet).toEqual({ path: '/healthz', port: 'http' });
      expect(container?.livenessProbe.httpGet).toEqual({ path: '/healthz', port: 'http' });
      expect(container?.readinessProbe.httpGet).toEqual({ path: '/readyz', port: 'http' });
    }
  });

  it('when a pod is asked to leave, then its grace outlasts the preStop sleep and the orderly stop', () => {
    for (const deployment of deployments) {
      const { spec } = deployment.spec.template;
      const sleeps = spec.containers.map(({ lifecycle }) => lifecycle.preStop.sleep.seconds);
      const neededMs = Math.max(...sleeps) * 1000 + loadEnv(environmentOf(deployment)).SHUTDOWN_GRACE_MS;
      expect(spec.terminationGracePeriodSeconds * 1000).toBeGreaterThan(neededMs);
    }
  });

  it('when a pod runs, then it has no rights that it does not need', () => {
    for (const { spec } of deployments) {
      const pod = spec.template.spec;
      expect(pod.automountServiceAccountToken).toBe(false);
      expect(pod.securityContext).toMatchObject({ runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } });
      for (const { securityContext, resources } of pod.containers) {
        expect(securityContext).toEqual({
          allowPrivilegeEscalation: false,
          readOnlyRootFilesystem: true,
          capabilities: { drop: ['ALL'] },
        });
        expect(Object.keys(resources.requests)).toEqual(Object.keys(resources.limits));
      }
    }
  });

  it('when a value is secret, then it stands nowhere but in the secret, whose keys the documentation lists', () => {
    const documented = readText('docs/kubernetes.md');
    for (const { spec } of deployments) {
      for (const { name, value, valueFrom } of spec.template.spec.containers.flatMap(({ env }) => env)) {
        expect([name, (value === undefined) !== (valueFrom === undefined)]).toEqual([name, true]);
        if (valueFrom === undefined) expect(['SERVICE', 'PORT', 'RUN_JOBS']).toContain(name);
        else expect(documented).toContain(`\`${valueFrom.secretKeyRef.key}\``);
      }
    }
  });

  it('when something selects pods, then there are such pods, but for those of other people', () => {
    const names = deployments.map(({ spec }) => spec.template.metadata.labels['app.kubernetes.io/name']);
    expect(deployments.map(({ spec }) => spec.selector.matchLabels['app.kubernetes.io/name'])).toEqual(names);
    for (const kind of ['Service', 'PodDisruptionBudget', 'NetworkPolicy']) {
      for (const manifest of manifests(kind)) {
        const selected = JSON.stringify(manifest).matchAll(/"app\.kubernetes\.io\/name":"([^"]+)"/g);
        for (const [, name] of selected) expect(names).toContain(name);
      }
    }
    // A label that kustomize added to every selector would end up here too, and no pod could look a name up.
    expect(JSON.stringify(readYaml('deploy/k8s/base/kustomization.yaml'))).not.toMatch(/includeSelectors|commonLabels/);
  });

  it('when purchases are scaled, then by a metric that the service has', () => {
    const registry = new Registry();
    createStockMetrics(registry).watchQueue(() => ({ size: 0, ageMs: 0 }));
    const [, name] = /name: (\w+_length)/.exec(readText('deploy/k8s/overlays/production/queue-length.yaml')) ?? [];
    expect(registry.getMetricsAsArray().map((metric) => metric.name)).toContain(name);
    expect(readText('docs/kubernetes.md')).toContain(`${name ?? ''}{`);
  });

  it("when buyers of one product come, then the ingress hashes their path and no other's", () => {
    interface Rules {
      rules: { http: { paths: { path: string; backend: { service: { name: string } } }[] } }[];
    }
    const hashed = manifests<Manifest<Rules>>('Ingress').filter(
      ({ metadata }) => metadata.annotations?.['nginx.ingress.kubernetes.io/upstream-hash-by'] !== undefined,
    );
    expect(
      hashed.map(({ metadata }) => metadata.annotations?.['nginx.ingress.kubernetes.io/upstream-hash-by']),
    ).toEqual(['$uri']);
    const paths = hashed.flatMap(({ spec }) => spec.rules.flatMap(({ http }) => http.paths));
    expect(paths.map(({ backend }) => backend.service.name)).toEqual(['products']);
    const matches = (url: string): boolean => paths.some(({ path }) => new RegExp(`^${path}`).test(url));
    const id = '01890a5d-ac96-774b-bcce-b302099a8057';
    expect(matches(`/api/v1/products/${id}/purchase`)).toBe(true);
    expect(matches(`/api/v1/products/${id}`)).toBe(false);
    expect(matches(`/api/v1/products/${id}/purchase/more`)).toBe(false);
  });
});
