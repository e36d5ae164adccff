/* Our ends of a command's stdout and stderr. */
#include "keeper.h"
#include <sys/ioctl.h>

#define NORMAL_PIPE 65536
#define WIDE_PIPE (1 << 20)

static char buffer[256 * 1024];

static void stream_ready(struct watch *watch, unsigned events) {
  struct stream *stream = (struct stream *)watch;
  (void)events;
  ssize_t count = read(watch->fd, buffer, sizeof buffer);
  if (count < 0 && (errno == EAGAIN || errno == EINTR)) return;
  if (count <= 0) return watch_close(watch); /* end of file; for a terminal EIO */
  if (count >= NORMAL_PIPE && !stream->wide) { /* only for those who write a lot: a user's pipe memory is limited */
    stream->wide = true;
    fcntl(watch->fd, F_SETPIPE_SZ, WIDE_PIPE);
  }
  if (!stream->run->ended) log_take(stream->run, stream->label, buffer, (size_t)count);
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
    if (count <= 0 && errno != EINTR) return;
    if (count > 0) log_take(stream->run, stream->label, buffer, (size_t)count);
    if (count > 0) waiting -= (int)count;
  }
}
