/**
 * Arrow keys, Home and End move through the rows of a list, Enter and Space choose one. Only one row is reached by
 * Tab, so that a long list is one stop on the way through the page.
 */
export function moveByKeys(list: HTMLElement): void {
  const rows = () => [...list.children].filter((row): row is HTMLElement => row instanceof HTMLElement);
  const focus = (row: HTMLElement | undefined) => {
    if (!row) return;
    for (const other of rows()) other.tabIndex = other === row ? 0 : -1;
    row.focus();
  };
  list.addEventListener('keydown', (event) => {
    const all = rows();
    const at = all.indexOf(event.target as HTMLElement);
    if (at < 0) return;
    const steps: Record<string, number> = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: all.length - 1 };
    const step = steps[event.key];
    if (step !== undefined) focus(all[step]);
    else if (event.key === 'Enter' || event.key === ' ') all[at]?.click();
    else return;
    event.preventDefault();
  });
  list.addEventListener('focusin', (event) => {
    const all = rows();
    if (all.includes(event.target as HTMLElement)) for (const row of all) row.tabIndex = row === event.target ? 0 : -1;
  });
}

/** Makes the list reachable by Tab: the chosen row, else the first. Call after its rows changed. */
export function keepOneTabStop(list: HTMLElement): void {
  const rows = [...list.children] as HTMLElement[];
  if (rows.length === 0 || rows.some((row) => row.tabIndex === 0)) return;
  const chosen = rows.find((row) => row.getAttribute('aria-selected') === 'true') ?? rows[0];
  if (chosen) chosen.tabIndex = 0;
}
