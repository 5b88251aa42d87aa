/** The browser's console is all the log that a page has. */
export function complain(what: string, error: unknown): void {
  // biome-ignore lint/suspicious/noConsole: see above
  console.error(what, error);
}
