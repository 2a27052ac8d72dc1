import type { CallOptions } from '../calls.ts';
import type { ModuleCore } from '../core.ts';
import { AuditEventsDocument, type AuditEventsQueryVariables, type AuditEventWhere } from '../generated/operations.ts';
import { eachOf, nextOf } from '../paging.ts';
import { type AuditEventRecord, type InputOf, type RecordOf, toInput, toRecord } from '../records.ts';
import { follow, type Told } from '../stream/follow.ts';
import { found } from './found.ts';

interface EventsPageWanted extends AuditEventWhere {
  /** 25 unless told, 100 at most. */
  first?: number | undefined;
  /** The `next` of the page before, or an event's `cursor`. */
  after?: string | null | undefined;
}
interface EventsToFollow extends AuditEventWhere {
  /** An event's `cursor`: what was committed after it comes first. Unless told, what is committed once the first event is asked for. */
  after?: string | null | undefined;
}

/** Which events. */
export type AuditEventFilter = InputOf<AuditEventWhere>;
/** Which events, and which page of them. */
export type AuditEventListing = InputOf<EventsPageWanted>;
/** Which events to follow, from where, and until when. */
export type AuditEventFollowing = InputOf<EventsToFollow> & Pick<CallOptions, 'signal'>;
/** A page of events. */
export interface AuditEventPage {
  events: AuditEventRecord[];
  /** The `after` of the next page; null on the last one. */
  next: string | null;
}

function methods(core: ModuleCore) {
  async function page(variables: AuditEventsQueryVariables, options?: CallOptions) {
    const { edges, pageInfo } = found((await core.calls.call(AuditEventsDocument, variables, options)).auditEvents, 'list');
    return { nodes: edges, pageInfo };
  }

  return {
    /** A page of events, the newest first. */
    async list(listing: AuditEventListing = {}, options?: CallOptions): Promise<AuditEventPage> {
      const { first, after, ...where } = toInput<EventsPageWanted>(listing);
      const events = await page({ where, first, after }, options);
      return { events: toRecord(events.nodes).map(toEvent), next: nextOf(events) };
    },

    /** Every event that matches, one by one, the newest first; pages are fetched as they are needed. */
    async *iterate(filter: AuditEventFilter = {}, options?: CallOptions): AsyncGenerator<AuditEventRecord, void> {
      const where = toInput<AuditEventWhere>(filter);
      const edges = eachOf(core.calls, options, (one, asOne) => page({ where, ...one }, asOne));
      for await (const edge of edges) yield toEvent(edge);
    },

    /**
     * Events as they are committed, each once and in order, whatever becomes of connections meanwhile. Leaving the loop ends it, and so
     * does `signal`. `ForbiddenError` when the right is gone, `UnauthenticatedError` when the session is over.
     */
    subscribe({ signal, ...following }: AuditEventFollowing = {}): AsyncIterableIterator<AuditEventRecord> {
      const { after, ...where } = toInput<EventsToFollow>(following);
      return follow(core, { where, after, signal }, (told) => toEvent(toRecord(told)));
    },
  };
}

/** What happened. All of it needs `audit:read`. */
export interface AuditModule extends ReturnType<typeof methods> {}

/** Made as a type with a name, so that an editor shows that and what its methods say. */
export const auditModule: (core: ModuleCore) => AuditModule = methods;

function toEvent({ cursor, node }: RecordOf<Told>): AuditEventRecord {
  return { ...node, cursor };
}
