import { setTimeout as sleep } from 'node:timers/promises';
import type { PlannedFault } from './plan.js';
import type { System } from './system/system.js';
import { createTargets, type Targets } from './targets.js';

/** More than the load makes by itself. */
export interface Bursts {
  purchases: (at: 'products1' | 'products2', count: number) => void;
  orders: (count: number) => void;
}

/** What has become of a planned fault. */
export interface Injected {
  fault: PlannedFault;
  /** Undefined when it was injected; else why it could not be. */
  skipped?: string;
  /** Whom it met, where the plan names a role. */
  met?: string;
}

/** https://github.com/mongodb/mongo/blob/v6.0/src/mongo/base/error_codes.yml */
const outOfDiskSpace = 14_031;
const failing = {
  writes: ['insert', 'update', 'delete', 'findAndModify', 'bulkWrite', 'commitTransaction'],
  commits: ['commitTransaction'],
} as const;

const onProcess = async (targets: Targets, fault: PlannedFault): Promise<Injected> => {
  const found = await targets.victim(fault.target);
  if ('skipped' in found) return { fault, skipped: found.skipped };
  const { target: victim } = found;
  if (fault.kind === 'kill') {
    await victim.kill();
    await sleep(fault.lastsMs);
    await victim.start();
  } else {
    const proc = victim.process();
    proc.signal('SIGSTOP');
    await sleep(fault.lastsMs);
    proc.signal('SIGCONT');
  }
  return { fault, met: victim.name };
};

const onLink = async (targets: Targets, fault: PlannedFault): Promise<Injected> => {
  const found = await targets.link(fault.target);
  if ('skipped' in found) return { fault, skipped: found.skipped };
  const { name, proxy } = found.target;
  if (fault.kind === 'latency') proxy.delay(fault.amount);
  else if (fault.kind === 'cut') proxy.refuse();
  else if (fault.kind === 'half-open') proxy.hold();
  if (fault.kind === 'reset') {
    for (let count = 0; count < fault.amount; count++) {
      proxy.reset();
      await sleep(fault.lastsMs / fault.amount);
    }
  } else await sleep(fault.lastsMs);
  proxy.heal();
  return { fault, met: name };
};

const onClock = async (targets: Targets, fault: PlannedFault): Promise<Injected> => {
  const found = targets.service(fault.target);
  if ('skipped' in found) return { fault, skipped: found.skipped };
  found.target.setClock((fault.kind === 'clock-forward' ? 1_000 : -1_000) * fault.amount);
  await sleep(fault.lastsMs);
  found.target.setClock(0);
  return { fault };
};

/** The primary answers as one whose disk is full. */
const onMongoDisk = async (targets: Targets, fault: PlannedFault): Promise<Injected> => {
  const member = await targets.memberIn('primary');
  const failCommands = failing[fault.target === 'commits' ? 'commits' : 'writes'];
  const data = { failCommands, errorCode: outOfDiskSpace };
  await member.ask({ configureFailPoint: 'failCommand', mode: 'alwaysOn', data });
  await sleep(fault.lastsMs);
  await member.ask({ configureFailPoint: 'failCommand', mode: 'off' });
  return { fault, met: member.name };
};

/** On for the fault's time, then off again; what cannot be switched is not there. */
const during = async (fault: PlannedFault, set: ((isOn: boolean) => Promise<void>) | undefined): Promise<Injected> => {
  if (set === undefined) return { fault, skipped: `there is no ${fault.target} of ours` };
  await set(true);
  await sleep(fault.lastsMs);
  await set(false);
  return { fault };
};

const inject = ({ redis, broker }: System, targets: Targets, bursts: Bursts, fault: PlannedFault) => {
  switch (fault.kind) {
    case 'kill':
    case 'freeze':
    case 'freeze-long':
      return onProcess(targets, fault);
    case 'latency':
    case 'reset':
    case 'cut':
    case 'half-open':
      return onLink(targets, fault);
    case 'clock-forward':
    case 'clock-back':
      return onClock(targets, fault);
    case 'mongo-disk-full':
      return onMongoDisk(targets, fault);
    case 'redis-full':
      return during(fault, redis?.setFull);
    case 'rabbit-disk-full':
      return during(fault, broker.node?.setDiskFull);
    case 'purchase-queue-full':
      bursts.purchases(fault.target === 'products2' ? 'products2' : 'products1', fault.amount);
      return Promise.resolve({ fault });
    case 'broker-queue-full': {
      bursts.orders(fault.amount);
      const { node, prefix } = broker;
      return during(fault, node && ((isOn) => node.setQueuesFull(`^${prefix}\\\\.(stock|orders)`, isOn)));
    }
  }
};

/** Injects planned faults into a system, each healed by itself after its time. */
export const createInjector = (system: System, bursts: Bursts) => {
  const targets = createTargets(system);
  return {
    /** Waits for its moment, injects it, and heals it after its time. @throws Error when it cannot be healed */
    run: async (fault: PlannedFault, startMs: number): Promise<Injected> => {
      await sleep(Math.max(0, startMs + fault.atMs - performance.now()));
      return inject(system, targets, bursts, fault);
    },
  };
};
