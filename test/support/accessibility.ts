import axe from 'axe-core';
import type { Page } from 'playwright-core';

/** The rules of WCAG 2.0 to 2.2 at its levels A and AA. */
const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];

/**
 * What keeps people from using a page as it is shown now: one line for each place, with the rule, what is wrong and
 * the element. Empty when nothing was found; a machine sees about half of what people would.
 */
export async function findBarriers(page: Page): Promise<string[]> {
  // Evaluated, not loaded, so that a page that forbids scripts of others is examined too.
  await page.evaluate(axe.source);
  const options = { runOnly: RULES, resultTypes: ['violations'] };
  const { violations } = await page.evaluate<axe.AxeResults>(`axe.run(document, ${JSON.stringify(options)})`);
  return violations.flatMap(({ id, help, nodes }) =>
    nodes.map(({ target }) => `${id}: ${help} (${target.join(' ')})`),
  );
}
