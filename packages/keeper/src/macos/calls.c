/* Calls that take their flags apart, one after the other; the keeper has one thread, so nobody forks in between. */
#include "../keeper.h"
#undef accept4
#undef socket
#undef posix_openpt
#undef recvmsg

static int with_flags(int fd, int close_on_exec, int no_wait) {
  if (fd >= 0 && close_on_exec) fcntl(fd, F_SETFD, FD_CLOEXEC);
  if (fd >= 0 && no_wait) fcntl(fd, F_SETFL, O_NONBLOCK | fcntl(fd, F_GETFL));
  return fd;
}

int mac_pipe(int *pair, int flags) {
  if (pipe(pair) < 0) return -1;
  for (int i = 0; i < 2; i++) with_flags(pair[i], flags & O_CLOEXEC, flags & O_NONBLOCK);
  return 0;
}

int mac_accept(int fd, int flags) {
  return with_flags(accept(fd, NULL, NULL), flags & SOCK_CLOEXEC, flags & SOCK_NONBLOCK);
}

int mac_socket(int family, int kind) {
  int plain = kind & ~(SOCK_CLOEXEC | SOCK_NONBLOCK);
  return with_flags(socket(family, plain, 0), kind & SOCK_CLOEXEC, kind & SOCK_NONBLOCK);
}

int mac_openpt(void) { return with_flags(posix_openpt(O_RDWR | O_NOCTTY), 1, 0); }

int mac_peer(int fd, void *peer) {
  struct ucred *who = peer;
  who->pid = 0;
  return getpeereid(fd, &who->uid, &who->gid);
}

long mac_syscall(long number, ...) {
  (void)number;
  errno = ENOSYS;
  return -1;
}

/* Descriptors that came with a message must not go on to commands. */
ssize_t mac_receive(int fd, struct msghdr *header) {
  ssize_t count = recvmsg(fd, header, 0);
  struct cmsghdr *part = count < 0 ? NULL : CMSG_FIRSTHDR(header);
  for (; part; part = CMSG_NXTHDR(header, part)) {
    if (part->cmsg_level != SOL_SOCKET || part->cmsg_type != SCM_RIGHTS) continue;
    int *fds = (int *)(void *)CMSG_DATA(part);
    for (size_t i = 0; i < (part->cmsg_len - CMSG_LEN(0)) / sizeof(int); i++) with_flags(fds[i], 1, 0);
  }
  return count;
}
