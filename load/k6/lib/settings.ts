import { scenarioOf, type Wishes } from '../../scenarios/scenarios.ts';
import type { Scenario, ScenarioName } from '../../scenarios/scenario.ts';

const text = (name: string, otherwise: string): string => {
  const value = __ENV[name];
  return value === undefined || value === '' ? otherwise : value;
};

const number = (name: string): number | undefined => {
  const value = text(name, '');
  if (value === '') return undefined;
  if (!(Number(value) > 0)) throw new Error(`${name} must be a number above zero.`);
  return Number(value);
};

/** Where the service is; its admin signs in to put products on sale. */
export const settings = {
  origin: text('BASE_URL', 'http://127.0.0.1:3000'),
  admin: { email: text('ADMIN_EMAIL', 'admin@stockroom.local'), password: text('ADMIN_PASSWORD', '') },
  /** Accounts that are signed up for the run; buyers share them, as signing up costs the service a lot. */
  accounts: Math.min(500, number('ACCOUNTS') ?? 50),
  summaryFile: text('SUMMARY_FILE', ''),
};

const wishes = (): Wishes => {
  const [seconds, perSecond, buyers] = [number('SECONDS'), number('RATE'), number('BUYERS')];
  const [units, connections] = [number('UNITS'), number('CONNECTIONS')];
  return {
    ...(seconds === undefined ? {} : { seconds }),
    ...(perSecond === undefined ? {} : { perSecond }),
    ...(buyers === undefined ? {} : { buyers }),
    ...(units === undefined ? {} : { units }),
    ...(connections === undefined ? {} : { connections }),
  };
};

/** The scenario of this name, as the environment wishes it. */
export const wishedScenario = (name: ScenarioName): Scenario => scenarioOf(name, wishes());
