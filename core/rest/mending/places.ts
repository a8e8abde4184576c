export type Path = readonly PropertyKey[];

export interface Place {
  readonly path: Path;
  /** What was put here did not fit with the rest of the body. */
  readonly misfit: boolean;
}

const keyOf = (path: Path): string => JSON.stringify(path);

/** Places of a body, none of them inside another. */
export class Places {
  readonly #places = new Map<string, Place>();

  get all(): Place[] {
    return [...this.#places.values()];
  }

  /** The place that this one is, or lies in. */
  covering(path: Path): Place | undefined {
    for (let length = 0; length <= path.length; length += 1) {
      const found = this.#places.get(keyOf(path.slice(0, length)));
      if (found) return found;
    }
    return undefined;
  }

  /** Takes a place in, instead of those that lie in it; nothing when it lies in one. */
  add(path: Path): void {
    if (this.covering(path)) return;
    const inside = (other: Path): boolean => path.every((step, index) => other[index] === step);
    for (const [key, other] of this.#places) if (inside(other.path)) this.#places.delete(key);
    this.#places.set(keyOf(path), { path, misfit: false });
  }

  /** Once, something else is put into a place whose content does not fit; after that the whole that it is part of gives way. */
  widen({ path, misfit }: Place): void {
    if (misfit || path.length === 0) this.add(path.slice(0, -1));
    else if (this.#places.has(keyOf(path))) this.#places.set(keyOf(path), { path, misfit: true });
  }
}

/** Whether the place that a fault names is one of these or lies in one; paths as they are told (`body.images[0].name`). */
export function isAt(told: string, places: readonly string[]): boolean {
  return places.some((place) => told === place || told.startsWith(`${place}.`) || told.startsWith(`${place}[`));
}
