import type { Answer, Run } from '@errand/sdk';
import { useEffect, useRef, useState } from 'react';
import { errand } from '../api/errand.ts';
import { sentenceOf } from '../api/sentence.ts';

/** What people and programs write where something went wrong. */
const ERROR_WORDS = ['error', 'fatal', 'panic', 'exception', 'traceback', 'failed', 'not found', 'denied'];

type Found = Answer<'findLines'>;

export interface LogSearch {
  /** What it is doing or found, in words; empty: nothing to say. */
  readonly says: string;
  readonly searching: boolean;
  /** Looks for the next line with the text, from an offset on; calls back with where it is. */
  find(text: string, direction: 'forward' | 'back', from: number): void;
  /** The same for lines that tell of an error. */
  findError(direction: 'forward' | 'back', from: number): void;
  stop(): void;
}

/** Looks through all of a log on the server's side, however long it is, part by part until something is found. */
export function useLogSearch(run: Run, attempt: number, found: (offset: number) => void): LogSearch {
  const [says, setSays] = useState('');
  const [searching, setSearching] = useState(false);
  const going = useRef(new AbortController());
  useEffect(() => () => going.current.abort(), []);

  const look = async (
    texts: readonly string[],
    direction: 'forward' | 'back',
    begin: number,
  ): Promise<void> => {
    going.current.abort();
    const { signal } = (going.current = new AbortController());
    setSearching(true);
    setSays('');
    try {
      for (let from = begin; ; ) {
        const answer = await part(
          run,
          { text: [...texts], direction, from, limit: 1, ...(attempt === 0 ? {} : { attempt }) },
          signal,
        );
        const [line] = answer.lines;
        if (line !== undefined) {
          setSays('');
          return found(line.offset);
        }
        if (answer.done) return setSays(direction === 'forward' ? 'Not found below' : 'Not found above');
        from = answer.next;
        setSays(`Searching, ${Math.floor((from / Math.max(1, answer.size)) * 100)} %`);
      }
    } catch (error) {
      if (!signal.aborted) setSays(sentenceOf(error));
    } finally {
      if (!signal.aborted) setSearching(false);
    }
  };
  return {
    says,
    searching,
    find: (text, direction, from) => void look([text], direction, from),
    findError: (direction, from) => void look(ERROR_WORDS, direction, from),
    stop: () => {
      going.current.abort();
      setSearching(false);
      setSays('');
    },
  };
}

async function part(
  run: Run,
  query: NonNullable<Parameters<ReturnType<typeof errand.runs.of>['findLines']>[0]>,
  signal: AbortSignal,
): Promise<Found> {
  return await errand.runs.of(run).findLines(query, { signal });
}
