import type { Findings } from '../file/findings.ts';

/** Null, with a finding, where the text is not JSON. */
export function parseJson(text: string, findings: Findings): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    findings.error(0, '', 'NOT_JSON', (error as Error).message);
    return null;
  }
}
