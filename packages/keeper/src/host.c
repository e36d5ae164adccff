/* errand-keeper host SOCKET IDLE_MS PROGRAM ARGS...: keeps a program warm that serves one call (call.c) at a time. What the program
   and its children write goes to whoever calls. The program gets the messages of the call on descriptor 3, and answers with one byte,
   the call's exit status. It ends with the first call that went wrong or left processes behind, or when nobody called for IDLE_MS. */
#include "keeper.h"
#include <dirent.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>

#define LINGER_MS 200
#define LOOK_MS 5
#define CONTROL 3

static struct watch listener, control, outputs[2], caller = {.fd = -1}, deaths;
static int theirs[2] = {-1, -1}, death_pipe[2];
static pid_t program;
static const char *place;
static int64_t idle_since;
static char buffer[65536];

static void on_death(int number) {
  int saved = errno;
  (void)number;
  if (write(death_pipe[1], "", 1) < 0) errno = saved; /* full: the loop wakes anyway */
  errno = saved;
}

static void nothing(int number) { (void)number; }

/* The keeper ends what is left of the tree. The socket goes first: whoever sees an answer also sees whether the host stays. */
static _Noreturn void end(int status) {
  unlink(place);
  kill(program, SIGKILL);
  _exit(status);
}

static bool write_all(int fd, const char *bytes, size_t length) {
  while (length > 0) {
    ssize_t count = write(fd, bytes, length);
    if (count < 0 && errno != EINTR) return false;
    if (count > 0) bytes += count, length -= (size_t)count;
  }
  return true;
}

/* Outside of a call, output is the host's own. */
static void pass_on(int which, size_t length) {
  write_all(theirs[which] >= 0 ? theirs[which] : which + 1, buffer, length);
}

static void output_ready(struct watch *watch, unsigned events) {
  (void)events;
  ssize_t count = read(watch->fd, buffer, sizeof buffer);
  if (count < 0 && (errno == EAGAIN || errno == EINTR)) return;
  if (count <= 0) return watch_close(watch);
  pass_on((int)(watch - outputs), (size_t)count);
}

/* All that was written before now. */
static void drain(void) {
  for (int which = 0, waiting; which < 2; which++) {
    if (outputs[which].fd < 0 || ioctl(outputs[which].fd, FIONREAD, &waiting) < 0) continue;
    while (waiting > 0) {
      size_t wanted = (size_t)waiting < sizeof buffer ? (size_t)waiting : sizeof buffer;
      ssize_t count = read(outputs[which].fd, buffer, wanted);
      if (count <= 0 && errno != EINTR) break;
      if (count > 0) pass_on(which, (size_t)count), waiting -= (int)count;
    }
  }
}

static bool lives(pid_t pid) {
  char path[64], text[1024];
  snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
  char *rest = read_text(AT_FDCWD, path, text, sizeof text) > 0 ? strrchr(text, ')') : NULL;
  return rest && rest[2] != 'Z' && rest[2] != 'X';
}

/* A living child of any thread of a process, the program itself apart. */
static bool has_child(pid_t parent) {
  static char text[65536];
  char path[300];
  bool found = false;
  snprintf(path, sizeof path, "/proc/%d/task", (int)parent);
  DIR *threads = opendir(path);
  for (struct dirent *entry; threads && (entry = readdir(threads));) {
    snprintf(path, sizeof path, "%s/children", entry->d_name);
    if (entry->d_name[0] == '.' || read_text(dirfd(threads), path, text, sizeof text) <= 0) continue;
    for (char *at = text; *at; at += strspn(at, " ")) {
      pid_t child = (pid_t)strtol(at, &at, 10);
      found |= child > 0 && child != program && lives(child);
    }
  }
  if (threads) closedir(threads);
  return found;
}

/* What the call has started and not waited for; daemons come to us, the subreaper. They have a moment to end by themselves.
   Where the kernel does not list children there may always be some. */
static bool left_behind(void) {
  char list[64];
  snprintf(list, sizeof list, "/proc/self/task/%d/children", (int)getpid());
  for (int64_t until = now_ms() + LINGER_MS; has_child(getpid()) || has_child(program); usleep(LOOK_MS * 1000))
    if (now_ms() >= until) return true;
  return access(list, R_OK) < 0;
}

/* Ends the call: the last bytes, then the status ('x') or the signal ('s') it ends with. */
static void answer(char kind, int number, bool stays) {
  drain();
  for (int which = 0; which < 2; which++) close(theirs[which]), theirs[which] = -1;
  if (!stays) unlink(place);
  write_all(caller.fd, (char[]){kind, (char)number}, 2);
  watch_close(&caller);
  idle_since = now_ms();
  if (!stays) end(0);
}

/* The program's word on the call under way; nobody asked for any other. */
static void control_ready(struct watch *watch, unsigned events) {
  unsigned char status;
  (void)events;
  ssize_t count = read(watch->fd, &status, 1);
  if (count == 0) watch_close(watch); /* its death follows */
  if (count == 1 && theirs[0] >= 0) answer('x', status, !left_behind());
}

/* The caller's messages are the program's; a caller that is gone before the answer was killed, and the call with it. */
static void caller_ready(struct watch *watch, unsigned events) {
  char room[CMSG_SPACE(2 * sizeof(int))];
  struct iovec bytes = {.iov_base = buffer, .iov_len = sizeof buffer};
  struct msghdr header = {.msg_iov = &bytes, .msg_iovlen = 1, .msg_control = room, .msg_controllen = sizeof room};
  (void)events;
  ssize_t count = recvmsg(watch->fd, &header, MSG_CMSG_CLOEXEC);
  if (count < 0 && (errno == EAGAIN || errno == EINTR)) return;
  struct cmsghdr *rights = count > 0 ? CMSG_FIRSTHDR(&header) : NULL;
  if (rights && rights->cmsg_type == SCM_RIGHTS && theirs[0] < 0) memcpy(theirs, CMSG_DATA(rights), sizeof theirs);
  if (count <= 0 || theirs[0] < 0) end(1);
  write_all(control.fd, buffer, (size_t)count);
}

static void listener_ready(struct watch *watch, unsigned events) {
  (void)events;
  int fd = socket_accept(watch->fd);
  if (fd >= 0 && caller.fd >= 0) close(fd); /* one at a time */
  else if (fd >= 0) watch_open(&caller, fd, EPOLLIN, caller_ready);
}

static void say_how(int status) {
  const char *sentence = "errand: the module ended its own process in the middle of the call";
  if (WIFSIGNALED(status)) dprintf(theirs[1], "%s (signal %d)\n", sentence, WTERMSIG(status));
  else dprintf(theirs[1], "%s (exit status %d)\n", sentence, WEXITSTATUS(status));
}

static void death_ready(struct watch *watch, unsigned events) {
  int status;
  (void)events;
  while (read(watch->fd, buffer, sizeof buffer) > 0) continue;
  for (pid_t pid; (pid = waitpid(-1, &status, WNOHANG)) > 0;) {
    if (pid != program) continue;
    drain();
    if (theirs[1] >= 0) say_how(status);
    if (theirs[1] >= 0) answer(WIFSIGNALED(status) ? 's' : 'x', WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status), false);
    end(WIFEXITED(status) ? WEXITSTATUS(status) : 1);
  }
}

static _Noreturn void run_program(char **argv, const int *fds) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  for (int fd = 0; fd <= CONTROL; fd++) dup2(fds[fd], fd);
  for (int number = 1; number < NSIG; number++) signal(number, SIG_DFL);
  execvp(argv[0], argv);
  dprintf(2, "errand: %s: %s\n", argv[0], strerror(errno));
  _exit(127);
}

/* Descriptors are moved out of the way of the four that the program gets. */
static int above(int fd) { return fcntl(fd, F_DUPFD_CLOEXEC, 10); }

static void start_program(char **argv) {
  int pairs[3][2], fds[CONTROL + 1] = {above(open("/dev/null", O_RDONLY | O_CLOEXEC))};
  if (pipe2(pairs[0], O_CLOEXEC) < 0 || pipe2(pairs[1], O_CLOEXEC) < 0) _exit(1);
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pairs[2]) < 0) _exit(1);
  for (int i = 0; i < 3; i++) fds[i + 1] = above(pairs[i][1]);
  program = fork();
  if (program == 0) run_program(argv, fds);
  for (int i = 0; i < 3; i++) close(pairs[i][1]), close(fds[i + 1]);
  for (int i = 0; i < 2; i++) watch_open(&outputs[i], pairs[i][0], EPOLLIN, output_ready);
  watch_open(&control, pairs[2][0], EPOLLIN, control_ready);
}

int host(const char *path, uint64_t idle, char **argv) {
  prctl(PR_SET_CHILD_SUBREAPER, 1);
  prctl(PR_SET_PDEATHSIG, SIGKILL); /* without its keeper nobody could end what it has started */
  loop_open();
  if (pipe2(death_pipe, O_CLOEXEC | O_NONBLOCK) < 0) return 1;
  watch_open(&deaths, death_pipe[0], EPOLLIN, death_ready);
  signal(SIGCHLD, on_death), signal(SIGPIPE, nothing);
  place = path;
  int failure = socket_open(path, &listener, listener_ready);
  if (failure) return failure;
  start_program(argv);
  if (program < 0) end(1);
  write_all(1, "ready\n", 6);
  for (idle_since = now_ms();;) {
    int64_t until = caller.fd >= 0 ? -1 : idle_since + (int64_t)idle;
    if (until >= 0 && until <= now_ms()) end(0);
    loop_round(until);
  }
}
