import { auditShop } from './lib/audit.ts';
import { optionsOf } from './lib/options.ts';
import { wishedScenario } from './lib/settings.ts';
import { openShop, type Shop } from './lib/shop.ts';
import { createVisit } from './lib/visit.ts';
import { createWatch } from './lib/watch.ts';

export { summarize as handleSummary } from './lib/summary.ts';

const scenario = wishedScenario('soak');

export const options = optionsOf(scenario);
export const setup = (): Shop => openShop(scenario);
export const visit = createVisit(scenario);
export const watch = createWatch(scenario);
export const teardown = auditShop;
