/* Starting a command: check the request, note in the attempt's file that it is executed, then fork. */
#include "keeper.h"
#include <sys/ioctl.h>

static const char *check(char **fields, const size_t *lengths, size_t count, uint64_t *argc) {
  static const char good[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-";
  if (lengths[0] < 1 || lengths[0] > ID_LIMIT || strspn(fields[0], good) != lengths[0])
    return "the id is not 1 to 64 of A-Z a-z 0-9 . _ -";
  for (size_t i = 0; i < count; i++)
    if (strlen(fields[i]) != lengths[i]) return "a field holds a NUL byte";
  if (lengths[1] < 1 || lengths[1] > 4000) return "the prefix is empty or too long";
  if (!number_parse(fields[4], argc) || *argc < 1 || *argc > count - 5) return "the number of arguments is wrong";
  return NULL;
}

static bool open_input(struct run *run, int *theirs) {
  int pair[2];
  if (run->options.stdin_kind == STDIN_INHERIT) *theirs = fcntl(0, F_DUPFD_CLOEXEC, 3);
  if (run->options.stdin_kind == STDIN_NULL) *theirs = open("/dev/null", O_RDONLY | O_CLOEXEC);
  if (run->options.stdin_kind != STDIN_STREAM) return *theirs >= 0;
  if (pipe2(pair, O_CLOEXEC) < 0) return false;
  input_open(run, pair[1]);
  *theirs = pair[0];
  return true;
}

static bool open_output(struct run *run, int label, int *theirs) {
  int pair[2];
  if (pipe2(pair, O_CLOEXEC) < 0) return false;
  stream_open(run, &run->streams[label - 1], pair[0], label);
  *theirs = pair[1];
  return true;
}

/* A terminal: its master is our end of both directions. */
static bool open_terminal(struct run *run, int *stdio) {
  char name[64];
  struct winsize size = {.ws_row = (unsigned short)run->options.rows, .ws_col = (unsigned short)run->options.columns};
  int master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
  if (master < 0) return false;
  stream_open(run, &run->streams[0], master, STDOUT);
  input_open(run, fcntl(master, F_DUPFD_CLOEXEC, 3));
  if (grantpt(master) < 0 || unlockpt(master) < 0 || ptsname_r(master, name, sizeof name) != 0) return false;
  ioctl(master, TIOCSWINSZ, &size);
  for (int i = 0; i < 3; i++) stdio[i] = open(name, O_RDWR | O_NOCTTY | O_CLOEXEC);
  return stdio[2] >= 0;
}

static bool open_stdio(struct run *run, int *stdio) {
  if (run->options.tty) return open_terminal(run, stdio);
  return open_input(run, &stdio[0]) && open_output(run, STDOUT, &stdio[1]) && open_output(run, STDERR, &stdio[2]);
}

static void fail(struct run *run, enum stage stage) {
  run->spawn_errno = errno;
  run->spawn_stage = (int)stage;
  run_end(run, 0);
}

static void go(struct run *run, const char *prefix, struct plan *plan) {
  run->run_file = run_file_open(prefix);
  if (run->run_file < 0) return fail(run, AT_LOG);
  if (!open_stdio(run, plan->stdio)) return fail(run, AT_STDIN);
  result_open(run);
  cgroup_make(run);
  run->mark = mark_new();
  run->oom_before = oom_kills(false);
  run->started_at = wall_ms();
  if (run->options.timeout) run->timeout_at = now_ms() + (int64_t)run->options.timeout;
  run->pid = spawn(run, plan);
  if (run->pid < 0) fail(run, AT_FORK);
}

/* Starts what an `S` asks for. Answers a sentence when the request is wrong; later failures are the run's end. */
const char *start_run(char **fields, const size_t *lengths, size_t count) {
  uint64_t argc;
  struct options options = {.grace = 10000, .log = fields[1]};
  const char *sentence = check(fields, lengths, count, &argc);
  if (!sentence) sentence = options_parse(fields[2], &options);
  if (sentence) return sentence;
  struct run *run = run_new(fields[0], options.log);
  run->options = options;
  run->log.cap = options.cap;
  struct plan plan = {.argv = fields + 5, .env = fields + 5 + argc + 1, .cwd = fields[3], .stdio = {-1, -1, -1}};
  memmove(plan.env, plan.env - 1, (count - 5 - argc) * sizeof *fields); /* room for the NULL that ends the arguments */
  plan.argv[argc] = plan.env[count - 5 - argc] = NULL;
  go(run, fields[1], &plan);
  for (int i = 0; i < 3; i++)
    if (plan.stdio[i] >= 0) close(plan.stdio[i]);
  return NULL;
}
