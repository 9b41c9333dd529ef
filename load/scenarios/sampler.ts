import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { cpuUsOf } from '../bench/cpu.js';
import type { Api } from './api.js';
import type { Quantity, Sample } from './load-report.js';
import { metricSum } from './metrics-page.js';

export interface SamplerDeps {
  api: Api;
  metricsToken?: string;
  /** A query of the list of products that shows all of this run. */
  productsQuery: string;
  /** The process ids of databases on this machine. */
  pids: { mongod?: number; redis?: number };
  generatorPid: () => number;
  everyMs: number;
}

const mebi = 2 ** 20;

/** Resident memory of a process as `/proc/<pid>/status` tells it, MiB. */
export const residentMiBOf = (status: string): number | undefined => {
  const kibi = /^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1];
  return kibi === undefined ? undefined : Number(kibi) / 1024;
};

const residentMiB = (pid: number | undefined): number | undefined => {
  if (pid === undefined || pid === 0) return undefined;
  try {
    return residentMiBOf(readFileSync(`/proc/${String(pid)}/status`, 'utf8'));
  } catch {
    return undefined;
  }
};

const inMiB = (bytes: number | undefined): number | undefined => (bytes === undefined ? undefined : bytes / mebi);

const unfinished = ['waiting', 'active', 'delayed'].map((status) => `status="${status}"`);

/** What a page of metrics says of the service's process; its CPU is the seconds so far. */
const ofService = (page: string): Partial<Record<Quantity, number | undefined>> => {
  const lag = metricSum(page, 'nodejs_eventloop_lag_p99_seconds');
  const jobs = unfinished.map((status) => metricSum(page, 'jobs', status));
  return {
    rssMiB: inMiB(metricSum(page, 'process_resident_memory_bytes')),
    heapMiB: inMiB(metricSum(page, 'nodejs_heap_size_used_bytes')),
    externalMiB: inMiB(metricSum(page, 'nodejs_external_memory_bytes')),
    descriptors: metricSum(page, 'process_open_fds'),
    lagP99Ms: lag === undefined ? undefined : lag * 1000,
    serviceCpu: metricSum(page, 'process_cpu_seconds_total'),
    stockQueue: metricSum(page, 'stock_queue_length'),
    outbox: metricSum(page, 'outbox_backlog'),
    jobs: jobs.includes(undefined) ? undefined : jobs.reduce<number>((sum, each) => sum + (each ?? 0), 0),
    eventQueue: metricSum(page, 'event_queue_messages'),
    deadLetters: metricSum(page, 'dead_letters'),
  };
};

interface ListedProduct {
  stock: number;
  reserved: number;
  sold: number;
}

const cpuSecondsOf = (pid: number | undefined): number | undefined => {
  const us = pid === undefined || pid === 0 ? null : cpuUsOf([pid]);
  return us === null ? undefined : us / 1e6;
};

/** What counts up and is shown as its growth a second. */
const counting: readonly Quantity[] = ['serviceCpu', 'mongodCpu', 'generatorCpu'];

const tidy = (values: Partial<Record<Quantity, number | undefined>>): Partial<Record<Quantity, number>> =>
  Object.fromEntries(
    Object.entries(values).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, Number(value.toPrecision(5))]],
    ),
  );

/** Looks at the whole system at even distances, until it is stopped; what cannot be told is left out. */
export const createSampler = ({ api, metricsToken, productsQuery, pids, generatorPid, everyMs }: SamplerDeps) => {
  const samples: Sample[] = [];
  const stopped = new AbortController();
  let before: { atMs: number; values: Partial<Record<Quantity, number | undefined>> } | null = null;

  const look = async (startedMs: number): Promise<Sample> => {
    const [page, products] = await Promise.all([
      api.metrics(metricsToken),
      api.call<ListedProduct[]>('GET', `/products?${productsQuery}`).catch(() => null),
    ]);
    const total = (of: keyof ListedProduct): number | undefined =>
      products?.data.reduce((sum, row) => sum + row[of], 0);
    const atMs = performance.now();
    const values: Partial<Record<Quantity, number | undefined>> = {
      ...(page === null ? {} : ofService(page)),
      ...{ mongodMiB: residentMiB(pids.mongod), redisMiB: residentMiB(pids.redis) },
      ...{ mongodCpu: cpuSecondsOf(pids.mongod), generatorCpu: cpuSecondsOf(generatorPid()) },
      ...{ stock: total('stock'), reserved: total('reserved'), sold: total('sold') },
    };
    const rates = counting.map((name) => {
      const [was, is] = [before?.values[name], values[name]];
      if (was === undefined || is === undefined || before === null) return [name, undefined];
      return [name, ((is - was) * 1000) / (atMs - before.atMs)];
    });
    before = { atMs, values };
    const atSeconds = Math.round((atMs - startedMs) / 10) / 100;
    return { atSeconds, values: tidy({ ...values, ...(Object.fromEntries(rates) as typeof values) }) };
  };

  return {
    /** Resolves when it was stopped and has had its last look. */
    run: async (startedMs: number): Promise<void> => {
      for (let upcoming = startedMs; ; upcoming += everyMs) {
        // A look that took too long does not make up for those it has missed.
        while (upcoming < performance.now() - everyMs) upcoming += everyMs;
        const waitMs = Math.max(0, upcoming - performance.now());
        await sleep(waitMs, undefined, { signal: stopped.signal }).catch(() => undefined);
        samples.push(await look(startedMs));
        if (stopped.signal.aborted) return;
      }
    },
    stop: (): void => stopped.abort(),
    samples: (): readonly Sample[] => samples,
  };
};
