import exec from 'k6/execution';
import { journeyChooser, journeys } from '../../scenarios/journeys.ts';
import type { Scenario } from '../../scenarios/scenario.ts';
import { call } from './call.ts';
import { settings } from './settings.ts';
import { signIn, type Session, type Shop } from './shop.ts';

/** Makes what a virtual user does again and again. It keeps its own sign-ins: k6 has each virtual user load the script for itself. */
export const createVisit = (scenario: Scenario): ((shop: Shop) => void) => {
  const choose = journeyChooser(scenario.journeys);
  const renewed = new Map<number, Session>();
  const reports: string[] = [];
  let keeper: Session | undefined;

  const buyerOf = (shop: Shop, number: number): string => {
    const known = renewed.get(number) ?? shop.sessions[number];
    const account = shop.accounts[number];
    if (account === undefined) throw new Error('There are no buyers.');
    if (known !== undefined && Date.now() < known.untilMs) return known.token;
    const session = signIn(account);
    renewed.set(number, session);
    return session.token;
  };
  const keeperOf = (shop: Shop): string => {
    keeper ??= shop.keeper;
    if (Date.now() >= keeper.untilMs) keeper = signIn(settings.admin);
    return keeper.token;
  };

  return (shop) => {
    const visitor = exec.scenario.iterationInTest;
    const number = visitor % shop.accounts.length;
    const journey = journeys[choose(Math.random())]({
      ...{ buyer: buyerOf(shop, number), keeper: keeperOf(shop), products: shop.productIds },
      ...{ account: shop.accounts[number] ?? null, random: Math.random, reports },
      unique: () => `${shop.tag}-${String(visitor)}-${Math.random().toString(36).slice(2)}`,
    });
    let next = journey.next();
    while (next.done !== true) next = journey.next(call(next.value));
  };
};
