import type { PageSession } from '@giaolo/gateway/page-contract';

const PATH = 'v1/session';

/** Whose session this browser carries; undefined = nobody's. Rejects when that cannot be known now. */
export const readSession = (): Promise<PageSession | undefined> => ask('GET');

/** Begins a session; undefined when the token is refused. Rejects when that cannot be known now. */
export const beginSession = (token: string): Promise<PageSession | undefined> =>
  ask('POST', { authorization: `Bearer ${token}` });

export async function endSession(): Promise<void> {
  const response = await fetch(PATH, { method: 'DELETE' });
  if (!response.ok) throw new Error(`DELETE ${PATH}: ${response.status}`);
}

async function ask(method: string, headers: Record<string, string> = {}): Promise<PageSession | undefined> {
  const response = await fetch(PATH, { method, headers, cache: 'no-store' });
  if (response.ok) return response.json() as Promise<PageSession>;
  // 400 = too long to be kept by a browser.
  if (response.status === 401 || response.status === 400) return undefined;
  throw new Error(`${method} ${PATH}: ${response.status}`);
}
