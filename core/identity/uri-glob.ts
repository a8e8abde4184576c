/**
 * Whether a glob matches a whole URI. `*` stands for any characters of one segment, `**` for any characters, slashes included;
 * a final `/**` also matches its own parent. Everything else, `?` too, stands for itself.
 * The cost is bounded by the product of both lengths, whatever the pattern.
 */
export function matchesGlob(pattern: string, uri: string): boolean {
  if (pattern.endsWith('/**') && matches(tokens(pattern.slice(0, -3)), uri)) return true;
  return matches(tokens(pattern), uri);
}

const ANY = Symbol('**');
const SEGMENT = Symbol('*');
type Token = string | typeof ANY | typeof SEGMENT;

const tokens = (pattern: string): Token[] =>
  Array.from(pattern.matchAll(/\*\*+|\*|[^*]/gsu), ([text]) => (text === '*' ? SEGMENT : text.startsWith('**') ? ANY : text));

// Walks the text once, keeping the set of all places in the pattern that could have been reached so far.
function matches(pattern: readonly Token[], text: string): boolean {
  let reached = withEmptyWildcards(pattern, new Set([0]));
  for (const character of text) {
    const next = new Set<number>();
    for (const at of reached) {
      const token = pattern[at];
      if (token === ANY || (token === SEGMENT && character !== '/')) next.add(at);
      else if (token === character) next.add(at + 1);
    }
    if (next.size === 0) return false;
    reached = withEmptyWildcards(pattern, next);
  }
  return reached.has(pattern.length);
}

function withEmptyWildcards(pattern: readonly Token[], places: Set<number>): Set<number> {
  // A Set that grows while it is walked is walked to its new end.
  for (const at of places) if (typeof pattern[at] === 'symbol') places.add(at + 1);
  return places;
}

/**
 * Whether some URI is matched by both globs. The rule that a final `/**` matches its own parent holds for the first one.
 * The cost is bounded by the product of both lengths.
 */
export function globsMeet(left: string, right: string): boolean {
  if (left.endsWith('/**') && meet(tokens(left.slice(0, -3)), tokens(right))) return true;
  return meet(tokens(left), tokens(right));
}

// Walks both at once, over all pairs of places that one text could have led to.
function meet(left: readonly Token[], right: readonly Token[]): boolean {
  const seen = new Set([0]);
  const width = right.length + 1;
  for (const pair of seen) {
    const [at, on] = [Math.floor(pair / width), pair % width];
    if (at === left.length && on === right.length) return true;
    const [one, other] = [left[at], right[on]];
    // A wildcard may stand for nothing,
    if (typeof one === 'symbol') seen.add(pair + width);
    if (typeof other === 'symbol') seen.add(pair + 1);
    // or for the next character that the other one has. Of two wildcards one ends first, so that the pair need not move.
    if (typeof one === 'string' && (one === other || other === ANY || (other === SEGMENT && one !== '/')))
      seen.add(pair + width + (one === other ? 1 : 0));
    if (typeof other === 'string' && (one === ANY || (one === SEGMENT && other !== '/'))) seen.add(pair + 1);
  }
  return false;
}
