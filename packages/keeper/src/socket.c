/* The socket: one keeper a path, and only its own user or root may speak to it. */
#include "keeper.h"
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

enum { FAILED = 1, ANOTHER_IS_ALIVE = 3 };

static void accept_ready(struct watch *watch, unsigned events) {
  (void)events;
  struct ucred peer;
  socklen_t size = sizeof peer;
  int fd = accept4(watch->fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
  if (fd < 0) return;
  bool known = getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) == 0;
  if (known && (peer.uid == geteuid() || peer.uid == 0)) clients_add(fd);
  else close(fd);
}

static int bind_alone(int fd, const char *path) {
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  if (strlen(path) >= sizeof address.sun_path) return FAILED;
  strcpy(address.sun_path, path);
  int probe = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  int answered = connect(probe, (struct sockaddr *)&address, sizeof address);
  close(probe);
  if (answered == 0) return ANOTHER_IS_ALIVE;
  unlink(path);
  return bind(fd, (struct sockaddr *)&address, sizeof address) < 0 || listen(fd, SOMAXCONN) < 0 ? FAILED : 0;
}

/* Two keepers that start at once must not both find the socket dead: the folder is locked meanwhile. */
int socket_open(const char *path, struct watch *listener) {
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
  if (!failure) watch_open(listener, fd, EPOLLIN, accept_ready);
  return failure;
}
