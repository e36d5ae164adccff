/* errand-keeper call SOCKET: one call of a warm program (host.c), as a command like any other. It hands over its folder, its
   environment and its own stdout and stderr, passes a wish to end on, and ends as the call did. */
#include "keeper.h"
#include <sys/resource.h>
#include <sys/socket.h>

enum { OUR_OWN_FAILURE = 125 };
static const char abort_message[] = {1, 0, 0, 0, 'A'};
static int line = -1;

static int fail(const char *sentence) {
  dprintf(2, "errand: %s (%s)\n", sentence, errno ? strerror(errno) : "the connection closed");
  return OUR_OWN_FAILURE;
}

static void ask_for_end(int number) {
  int saved = errno;
  (void)number;
  if (send(line, abort_message, sizeof abort_message, MSG_NOSIGNAL) < 0) errno = saved; /* then nobody is there to end */
  errno = saved;
}

/* The message: u32 length, 'C', and as fields the folder and the variables of the environment. */
static char *message_of(const char *folder, char **variables, size_t *length) {
  size_t size = 9 + strlen(folder);
  for (char **at = variables; *at; at++) size += 4 + strlen(*at);
  char *message = must(malloc(size)), *to = message + 5;
  uint32_t body = (uint32_t)(*length = size) - 4;
  memcpy(message, &body, 4);
  message[4] = 'C';
  for (const char *field = folder; field; field = *variables ? *variables++ : NULL) {
    uint32_t part = (uint32_t)strlen(field);
    memcpy(to, &part, 4);
    memcpy(to + 4, field, part);
    to += 4 + part;
  }
  return message;
}

/* The descriptors travel with the first byte. */
static bool hand_over(char *message, size_t length) {
  char room[CMSG_SPACE(2 * sizeof(int))] = {0};
  struct iovec bytes = {.iov_base = message, .iov_len = length};
  struct msghdr header = {.msg_iov = &bytes, .msg_iovlen = 1, .msg_control = room, .msg_controllen = sizeof room};
  struct cmsghdr *rights = CMSG_FIRSTHDR(&header);
  *rights = (struct cmsghdr){.cmsg_len = CMSG_LEN(2 * sizeof(int)), .cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS};
  memcpy(CMSG_DATA(rights), (int[]){1, 2}, 2 * sizeof(int));
  ssize_t sent = sendmsg(line, &header, MSG_NOSIGNAL);
  while (sent >= 0 && (size_t)sent < length) {
    message += sent, length -= (size_t)sent;
    sent = send(line, message, length, MSG_NOSIGNAL);
  }
  return sent >= 0;
}

/* Ends as the program did: its status, or its signal, without a second core. */
int end_as(char kind, int number) {
  if (kind != 's') return number;
  setrlimit(RLIMIT_CORE, &(struct rlimit){0, 0});
  signal(number, SIG_DFL);
  kill(getpid(), number);
  return 128 + number;
}

int call(const char *path) {
  char folder[4096] = "/";
  unsigned char answer[2];
  size_t length, got = 0;
  sigset_t all, before;
  line = socket_connect(path);
  if (line < 0) return fail("the host of this module is gone");
  if (!getcwd(folder, sizeof folder)) strcpy(folder, "/");
  sigfillset(&all);
  sigprocmask(SIG_SETMASK, &all, &before); /* a wish to end may not land in the middle of the message */
  char *message = message_of(folder, environ, &length);
  bool whole = hand_over(message, length);
  free(message);
  signal(SIGTERM, ask_for_end), signal(SIGINT, ask_for_end);
  sigprocmask(SIG_SETMASK, &before, NULL);
  if (!whole) return fail("the host of this module could not be called");
  while (got < sizeof answer) {
    errno = 0;
    ssize_t count = read(line, answer + got, sizeof answer - got);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return fail("the host of this module ended in the middle of the call");
    got += (size_t)count;
  }
  return end_as((char)answer[0], answer[1]);
}
