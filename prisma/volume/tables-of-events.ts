import type { TableRows } from './copy.ts';
import { instant, instantOrNull } from './instant.ts';
import { inTime } from './ranges.ts';
import type { World } from './world.ts';

export function tablesOfEvents({ frame, given, people, organizations, apps, sessions, events }: World): TableRows[] {
  const calledOrAddress = (person: number) => (people.hasName(person) ? people.called(person).name : people.email(person));
  return [
    {
      table: 'sessions',
      columns: [
        ...['id', 'user_id', 'created_at', 'last_active_at', 'expires_at', 'ends_at', 'ended_at', 'remember_me', 'ip_address'],
        ...['user_agent', 'app_id', 'organization_id', 'impersonator_id', 'impersonation_reason', 'started_from_id'],
      ],
      count: frame.sessions,
      *rows() {
        for (const number of inTime(frame.sessions, frame.start, (one) => sessions.session(one).createdAt)) {
          const session = sessions.session(number);
          const { person, app, organization, impersonation } = session;
          const { ipAddress, userAgent } = people.device(impersonation?.by ?? person);
          yield [
            ...[
              sessions.id(number, session.createdAt),
              people.id(person),
              instant(session.createdAt),
              instant(session.lastActiveAt),
            ],
            ...[instant(session.expiresAt), instant(session.endsAt), instantOrNull(session.endedAt), session.rememberMe],
            ...[ipAddress, userAgent, app === null ? null : apps[app]!.id],
            organization === null ? null : organizations.id(organization),
            ...(impersonation
              ? [
                  people.id(impersonation.by),
                  impersonation.reason,
                  sessions.id(impersonation.startedFrom, impersonation.startedAt),
                ]
              : [null, null, null]),
          ];
        }
      },
    },
    {
      table: 'audit_events',
      columns: [
        ...['id', 'generation', 'transaction', 'action', 'occurred_at', 'actor_id', 'actor_name', 'subject_type', 'subject_id'],
        ...['organization_id', 'reason', 'changes', 'metadata', 'ip_address', 'user_agent', 'request_id'],
      ],
      count: frame.events,
      *rows() {
        for (const number of events.inTime()) {
          const { at, action, actor, organization, reason, changes, ...event } = events.event(number);
          const { ipAddress, userAgent } = people.device(actor);
          const subject = event.subject();
          yield [
            ...[events.id(number, at), given.generation, given.transaction, action, instant(at)],
            ...[people.id(actor), calledOrAddress(actor), subject.type, subject.id],
            ...[organization === null ? null : organizations.id(organization), reason],
            ...[JSON.stringify(changes), JSON.stringify(event.metadata()), ipAddress, userAgent, events.requestId(number, at)],
          ];
        }
      },
    },
    {
      table: 'audit_event_people',
      columns: ['user_id', 'event_id', 'generation', 'transaction'],
      count: Math.round(frame.events * 1.4),
      *rows() {
        for (const number of events.inTime()) {
          const { at, actor, other } = events.event(number);
          const place = [events.id(number, at), given.generation, given.transaction];
          yield [people.id(actor), ...place];
          if (other !== null) yield [people.id(other), ...place];
        }
      },
    },
  ];
}
