/* errand-keeper serve SOCKET [--once]: starts commands for an agent and outlives it. `alone` is the same for a machine that nobody connects to:
   orders come from its standard input, and what becomes of them is read from the files. `host`, `call`, `relay` and `inside` are in files of
   these names. */
#include "keeper.h"
#include <sys/prctl.h>
#include <sys/syscall.h>

#define IDLE_MS 60000

static int signal_pipe[2];
static struct watch signals, listener;
static bool stopping;

static void on_signal(int number) {
  int saved = errno;
  if (number != SIGCHLD) stopping = true;
  if (write(signal_pipe[1], "", 1) < 0) errno = saved; /* full: the loop wakes anyway */
  errno = saved;
}

static void nothing(int number) { (void)number; }

/* TERM means that the machine or container goes down: the trees get the same signal, their grace, and KILL. */
static void signals_ready(struct watch *watch, unsigned events) {
  char bytes[256];
  (void)events;
  while (read(watch->fd, bytes, sizeof bytes) > 0) continue;
  for (struct run *run = stopping ? runs : NULL; run; run = run->next)
    if (!run->ended) kill_run(run, SIGTERM, run->options.grace, "keeper_stopped");
  runs_reap();
}

/* Handlers instead of SIG_IGN: exec puts a handled signal back to its default, an ignored one stays ignored. */
static void signals_open(void) {
  for (int number = 1; number < NSIG; number++) signal(number, SIG_DFL);
  if (pipe2(signal_pipe, O_CLOEXEC | O_NONBLOCK) < 0) _exit(1);
  watch_open(&signals, signal_pipe[0], EPOLLIN, signals_ready);
  signal(SIGCHLD, on_signal), signal(SIGTERM, on_signal), signal(SIGINT, on_signal);
  signal(SIGHUP, nothing), signal(SIGPIPE, nothing);
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, NULL);
}

/* When there will be nothing to stay for: -1 while there is, 0 for now. */
static int64_t end_at(bool once) {
  static int64_t last_busy;
  static bool started_any;
  started_any |= runs != NULL;
  if ((once && started_any && !runs) || (stopping && !runs_live())) return 0;
  bool busy = runs_live() || (!once && clients_count() > 0);
  if (busy || !last_busy) last_busy = now_ms();
  return busy ? -1 : last_busy + IDLE_MS;
}

static int64_t earlier(int64_t a, int64_t b) { return a < 0 || (b >= 0 && b < a) ? b : a; }

static void run_until_idle(bool once) {
  for (;;) {
    int64_t wake = earlier(runs_tick(), tell_grown());
    clients_flush();
    runs_sweep();
    int64_t end = end_at(once);
    if (end >= 0 && end <= now_ms()) return;
    loop_round(earlier(wake, end));
  }
}

static void listener_ready(struct watch *watch, unsigned events) {
  (void)events;
  int fd = socket_accept(watch->fd);
  if (fd >= 0) clients_add(fd);
}

/* What it is for commands; 0, or how it failed. */
static int open_all(const char *path) {
  if (getsid(0) != getpid()) setsid();
  for (int fd = 0; fd < 3; fd++) /* a closed one would be given to a pipe of ours, and a command would inherit it */
    if (fcntl(fd, F_GETFD) < 0) open("/dev/null", O_RDWR);
  if (syscall(SYS_close_range, 3, ~0u, 0) < 0)
    for (int fd = 3; fd < 1024; fd++) close(fd);
  prctl(PR_SET_CHILD_SUBREAPER, 1);
  loop_open();
  signals_open();
  int failure = path ? socket_open(path, &listener, listener_ready) : 0;
  if (failure) return failure;
  mark_open();
  tree_open();
  cgroup_open();
  return 0;
}

static int serve_inside(void) {
  inside = true;
  int failure = open_all(NULL);
  if (!failure) inside_run();
  cgroup_close();
  return failure;
}

static int serve_alone(void) {
  int failure = open_all(NULL);
  if (failure) return failure;
  clients_add(0);
  run_until_idle(true);
  cgroup_close();
  return 0;
}

static int serve(const char *path, bool once) {
  int failure = open_all(path);
  if (failure) return failure;
  if (write(1, "ready\n", 6) < 0) return 1;
  int null = open("/dev/null", O_RDWR | O_CLOEXEC);
  dup2(null, 1);
  close(null);
  run_until_idle(once);
  unlink(path);
  cgroup_close();
  return 0;
}

int main(int argc, char **argv) {
  if (argc == 2 && strcmp(argv[1], "--version") == 0) return puts("errand-keeper " KEEPER_VERSION) < 0;
  bool once = argc == 4 && strcmp(argv[3], "--once") == 0;
  if ((argc == 3 || once) && strcmp(argv[1], "serve") == 0) return serve(argv[2], once);
  uint64_t idle;
  if (argc == 3 && strcmp(argv[1], "call") == 0) return call(argv[2]);
  if (argc >= 5 && strcmp(argv[1], "host") == 0 && number_parse(argv[3], &idle)) return host(argv[2], idle, argv + 4);
  if (argc >= 3 && strcmp(argv[1], "hold") == 0 && number_parse(argv[2], &idle)) return hold(idle, argv + 3);
  if (argc == 3 && strcmp(argv[1], "renew") == 0 && number_parse(argv[2], &idle)) return renew(idle);
  if (argc == 2 && strcmp(argv[1], "inside") == 0) return serve_inside();
  if (argc == 2 && strcmp(argv[1], "alone") == 0) return serve_alone();
  if (argc >= 9 && strcmp(argv[1], "relay") == 0) return relay(argv + 2);
  fputs("usage: errand-keeper serve SOCKET [--once] | host SOCKET IDLE_MS PROGRAM [ARGUMENTS] | call SOCKET\n"
        "       | relay ENGINE CONTAINER END RESULT OPTIONS FOLDER PROGRAM [ARGUMENTS] | inside | alone\n"
        "       | hold SECONDS [PROGRAM [ARGUMENTS]] | renew SECONDS | --version\n", stderr);
  return 2;
}
