import { hasError } from '../report.ts';
import type { Place } from '../schema/place.ts';
import type { CheckContext } from '../schema/type.ts';
import { fieldsOf, type Shape } from './shape.ts';

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
    if (field.check === undefined && field.shape === undefined) continue;
    const at = field.place?.(place, profile, value) ?? place.key(field.key);
    if (field.check !== undefined) report.add(field.check(value, profile), at.start);
    if (field.shape === undefined) continue;
    const content = (value as Record<string, unknown>)[field.key];
    if (Array.isArray(content)) {
      for (const [index, item] of content.entries())
        checkShape(field.shape as Shape<object>, item as object, at.item(index), context);
    } else if (content !== undefined) {
      checkShape(field.shape as Shape<object>, content as object, at, context);
    }
  }
}
