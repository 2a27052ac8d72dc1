/** One event as the server sent it. */
export interface SentEvent {
  readonly event: string;
  readonly data: string;
}

/**
 * Takes texts as they come, cut anywhere, and gives the server-sent events that are whole by then (HTML standard, 9.2.6).
 * Comments and the fields `id` and `retry` say nothing here, and an event without data is none.
 */
export function createEventReader(): (text: string) => SentEvent[] {
  let rest = '';
  let event = '';
  let data: string[] = [];

  return (text) => {
    // A carriage return at the end may be the first half of a line's end.
    const lines = (rest + text).split(/\r\n|\n|\r(?!$)/);
    rest = lines.pop()!;
    const whole: SentEvent[] = [];
    for (const line of lines) {
      const [, field, value] = /^([^:]*):? ?(.*)/s.exec(line)!;
      if (field === 'event') event = value!;
      if (field === 'data') data.push(value!);
      if (line) continue;
      if (data.length > 0) whole.push({ event, data: data.join('\n') });
      event = '';
      data = [];
    }
    return whole;
  };
}
