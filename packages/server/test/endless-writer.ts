import { aRun, leased } from '@errand/core/testing';
import { FileLogStore } from '../src/stores/files/file-log-store.ts';
import { openSqliteStore } from '../src/stores/sql/open-sqlite-store.ts';

/**
 * A program that is going to be killed: writes runs and a log without end, from several callers at once, and says on its standard output
 * what was answered, after it was: `run <id>`, `leased <id>`, `log <size>`.
 */
const [database = '', root = '', round = ''] = process.argv.slice(2);
const store = await openSqliteStore({ database });
const logs = new FileLogStore({ root });
const LOG = { runId: 'run_log', token: 1 };

await Promise.all([0, 1, 2, 3].map(writeRuns).concat(writeLog()));

async function writeRuns(writer: number): Promise<void> {
  for (let count = 0; ; count += 1) {
    const run = aRun({ id: `run_${round}_${writer}_${count}`, tags: ['kept'] });
    await store.runs.insert(run, null);
    process.stdout.write(`run ${run.id}\n`);
    await store.runs.save(leased(run));
    process.stdout.write(`leased ${run.id}\n`);
  }
}

/** The byte at each offset follows from the offset, so that the reader can check it. */
async function writeLog(): Promise<void> {
  let size = await logs.size(LOG);
  for (;;) {
    const length = 1 + (size % 5_000);
    const bytes = Uint8Array.from({ length }, (_, index) => (size + index) % 251);
    size = await logs.append(LOG, [{ offset: size, stream: 'stdout', time: size, bytes }]);
    process.stdout.write(`log ${size}\n`);
  }
}
