import { hasError } from '../report.ts';
import type { Place } from '../schema/place.ts';
import type { CheckContext } from '../schema/type.ts';
import { fieldsOf, type Shape, type ShapeField } from './shape.ts';

/** Reports what Ignition has to say about an object and all that is in it. */
export function checkShape<T extends object>(
  of: Shape<T>,
  value: T,
  place: Place,
  context: CheckContext,
): void {
  const { report, profile } = context;
  const own = of.check?.(value, profile) ?? [];
  report.add(own, place.start);
  if (hasError(own)) return;
  for (const field of fieldsOf(of, profile)) {
    if (!isChecked(field)) continue;
    const at = field.place?.(place, profile, value) ?? place.key(field.key);
    if (field.check !== undefined) report.add(field.check(value, profile), at.start);
    checkContent(field, (value as Record<string, unknown>)[field.key], at, context);
  }
}

function isChecked<T>({ check, checkItem, shape }: ShapeField<T>): boolean {
  return check !== undefined || checkItem !== undefined || shape !== undefined;
}

/** Reports what there is to say about what a field holds: an object, or the items of a list. */
function checkContent<T>(
  { checkItem, shape }: ShapeField<T>,
  content: unknown,
  place: Place,
  context: CheckContext,
): void {
  const { report, profile } = context;
  if (!Array.isArray(content)) {
    if (shape !== undefined && content !== undefined)
      checkShape(shape as Shape<object>, content as object, place, context);
    return;
  }
  for (const [index, item] of content.entries()) {
    const at = place.item(index);
    if (checkItem !== undefined) report.add(checkItem(item as string, profile), at.start);
    if (shape !== undefined) checkShape(shape as Shape<object>, item as object, at, context);
  }
}
