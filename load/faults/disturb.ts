import { runBurst, runBuyer } from './actors/buyers.js';
import { runHolder } from './actors/holders.js';
import { runManager } from './actors/manager.js';
import { runOrderBurst, runOrderer } from './actors/orderers.js';
import { runReader } from './actors/readers.js';
import type { Scene } from './actors/scene.js';
import { createInjector, type Injected } from './inject.js';
import type { Plan } from './plan.js';
import { createDice, mixSeed, type Dice } from './random.js';
import type { System } from './system/system.js';
import { untilWhole } from './whole.js';

/** Each person's draws hang on the seed and on which person it is. */
const firstPerson = 100;
const burstDice = 50;

const startPeople = (scene: Scene, { seed, load }: Plan): Promise<void>[] => {
  let people = firstPerson;
  const dice = (): Dice => createDice(mixSeed(seed, people++));
  const each = (count: number, start: (number: number) => Promise<void>) =>
    Array.from({ length: count }, (_each, number) => start(number));
  return [
    ...each(load.buyers, (number) => runBuyer(scene, dice(), number)),
    ...each(load.holders, () => runHolder(scene, dice())),
    ...each(load.orderers, () => runOrderer(scene, dice())),
    ...each(load.readers, () => runReader(scene, dice())),
    runManager(scene, dice()),
  ];
};

/**
 * Load and faults, until everything that was broken is whole again and everything that was begun has its definite answer.
 * @throws Error when a fault cannot be healed
 */
export const disturb = async (system: System, scene: Scene, plan: Plan): Promise<Injected[]> => {
  const startMs = performance.now();
  const bursts: Promise<void>[] = [];
  const injector = createInjector(system, {
    purchases: (at, count) => void bursts.push(runBurst(scene, scene.endpoints[at], count)),
    orders: (count) => void bursts.push(runOrderBurst(scene, createDice(mixSeed(plan.seed, burstDice)), count)),
  });
  const people = startPeople(scene, plan);
  // One that cannot be healed must not keep the others from it.
  const outcomes = await Promise.allSettled(plan.faults.map((fault) => injector.run(fault, startMs)));
  const broken = outcomes.find((outcome) => outcome.status === 'rejected');
  if (broken !== undefined) throw new Error('a fault could not be healed', { cause: broken.reason });
  await untilWhole(system);
  await Promise.all(people);
  await Promise.all(bursts);
  return outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : []));
};
