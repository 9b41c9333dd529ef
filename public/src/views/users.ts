import type { View, ViewContext } from '../app-context.js';
import type { AccountView, Role } from '../api/types.js';
import { dateTime } from '../lib/format.js';
import { confirmed } from '../ui/dialog.js';
import { h } from '../ui/dom.js';
import { createFilters } from '../ui/filter-select.js';
import { heading } from '../ui/heading.js';
import { notice } from '../ui/notice.js';
import { createPagedTable } from '../ui/paged-table.js';
import { pill } from '../ui/pill.js';
import type { Column } from '../ui/table.js';

const roles = ['user', 'manager', 'admin'] as const satisfies readonly Role[];

interface Change {
  title: string;
  text: string;
  confirm: string;
  body: { role?: Role; disabled?: boolean };
}

const createChange = ({ calls, messages, signal }: ViewContext, done: () => void) => {
  return async (account: AccountView, { title, text, confirm, body }: Change): Promise<boolean> => {
    if (!(await confirmed({ title, text, confirm, signal }))) return false;
    try {
      const { data } = await calls.changeUser(account.id, body);
      messages.done(`${data.name}: ${data.disabled ? 'disabled' : data.role}`);
      return true;
    } catch (error) {
      messages.failed(error);
      return false;
    } finally {
      done();
    }
  };
};

const roleCell = (account: AccountView, change: ReturnType<typeof createChange>): HTMLElement => {
  const options = roles.map((role) => h('option', { value: role, selected: role === account.role }, role));
  const select = h('select', { class: 'small', 'aria-label': `Role of ${account.name}` }, ...options);
  select.addEventListener('change', () => {
    const role = roles.find((one) => one === select.value) ?? account.role;
    // What is shown is what the service said last, until it says otherwise.
    select.value = account.role;
    void change(account, {
      title: `Make ${account.name} ${role}?`,
      text: 'It is in force at once.',
      confirm: `Make ${role}`,
      body: { role },
    });
  });
  return select;
};

const disableCell = (account: AccountView, change: ReturnType<typeof createChange>): HTMLElement => {
  const { name, disabled } = account;
  const act = (): void =>
    void change(account, {
      title: disabled ? `Enable ${name}?` : `Disable ${name}?`,
      text: disabled ? 'They can sign in again.' : 'Their sessions end at once, and they can’t sign in any more.',
      confirm: disabled ? 'Enable' : 'Disable',
      body: { disabled: !disabled },
    });
  const label = `${disabled ? 'Enable' : 'Disable'} ${name}`;
  return h(
    'button',
    { type: 'button', class: 'small', 'aria-label': label, onclick: act },
    disabled ? 'Enable' : 'Disable',
  );
};

const columnsOf = (change: ReturnType<typeof createChange>): Column<AccountView>[] => [
  {
    title: 'Person',
    header: true,
    cell: ({ name, email }) => [h('span', { class: 'row-link' }, name), h('span', { class: 'quiet block' }, email)],
  },
  { title: 'Role', cell: (account) => roleCell(account, change) },
  { title: 'State', cell: ({ disabled }) => (disabled ? pill('Disabled', 'bad') : pill('Active', 'good')) },
  { title: 'Since', cell: ({ createdAt }) => dateTime(createdAt) },
  { title: 'What to do', actions: true, cell: (account) => disableCell(account, change) },
];

/** Accounts and their roles. */
export const usersView: View = (context) => {
  const { calls, route, signal } = context;
  const wanted = [
    { name: 'q', label: 'Name or e-mail begins with' },
    { name: 'role', label: 'Role', choices: roles },
  ];
  const filters = createFilters('users', route, wanted, signal);
  const refresh = (): void => void table.refresh().catch(() => undefined);
  const table = createPagedTable<AccountView>({
    caption: 'Users',
    columns: columnsOf(createChange(context, refresh)),
    keyOf: ({ id }) => id,
    noun: ['user', 'users'],
    load: (cursor) => calls.users(filters.values, cursor, signal),
    empty: () => notice({ kind: 'empty', title: 'Nobody found', text: 'Try fewer letters, or another role.' }),
    signal,
  });
  refresh();
  return h('div', {}, heading('Users', 'A change is in force at once.'), filters.element, table.element);
};
