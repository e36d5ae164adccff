/* The log of a run: the bytes as they arrive, and an index that says when and from which stream they came. */
#include "keeper.h"

#define MERGE_MS 10
#define RECORDS_LIMIT 2000000

static int open_file(struct run *run, const char *ending) {
  char path[4100];
  snprintf(path, sizeof path, "%s.%s", run->log_prefix, ending);
  return open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
}

static bool open_files(struct run *run) {
  run->log.bytes = open_file(run, "log");
  run->log.index = open_file(run, "idx");
  return run->log.bytes >= 0 && run->log.index >= 0;
}

/* Says that the stored bytes up to now came from this stream. A plain memory image: all builds are little-endian. */
bool log_record(struct log *log, int stream, int64_t time) {
  bool near = stream != GAP && log->last_stream == stream && time - log->last_time < MERGE_MS && time >= log->last_time;
  uint64_t words[2] = {log->size, (uint64_t)time << 8 | (unsigned)stream};
  if (log->records > 0 && (near || log->records >= RECORDS_LIMIT))
    return pwrite(log->index, words, 8, (off_t)(log->records - 1) * 16) == 8;
  log->last_stream = stream;
  log->last_time = time;
  return pwrite(log->index, words, 16, (off_t)log->records++ * 16) == 16;
}

/* Stores bytes and their record; false when the disk takes no more. What was written of them counts. */
bool log_append(struct run *run, int stream, int64_t time, const char *bytes, size_t length) {
  struct log *log = &run->log;
  if (inside) tell(NULL, 'o', "snb", run->id, (uint64_t)stream, bytes, length);
  if (inside) return run->told_size = log->size += length, true;
  bool fine = log->bytes >= 0 || open_files(run);
  size_t done = 0;
  while (fine && done < length) {
    ssize_t count = write(log->bytes, bytes + done, length - done);
    fine = count > 0 || (count < 0 && errno == EINTR);
    if (count > 0) done += (size_t)count;
  }
  log->size += done;
  return (done == 0 || log_record(log, stream, time)) && fine;
}

/* Takes what a command wrote: up to the cap it is stored, then only its tail is kept. */
void log_take(struct run *run, int stream, const char *bytes, size_t length) {
  struct log *log = &run->log;
  log->seen += length;
  if (log->failed) return;
  size_t fits = !log->cap || length < log->cap - log->size ? length : log->cap - log->size;
  int64_t time = wall_ms();
  log->failed = fits > 0 && !log_append(run, stream, time, bytes, fits);
  if (log->failed) kill_run(run, SIGTERM, run->options.grace, "disk_full");
  else if (fits < length) tail_put(&log->tail, stream, time, bytes + fits, length - fits);
}

void log_close(struct run *run) {
  if (run->log.bytes >= 0) close(run->log.bytes);
  if (run->log.index >= 0) close(run->log.index);
}
