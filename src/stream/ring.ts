import type { AuditEventRow } from '../loaders/audit-event.ts';
import { isBeyond, type Place, placeOf } from './place.ts';

/** The events that were read last, for everybody who listens. */
export interface Ring {
  /** How far it reaches. */
  readonly reached: Place;
  add(events: readonly AuditEventRow[], reached: Place): void;
  /** Forgets what it holds. */
  clear(): void;
  /** The first event beyond a place; null where there is none yet, `behind` where what follows the place is no longer held. */
  after(place: Place): AuditEventRow | null | 'behind';
}

export function createRing(from: Place, most: number): Ring {
  let held: { readonly place: Place; readonly event: AuditEventRow }[] = [];
  let since = from;
  let reached = from;
  return {
    get reached() {
      return reached;
    },
    add(events, upTo) {
      held.push(...events.map((event) => ({ place: placeOf(event), event })));
      reached = upTo;
      const surplus = held.length - most;
      if (surplus <= 0) return;
      since = held[surplus - 1]!.place;
      held = held.slice(surplus);
    },
    clear() {
      since = held.at(-1)?.place ?? since;
      held = [];
    },
    after(place) {
      if (isBeyond(since, place)) return 'behind';
      let from = 0;
      let to = held.length;
      while (from < to) {
        const middle = (from + to) >> 1;
        if (isBeyond(held[middle]!.place, place)) to = middle;
        else from = middle + 1;
      }
      return held[from]?.event ?? null;
    },
  };
}
