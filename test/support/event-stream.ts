import type { Visit } from './personas.ts';
import { type Answer, clientOf, type World } from './world.ts';

/** A frame of a stream: `next` with what an answer holds, or `complete`. */
export interface Frame {
  readonly event: string;
  readonly body: any;
}

/** Opens a stream of events, as a client that accepts nothing else; `end` hangs up. */
export async function openStream(
  { server, settings }: Pick<World, 'server' | 'settings'>,
  { token }: Pick<Visit, 'token'>,
  body: object,
) {
  const response = await clientOf(server, settings, () => token, { accept: 'text/event-stream' }).post(body);
  const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
  let text = '';

  /** The next frame; null once the stream has ended. Comments, which keep the connection, say nothing. */
  async function next(): Promise<Frame | null> {
    for (;;) {
      const end = text.indexOf('\n\n');
      if (end >= 0) {
        const lines = text.slice(0, end).split('\n');
        text = text.slice(end + 2);
        const event = lines
          .find((line) => line.startsWith('event:'))
          ?.slice('event:'.length)
          .trim();
        const data = lines.filter((line) => line.startsWith('data:')).map((line) => line.slice('data:'.length));
        if (event) return { event, body: data.join('').trim() ? JSON.parse(data.join('\n')) : null };
        continue;
      }
      const { done, value } = await reader.read();
      if (done) return null;
      text += value;
    }
  }

  return { response, next, end: () => reader.cancel() };
}

/** The first answer that a stream gives; what is subscribed to is then left. */
export async function firstAnswer(
  world: World,
  visit: Pick<Visit, 'token'>,
  query: string,
  variables?: object,
): Promise<Answer<any>> {
  const { response, next, end } = await openStream(world, visit, { query, variables });
  const frame = await next();
  await end();
  const { data = null, errors = [] } = frame?.body ?? {};
  return { status: response.status, data, errors, headers: response.headers };
}
