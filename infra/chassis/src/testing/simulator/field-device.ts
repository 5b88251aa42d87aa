/** A command as it goes to the field. */
export interface FieldOrder {
  readonly token: number;
  readonly version: number;
  readonly value: number;
}

/** A thing in the field: it takes no word of an owner before the newest it heard of, and forgets all when it restarts. */
export class FieldDevice {
  value = -1;
  version = 0;
  #token = 0;

  /** Whether it takes the command, or has it already. */
  take({ token, version, value }: FieldOrder): boolean {
    if (token < this.#token || version < this.version) return false;
    this.#token = token;
    this.version = version;
    this.value = value;
    return true;
  }

  restart(): void {
    this.value = -1;
    this.version = 0;
    this.#token = 0;
  }
}
