type Asked = readonly [method: string, path: string];

/** A rule that a body of the right form breaks; the bounds of single fields are in the schemas. */
export interface Rule {
  readonly what: string;
  readonly ask: Asked;
  readonly body?: unknown;
  /** 400 unless said. */
  readonly status?: number;
  /** Every fault's path, in any order. */
  readonly at?: readonly string[];
  /** Members of the body that the rule is about beside those in `at`. */
  readonly about?: readonly string[];
  /** What has to be done before, for the rule to be broken. */
  readonly before?: readonly (readonly [method: string, path: string, body: unknown])[];
}

/** What no rule forbids, though it might seem so, and what readers see then. */
export interface Allowed {
  readonly what: string;
  readonly ask: Asked;
  readonly body?: unknown;
  readonly status: number;
  readonly before?: Rule['before'];
  /** Of objects, these members among others. */
  readonly shows?: readonly (readonly [path: string, answer: unknown])[];
}
