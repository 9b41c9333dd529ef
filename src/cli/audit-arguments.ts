import { parseArgs } from 'node:util';
import { idParam } from '../schemas/common.js';
import { StartError } from '../utils/errors.js';

export interface AuditArguments {
  /** Mend what can be mended. */
  repair: boolean;
  /** The products to look at; none stands for all. */
  productIds: readonly string[];
}

export const auditUsage = 'npm run audit [-- [--repair] [--product <id>]...]';

/**
 * Reads the command line.
 * @throws StartError one line that names what is wrong, with the usage
 */
export const auditArguments = (args: readonly string[]): AuditArguments => {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        repair: { type: 'boolean', default: false },
        product: { type: 'string', multiple: true, default: [] },
      },
    });
    const ids = values.product.map((value) => idParam.safeParse(value));
    const bad = ids.findIndex(({ success }) => !success);
    if (bad >= 0) throw new Error(`--product ${values.product[bad] ?? ''} is not the id of a product`);
    return { repair: values.repair, productIds: ids.flatMap(({ data }) => data ?? []) };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new StartError(`${reason.split('\n')[0] ?? ''}. Usage: ${auditUsage}`, { cause: error });
  }
};
