/* The socket: one keeper a path, and only its own user or root may speak to it. */
#include "keeper.h"
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

enum { FAILED = 1, ANOTHER_IS_ALIVE = 3 };

/* Only from our own user or root; others are sent away. */
int socket_accept(int listener) {
  struct ucred peer;
  socklen_t size = sizeof peer;
  int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
  bool known = fd >= 0 && getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) == 0;
  if (known && (peer.uid == geteuid() || peer.uid == 0)) return fd;
  if (fd >= 0) close(fd);
  return -1;
}

int socket_connect(const char *path) {
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  if (strlen(path) >= sizeof address.sun_path) return errno = ENAMETOOLONG, -1;
  strcpy(address.sun_path, path);
  int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd >= 0 && connect(fd, (struct sockaddr *)&address, sizeof address) == 0) return fd;
  int error = errno;
  close(fd);
  return errno = error, -1;
}

static int bind_alone(int fd, const char *path) {
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  if (strlen(path) >= sizeof address.sun_path) return FAILED;
  strcpy(address.sun_path, path);
  int probe = socket_connect(path);
  if (probe >= 0) return close(probe), ANOTHER_IS_ALIVE;
  unlink(path);
  return bind(fd, (struct sockaddr *)&address, sizeof address) < 0 || listen(fd, SOMAXCONN) < 0 ? FAILED : 0;
}

/* Two keepers that start at once must not both find the socket dead: the folder is locked meanwhile. */
int socket_open(const char *path, struct watch *listener, void (*ready)(struct watch *, unsigned)) {
  char folder[4096] = ".";
  const char *slash = strrchr(path, '/');
  if (slash) snprintf(folder, sizeof folder, "%.*s", (int)(slash - path + 1), path);
  int lock = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  mode_t mask = umask(0177);
  flock(lock, LOCK_EX);
  int failure = bind_alone(fd, path);
  umask(mask);
  close(lock);
  if (failure == FAILED) perror("errand-keeper: cannot listen");
  if (!failure) watch_open(listener, fd, EPOLLIN, ready);
  return failure;
}
