/* The loop: one thread that waits for descriptors. The kernel lists them in the order in which they became ready,
   which is what keeps stdout and stderr in order of arrival. */
#include "keeper.h"
#include <sys/epoll.h>
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
  *watch = (struct watch){.fd = fd, .events = events, .ready = ready};
  epoll_ctl(poller, EPOLL_CTL_ADD, fd, &(struct epoll_event){.events = events, .data.ptr = watch});
}

void watch_for(struct watch *watch, unsigned events) {
  if (watch->events == events) return;
  watch->events = events;
  epoll_ctl(poller, EPOLL_CTL_MOD, watch->fd, &(struct epoll_event){.events = events, .data.ptr = watch});
}

void watch_close(struct watch *watch) {
  if (watch->fd < 0) return;
  /* A child between fork and exec still holds a copy, with which a plain close would leave the watch in place. */
  epoll_ctl(poller, EPOLL_CTL_DEL, watch->fd, NULL);
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
