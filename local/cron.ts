const FIELDS = [
  [0, 59],
  [0, 23],
  [1, 31],
  [1, 12],
  [0, 7],
] as const;

/** Whether a cron expression of five fields (numbers, `*`, lists, ranges, steps; UTC) names this minute. */
export function cronMatches(expression: string, at: Date): boolean {
  const fields = expression.trim().split(/\s+/);
  if (fields.length !== 5) return false;
  const now = [at.getUTCMinutes(), at.getUTCHours(), at.getUTCDate(), at.getUTCMonth() + 1, at.getUTCDay()];
  const hits = fields.map((field, index) => {
    const value = now[index] ?? 0;
    return fieldMatches(field, value, index) || (index === 4 && value === 0 && fieldMatches(field, 7, index));
  });
  const [minute, hour, day, month, weekday] = hits;
  // As in cron(5): when both day fields are restricted, either suffices.
  const both = fields[2] !== '*' && fields[4] !== '*';
  return minute === true && hour === true && month === true && (both ? day === true || weekday === true : day === true && weekday === true);
}

function fieldMatches(field: string, value: number, index: number): boolean {
  const [low, high] = FIELDS[index] ?? [0, 0];
  return field.split(',').some((part) => {
    const [range = '', step] = part.split('/');
    const [from, to] = range === '*' ? [low, high] : bounds(range, step === undefined ? undefined : high);
    return value >= from && value <= to && (value - from) % Number(step ?? 1) === 0;
  });
}

function bounds(range: string, open: number | undefined): [number, number] {
  const [from, to] = range.split('-').map(Number);
  return [from ?? Number.NaN, to ?? open ?? from ?? Number.NaN];
}

export interface CronOptions {
  crons: readonly string[];
  /** Milliseconds between two looks at the clock; a minute unless given. */
  every?: number;
  now?: () => Date;
  /** Runs the Worker's scheduled handler. */
  trigger: (cron: string) => Promise<void>;
  failed: (cron: string, error: unknown) => void;
}

/**
 * Does what Cloudflare does with `[triggers]` and Miniflare does not: runs each expression in the minutes it names, and all of them
 * at once at the start, for what lay waiting meanwhile. A run still under way is not joined by a second.
 * @returns a function that ends it
 */
export function startCron(options: CronOptions): () => void {
  const every = options.every ?? 60_000;
  const now = options.now ?? (() => new Date());
  const running = new Set<string>();
  let timer: NodeJS.Timeout | undefined;

  const run = (cron: string): void => {
    if (running.has(cron)) return;
    running.add(cron);
    options
      .trigger(cron)
      .catch((error: unknown) => options.failed(cron, error))
      .finally(() => running.delete(cron));
  };
  const sleep = (): void => {
    timer = setTimeout(
      () => {
        const at = now();
        for (const cron of options.crons) if (cronMatches(cron, at)) run(cron);
        sleep();
      },
      every - (now().getTime() % every),
    ).unref();
  };
  for (const cron of options.crons) run(cron);
  sleep();
  return () => clearTimeout(timer);
}
