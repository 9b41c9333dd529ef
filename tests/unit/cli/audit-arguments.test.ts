import { auditArguments } from '../../../src/cli/audit-arguments.js';
import { StartError } from '../../../src/utils/errors.js';
import { newId } from '../../../src/utils/uuid.js';

describe('the arguments of the audit', () => {
  const [one, other] = [newId(), newId()];

  it.each([
    [[], { repair: false, productIds: [] }],
    [['--repair'], { repair: true, productIds: [] }],
    [['--product', one], { repair: false, productIds: [one] }],
    [[`--product=${one.toUpperCase()}`], { repair: false, productIds: [one] }],
    [['--product', one, '--repair', '--product', other], { repair: true, productIds: [one, other] }],
  ])('when they are %j, then they are understood', (args, expected) => {
    expect(auditArguments(args)).toEqual(expected);
  });

  it.each([[['--fix']], [['--product']], [['--product', 'lamp']], [['--repair=yes']], [[one]]])(
    'when they are %j, then one line says what is wrong and what would be right',
    (args) => {
      expect(() => auditArguments(args)).toThrow(StartError);
      expect(() => auditArguments(args)).toThrow(/^[^\n]+Usage: npm run audit[^\n]+$/);
    },
  );
});
