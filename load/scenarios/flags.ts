import { parseArgs } from 'node:util';
import type { Account } from './journeys.js';
import { isLoopback } from './remote-shop.js';
import { scenarioNames, type ScenarioName } from './scenario.js';
import type { Wishes } from './scenarios.js';

export interface LoadFlags {
  name: ScenarioName;
  wishes: Wishes;
  seed: number;
  /** A service that runs already; undefined has one of its own started. */
  remote?: { origin: string; keeper: Account; metricsToken?: string };
  /** How many accounts are signed up at a service that runs already; buyers share them, as signing up costs the service a lot. */
  accounts: number;
  /** Where the report goes; undefined: `load/results`. */
  results?: string;
}

export const loadUsage =
  'npm run load -- [--scenario browse|drop|mixed|spike|soak] [--seconds 60] [--rate 400] [--buyers 10000] [--units 100] ' +
  '[--connections 250] [--seed 1] [--results folder] [--base-url http://127.0.0.1:3000 [--accounts 50] [--elsewhere]]';

const bounds = {
  seconds: [1, 86_400],
  rate: [1, 50_000],
  buyers: [1, 100_000],
  units: [1, 1_000_000],
  connections: [1, 1_000],
  seed: [0, 4_294_967_295],
  accounts: [1, 500],
} as const;

const numberOf = (name: keyof typeof bounds, text: string | undefined): number | undefined => {
  if (text === undefined) return undefined;
  const [min, max] = bounds[name];
  const value = Number(text);
  if (!Number.isFinite(value) || value < min || value > max)
    throw new Error(`--${name} takes a number from ${min} to ${max}. ${loadUsage}`);
  return value;
};

/** Load is only sent to this machine, unless it is said that another one is meant: its owner has to agree. */
const remoteOf = (given: string | undefined, elsewhere: boolean, env: NodeJS.ProcessEnv): Pick<LoadFlags, 'remote'> => {
  if (given === undefined) return {};
  if (!URL.canParse(given)) throw new Error(`--base-url takes an address such as http://127.0.0.1:3000. ${loadUsage}`);
  const url = new URL(given);
  if (!isLoopback(url) && !elsewhere)
    throw new Error(`${url.host} is not this machine. Where its owner agrees to the load, say --elsewhere.`);
  const [email, password, metricsToken] = [env['ADMIN_EMAIL'], env['ADMIN_PASSWORD'], env['METRICS_TOKEN']];
  if (!email || !password) throw new Error('Set ADMIN_EMAIL and ADMIN_PASSWORD: somebody has to put products on sale.');
  const keeper = { email, password };
  return { remote: { origin: url.origin, keeper, ...(metricsToken ? { metricsToken } : {}) } };
};

/** Reads the command line. @throws Error with one line that says what is wrong and what would be right */
export const readLoadFlags = (argv: readonly string[], env: NodeJS.ProcessEnv): LoadFlags => {
  const text = { type: 'string' } as const;
  const { values } = parseArgs({
    args: [...argv],
    options: {
      scenario: { type: 'string', default: 'mixed' },
      ...{ seconds: text, rate: text, buyers: text, units: text, connections: text },
      seed: { type: 'string', default: '1' },
      accounts: { type: 'string', default: '50' },
      ...{ results: text, 'base-url': text, elsewhere: { type: 'boolean', default: false } },
    },
  });
  const name = scenarioNames.find((known) => known === values.scenario);
  if (name === undefined) throw new Error(`There is no scenario ${values.scenario}. ${loadUsage}`);
  const wish = (of: keyof typeof bounds, as: keyof Wishes, given: string | undefined): Wishes => {
    const value = numberOf(of, given);
    return value === undefined ? {} : { [as]: value };
  };
  return {
    name,
    wishes: {
      ...wish('seconds', 'seconds', values.seconds),
      ...wish('rate', 'perSecond', values.rate),
      ...wish('buyers', 'buyers', values.buyers),
      ...wish('units', 'units', values.units),
      ...wish('connections', 'connections', values.connections),
    },
    seed: numberOf('seed', values.seed) ?? 1,
    accounts: numberOf('accounts', values.accounts) ?? 1,
    ...remoteOf(values['base-url'], values.elsewhere, env),
    ...(values.results === undefined ? {} : { results: values.results }),
  };
};
