/**
 * A token that came in the address, as `#token=...` among the other fields; what is after `#` is never sent to a
 * server. `rest` is the address to keep, without the `#`.
 */
export function takeToken(hash: string): { readonly token: string | undefined; readonly rest: string } {
  const fields = hash.replace(/^#/, '').split('&');
  const found = fields.find((field) => field.startsWith('token='));
  const token = found && cleanToken(found.slice('token='.length));
  return { token: token || undefined, rest: fields.filter((field) => !field.startsWith('token=')).join('&') };
}

/** As people paste it: with its scheme, or broken over lines. */
export const cleanToken = (text: string): string => text.replace(/^\s*Bearer\s/i, '').replace(/\s/g, '');
