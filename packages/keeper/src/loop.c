/* The loop: one thread that waits for descriptors. The kernel lists them in the order in which they became ready,
   which is what keeps stdout and stderr in order of arrival. */
#include "keeper.h"
#include <time.h>

static int poller;

void loop_open(void) { poller = epoll_create1(EPOLL_CLOEXEC); }

void loop_round(int64_t wake_at) {
  struct epoll_event ready[128];
  int64_t wait = wake_at < 0 ? -1 : wake_at - now_ms();
  if (wake_at >= 0 && wait < 0) wait = 0;
  int count = epoll_wait(poller, ready, 128, wait > 1 << 30 ? 1 << 30 : (int)wait);
  for (int i = 0; i < count; i++) {
    struct watch *watch = ready[i].data.ptr;
    if (watch->fd >= 0) watch->ready(watch, ready[i].events); /* an earlier one of this round may have closed it */
  }
}

void watch_open(struct watch *watch, int fd, unsigned events, void (*ready)(struct watch *, unsigned)) {
  *watch = (struct watch){fd, events, ready};
  epoll_ctl(poller, EPOLL_CTL_ADD, fd, &(struct epoll_event){.events = events, .data.ptr = watch});
}

void watch_for(struct watch *watch, unsigned events) {
  if (watch->events == events) return;
  watch->events = events;
  epoll_ctl(poller, EPOLL_CTL_MOD, watch->fd, &(struct epoll_event){.events = events, .data.ptr = watch});
}

void watch_close(struct watch *watch) {
  if (watch->fd < 0) return;
  epoll_ctl(poller, EPOLL_CTL_DEL, watch->fd, NULL); /* a child before its exec has a copy, so that close is not enough */
  close(watch->fd);
  watch->fd = -1;
}

static int64_t clock_ms(clockid_t clock) {
  struct timespec time;
  clock_gettime(clock, &time);
  return (int64_t)time.tv_sec * 1000 + time.tv_nsec / 1000000;
}

int64_t now_ms(void) { return clock_ms(CLOCK_MONOTONIC); }
int64_t wall_ms(void) { return clock_ms(CLOCK_REALTIME); }

void *must(void *allocated) {
  if (!allocated) abort();
  return allocated;
}

/* Reads a small file at once and ends it with a NUL; answers its length, 0 or less for none. */
ssize_t read_text(int folder, const char *path, char *text, size_t size) {
  int file = openat(folder, path, O_RDONLY | O_CLOEXEC);
  ssize_t length = file < 0 ? -1 : read(file, text, size - 1);
  if (file >= 0) close(file);
  text[length > 0 ? length : 0] = 0;
  return length;
}
