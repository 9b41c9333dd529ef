import type { ViewContext } from '../../app-context.js';
import { codeOf } from '../../api/api-error.js';
import type { ProductView } from '../../api/types.js';
import { conflictsOf, merged, patchOf, type Editable } from '../../lib/product-edit.js';
import { openDialog } from '../../ui/dialog.js';
import { fill, h } from '../../ui/dom.js';
import { createForm } from '../../ui/form.js';
import { notice } from '../../ui/notice.js';
import { conflictTable } from './conflict-table.js';
import { createEditFields } from './edit-fields.js';

export interface EditOptions {
  product: ProductView;
  context: ViewContext;
  saved: () => void;
}

/**
 * Edits a product. Only what was changed here is sent, and only for the version that it was changed in: when somebody else was
 * faster, their version is shown beside what was typed, and nothing of either is lost.
 */
export const openEdit = ({ product, context, saved }: EditOptions): void => {
  const { calls, messages, signal } = context;
  let base = product;
  const { fields, layout, read, write } = createEditFields(product);
  const newer = h('div', { class: 'newer', role: 'status' });

  const showNewer = async (mine: Editable): Promise<void> => {
    const { data: theirs } = await calls.product(product.id, signal);
    const conflicts = conflictsOf(base, theirs, mine);
    write(merged(base, theirs, mine));
    base = theirs;
    const text =
      conflicts.length === 0
        ? 'Other fields than yours were changed; they are in the form now. Save again to add yours.'
        : 'Save again to put yours over it, or change your mind in the form.';
    const warning = notice({ kind: 'warning', title: 'Somebody has changed this product meanwhile', text });
    fill(newer, warning, conflicts.length > 0 && conflictTable(conflicts, theirs.currency));
  };
  const send = async (): Promise<void> => {
    const typed = read();
    const patch = patchOf(base, typed);
    if (Object.keys(patch).length === 0) {
      close();
      saved();
      return;
    }
    try {
      const { data } = await calls.editProduct(product.id, patch, base.version, base.seq);
      messages.done(`${data.name} is saved, version ${String(data.version)}`);
      close();
      saved();
    } catch (error) {
      if (codeOf(error) !== 'VERSION_MISMATCH') throw error;
      await showNewer(typed);
    }
  };
  const form = createForm({ fields, layout, submit: 'Save', send });
  const close = openDialog({ title: `Edit ${product.name}`, content: [newer, form], wide: true, signal });
};
