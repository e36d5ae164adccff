/* epoll's calls over poll. There is one poller. */
#include "../keeper.h"

static struct pollfd *watched;
static void **owners;
static size_t count, room;

int epoll_create1(int flags) { return flags; }

static size_t index_of(int fd) {
  size_t at = 0;
  while (at < count && watched[at].fd != fd) at++;
  return at;
}

static void grow(void) {
  if (count < room) return;
  room = room * 2 + 64;
  watched = must(realloc(watched, room * sizeof *watched));
  owners = must(realloc(owners, room * sizeof *owners));
}

int epoll_ctl(int poller, int how, int fd, struct epoll_event *event) {
  size_t at = index_of(fd);
  (void)poller;
  if (how == EPOLL_CTL_ADD && at == count) grow(), count++;
  if (at == count) return -1;
  if (how == EPOLL_CTL_DEL) {
    watched[at] = watched[--count];
    owners[at] = owners[count];
    return 0;
  }
  watched[at] = (struct pollfd){.fd = fd, .events = (short)event->events};
  owners[at] = event->data.ptr;
  return 0;
}

/* What does not fit into `ready` comes with the next call: poll says what is so, not what has changed. */
int epoll_wait(int poller, struct epoll_event *ready, int limit, int wait) {
  int found = 0;
  (void)poller;
  if (poll(watched, (nfds_t)count, wait) <= 0) return 0;
  for (size_t i = 0; i < count && found < limit; i++)
    if (watched[i].revents) ready[found++] = (struct epoll_event){(uint32_t)watched[i].revents, {owners[i]}};
  return found;
}
