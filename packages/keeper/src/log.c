/* The log of a run: the bytes as they arrive, and an index that says when and from which stream they came. */
#include "keeper.h"
#include <sys/epoll.h>
#include <sys/ioctl.h>

#define MERGE_MS 10
#define RECORDS_LIMIT 2000000
#define WIDE_PIPE (1 << 20)
#define NORMAL_PIPE 65536

static char buffer[256 * 1024];

static bool open_files(struct run *run) {
  char path[4096];
  snprintf(path, sizeof path, "%s.log", run->log_prefix);
  run->log.bytes = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  snprintf(path, sizeof path, "%s.idx", run->log_prefix);
  run->log.index = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  return run->log.bytes >= 0 && run->log.index >= 0;
}

static bool write_at(int fd, const void *bytes, size_t length, uint64_t offset) {
  ssize_t count;
  do count = pwrite(fd, bytes, length, (off_t)offset);
  while (count < 0 && errno == EINTR);
  return count == (ssize_t)length;
}

/* Says that the stored bytes up to now came from this stream. A plain memory image: all builds are little-endian. */
static bool record(struct log *log, int stream, int64_t time) {
  bool near = log->last_stream == stream && time - log->last_time < MERGE_MS && time >= log->last_time;
  uint64_t words[2] = {log->size, (uint64_t)time << 8 | (unsigned)stream};
  if (log->records > 0 && ((near && stream != GAP) || log->records >= RECORDS_LIMIT))
    return write_at(log->index, words, 8, (log->records - 1) * 16);
  log->last_stream = stream;
  log->last_time = time;
  return write_at(log->index, words, 16, log->records++ * 16);
}

/* Stores bytes and their record; false when the disk takes no more. What was written of them counts. */
bool log_append(struct run *run, int stream, int64_t time, const char *bytes, size_t length) {
  struct log *log = &run->log;
  bool fine = log->bytes >= 0 || open_files(run);
  size_t done = 0;
  while (fine && done < length) {
    ssize_t count = write(log->bytes, bytes + done, length - done);
    if (count < 0 && errno == EINTR) continue;
    fine = count > 0;
    if (fine) done += (size_t)count;
  }
  log->size += done;
  return (done == 0 || record(log, stream, time)) && fine;
}

void log_gap(struct run *run) { record(&run->log, GAP, wall_ms()); }

void log_close(struct run *run) {
  if (run->log.bytes >= 0) close(run->log.bytes);
  if (run->log.index >= 0) close(run->log.index);
  run->log.bytes = run->log.index = -1;
}

/* Takes what a command wrote: up to the cap it is stored, then only its tail is kept. */
static void take(struct run *run, int stream, const char *bytes, size_t length) {
  struct log *log = &run->log;
  log->seen += length;
  if (log->failed) return;
  size_t fits = !log->cap || length < log->cap - log->size ? length : log->cap - log->size;
  int64_t time = wall_ms();
  if (fits > 0 && !log_append(run, stream, time, bytes, fits)) {
    log->failed = true;
    if (!run->ended) kill_run(run, 15, run->options.grace, "disk_full");
  } else if (fits < length) {
    tail_put(&log->tail, stream, time, bytes + fits, length - fits);
  }
}

static void stream_ready(struct watch *watch, unsigned events) {
  struct stream *stream = (struct stream *)watch;
  (void)events;
  ssize_t count = read(watch->fd, buffer, sizeof buffer);
  if (count < 0 && (errno == EAGAIN || errno == EINTR)) return;
  if (count <= 0) { /* end of file; for a terminal EIO */
    watch_close(watch);
    return;
  }
  if (count >= NORMAL_PIPE && !stream->wide) { /* only for those who write a lot: a user's pipe memory is limited */
    stream->wide = true;
    fcntl(watch->fd, F_SETPIPE_SZ, WIDE_PIPE);
  }
  if (!stream->run->ended) take(stream->run, stream->label, buffer, (size_t)count);
}

void stream_open(struct run *run, struct stream *stream, int fd, int label) {
  watch_open(&stream->watch, fd, EPOLLIN, stream_ready);
  stream->run = run;
  stream->label = label;
}

/* Takes what lies in the pipe now: all that was written before the end, and not what a kept child goes on to write. */
void stream_drain(struct stream *stream) {
  int waiting = 0;
  if (stream->watch.fd < 0 || ioctl(stream->watch.fd, FIONREAD, &waiting) < 0) return;
  while (waiting > 0) {
    ssize_t count = read(stream->watch.fd, buffer, sizeof buffer);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return;
    take(stream->run, stream->label, buffer, (size_t)count);
    waiting -= (int)count;
  }
}
