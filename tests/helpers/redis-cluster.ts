import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createClient } from 'redis';
import { freePort, isListening } from '../../src/config/mongod-process.js';
import { waitFor } from './wait-for.js';

const host = '127.0.0.1';
const slots = 16_384;
const startMs = 30_000;

interface Node {
  port: number;
  child: ChildProcess;
  id: string;
}

export interface RedisCluster {
  /** The URL of each node; any of them will do. */
  urls: readonly string[];
  /** The number of the node that has this key. */
  ownerOf: (key: string) => Promise<number>;
  /** Hands the slot of this key, with all that is in it, to another node. @returns that node's number */
  moveSlotOf: (key: string) => Promise<number>;
  kill: (node: number) => Promise<void>;
  restart: (node: number) => Promise<void>;
  stop: () => Promise<void>;
}

const ask = async (port: number, ...args: string[]): Promise<unknown> => {
  const client = createClient({ url: `redis://${host}:${port}`, socket: { reconnectStrategy: false } });
  client.on('error', () => undefined);
  await client.connect();
  try {
    return await client.sendCommand(args);
  } finally {
    client.destroy();
  }
};

/** A port is free again as soon as it was found, and may be found twice. */
const otherFreePort = async (port: number): Promise<number> => {
  const found = await freePort();
  return found === port ? otherFreePort(port) : found;
};

const launch = async (port: number, busPort: number, dir: string): Promise<ChildProcess> => {
  const args = ['--port', String(port), '--bind', host, '--dir', dir, '--save', '', '--appendonly', 'no'];
  // Without it, a node that is away stops the others too.
  const cluster = [
    '--cluster-enabled',
    'yes',
    '--cluster-port',
    String(busPort),
    '--cluster-require-full-coverage',
    'no',
  ];
  const child = spawn('redis-server', [...args, ...cluster, '--cluster-node-timeout', '2000'], { stdio: 'ignore' });
  const onOurExit = () => child.kill('SIGKILL');
  process.once('exit', onOurExit);
  child.once('exit', () => process.off('exit', onOurExit));
  await waitFor(() => isListening(port), { deadlineMs: startMs, what: 'a node of the Redis Cluster' });
  return child;
};

const end = async (child: ChildProcess): Promise<void> => {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGKILL');
  await once(child, 'exit');
};

/** Shares the slots out, and waits until every node knows of every other. */
const join3 = async (nodes: readonly Node[], busPorts: readonly number[]): Promise<void> => {
  const share = Math.ceil(slots / nodes.length);
  for (const [index, { port }] of nodes.entries()) {
    const [from, to] = [index * share, Math.min(slots, (index + 1) * share) - 1];
    await ask(port, 'CLUSTER', 'ADDSLOTSRANGE', String(from), String(to));
    await ask(port, 'CLUSTER', 'SET-CONFIG-EPOCH', String(index + 1));
  }
  const [first, ...others] = nodes;
  for (const [index, { port }] of others.entries()) {
    await ask(first?.port ?? 0, 'CLUSTER', 'MEET', host, String(port), String(busPorts[index + 1]));
  }
  const isWhole = async ({ port }: Node): Promise<boolean> => {
    const info = String(await ask(port, 'CLUSTER', 'INFO'));
    return info.includes('cluster_state:ok') && info.includes(`cluster_slots_ok:${slots}`);
  };
  for (const node of nodes) await waitFor(() => isWhole(node), { deadlineMs: startMs, what: 'a whole cluster' });
};

/** Three masters without replicas, as processes of this machine. */
export const startRedisCluster = async (): Promise<RedisCluster> => {
  const dirs = await Promise.all([0, 1, 2].map(() => mkdtemp(join(tmpdir(), 'stockroom-redis-node-'))));
  const nodes: Node[] = [];
  const busPorts: number[] = [];
  const stop = async (): Promise<void> => {
    await Promise.all(nodes.map(({ child }) => end(child)));
    await Promise.all(dirs.map((dir) => rm(dir, { recursive: true, force: true })));
  };
  for (const dir of dirs) {
    const port = await freePort();
    const busPort = await otherFreePort(port);
    busPorts.push(busPort);
    const child = await launch(port, busPort, dir);
    nodes.push({ port, child, id: String(await ask(port, 'CLUSTER', 'MYID')) });
  }
  await join3(nodes, busPorts).catch(async (error: unknown) => {
    await stop();
    throw error;
  });
  const nodeAt = (number: number): Node => {
    const node = nodes[number];
    if (node === undefined) throw new Error(`there is no node ${number}`);
    return node;
  };
  const slotOf = async (key: string): Promise<string> => String(await ask(nodeAt(0).port, 'CLUSTER', 'KEYSLOT', key));
  const ownerOf = async (key: string): Promise<number> => {
    const slot = Number(await slotOf(key));
    const ranges = (await ask(nodeAt(0).port, 'CLUSTER', 'SLOTS')) as [number, number, [string, number]][];
    const port = ranges.find(([from, to]) => from <= slot && slot <= to)?.[2][1];
    return nodes.findIndex((node) => node.port === port);
  };
  return {
    urls: nodes.map(({ port }) => `redis://${host}:${port}`),
    ownerOf,
    moveSlotOf: async (key) => {
      const slot = await slotOf(key);
      const from = nodeAt(await ownerOf(key));
      const number = ((await ownerOf(key)) + 1) % nodes.length;
      const to = nodeAt(number);
      await ask(to.port, 'CLUSTER', 'SETSLOT', slot, 'IMPORTING', from.id);
      await ask(from.port, 'CLUSTER', 'SETSLOT', slot, 'MIGRATING', to.id);
      for (;;) {
        const keys = (await ask(from.port, 'CLUSTER', 'GETKEYSINSLOT', slot, '100')) as string[];
        if (keys.length === 0) break;
        await ask(from.port, 'MIGRATE', host, String(to.port), '', '0', '5000', 'KEYS', ...keys);
      }
      for (const { port } of [to, from, ...nodes]) await ask(port, 'CLUSTER', 'SETSLOT', slot, 'NODE', to.id);
      return number;
    },
    kill: (number) => end(nodeAt(number).child),
    restart: async (number) => {
      const node = nodeAt(number);
      node.child = await launch(node.port, busPorts[number] ?? 0, dirs[number] ?? '');
    },
    stop,
  };
};
