export const isArray = (value: unknown): value is readonly unknown[] => Array.isArray(value);

/** A text of a JSON object; empty where there is none. */
export function textIn(value: unknown, name: string): string {
  const text = typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined;
  return typeof text === 'string' ? text : '';
}
