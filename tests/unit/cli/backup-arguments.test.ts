import { backupArguments, rebuildArguments, restoreArguments } from '../../../src/cli/backup-arguments.js';
import { migrateArguments } from '../../../src/cli/migrate-arguments.js';
import { StartError } from '../../../src/utils/errors.js';

const time = '2026-05-01T09:30:00Z';

describe('the arguments of backup, restore, rebuild and migrate', () => {
  it('when they are right, then they are understood', () => {
    expect(backupArguments([])).toEqual({ out: undefined });
    expect(backupArguments(['--out', 'there'])).toEqual({ out: 'there' });
    expect(restoreArguments(['--from=there'])).toEqual({ from: 'there', until: null });
    expect(restoreArguments(['--from', 'there', '--until', '2026-05-01T11:30:00+02:00'])).toEqual({
      from: 'there',
      until: new Date(time),
    });
    expect(rebuildArguments(['--until', time])).toEqual({ until: new Date(time) });
    expect([migrateArguments([]), migrateArguments(['up']), migrateArguments(['status'])]).toEqual([
      'up',
      'up',
      'status',
    ]);
  });

  it.each([backupArguments, restoreArguments, rebuildArguments, migrateArguments])(
    'when help is asked for, then it is given whatever else is missing (%#)',
    (read) => {
      expect([read(['--help']), read(['-h'])]).toEqual(['help', 'help']);
    },
  );

  it.each([
    [backupArguments, ['there']],
    [backupArguments, ['--out']],
    [restoreArguments, []],
    [restoreArguments, ['--from', 'there', '--until', 'yesterday']],
    [restoreArguments, ['--from', 'there', '--until', '2026-05-01']],
    [restoreArguments, ['--from', 'there', '--force']],
    [rebuildArguments, []],
    [rebuildArguments, ['--until', '09:30']],
    [migrateArguments, ['down']],
    [migrateArguments, ['up', 'again']],
    [migrateArguments, ['--to', '3']],
  ])('when they are wrong, then one line says what is wrong and what would be right (%#)', (read, args) => {
    expect(() => read(args)).toThrow(StartError);
    expect(() => read(args)).toThrow(/^[^\n]+Usage: npm run [^\n]+$/);
  });
});
