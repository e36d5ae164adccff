import type { IncomingMessage } from 'node:http';

export interface ServerSent {
  readonly event: string;
  readonly id: string;
  readonly data: string;
}

/** Reads server-sent events until there are `most` of them or the stream ends; then the connection is cut. */
export async function readEvents(answer: IncomingMessage, most: number): Promise<ServerSent[]> {
  const events: ServerSent[] = [];
  let text = '';
  for await (const chunk of answer) {
    text += String(chunk);
    const blocks = text.split('\n\n');
    text = blocks.pop() ?? '';
    events.push(...blocks.filter((block) => block.includes('data: ')).map(parse));
    if (events.length >= most) break;
  }
  return events.slice(0, most);
}

function parse(block: string): ServerSent {
  const field = (name: string) => new RegExp(`^${name}: (.*)$`, 'm').exec(block)?.[1] ?? '';
  return { event: field('event'), id: field('id'), data: field('data') };
}
