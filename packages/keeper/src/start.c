/* Starting a command: check the request, note in the attempt's file that it is executed, then fork. */
#include "keeper.h"
#include <signal.h>

extern char **environ;

static bool id_is_good(const struct field *id) {
  return id->length > 0 && id->length <= ID_LIMIT &&
         strspn(id->at, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-") == id->length;
}

static const char *check(struct field *fields, size_t count, uint64_t *argc) {
  if (!id_is_good(&fields[0])) return "the id is not 1 to 64 of A-Z a-z 0-9 . _ -";
  for (size_t i = 0; i < count; i++)
    if (strlen(fields[i].at) != fields[i].length) return "a field holds a NUL byte";
  if (fields[1].length == 0 || fields[1].length > 4000) return "the prefix is empty or too long";
  if (!number_parse(fields[4].at, argc) || *argc < 1 || *argc > count - 5) return "the number of arguments is wrong";
  return NULL;
}

static char **strings(struct field *fields, size_t count, size_t spare) {
  char **list = calloc(count + spare + 1, sizeof *list);
  if (!list) abort();
  for (size_t i = 0; i < count; i++) list[i] = fields[i].at;
  return list;
}

static bool same_name(const char *a, const char *b) {
  size_t length = strcspn(a, "=");
  return strncmp(a, b, length) == 0 && b[length] == '=';
}

/* The environment as given, and behind it what of the keeper's own was not given. */
static char **environment(struct field *fields, size_t given, bool inherit) {
  size_t own = 0, at = given;
  while (inherit && environ[own]) own++;
  char **list = strings(fields, given, own);
  for (size_t i = 0; i < own; i++) {
    size_t j = 0;
    while (j < given && !same_name(environ[i], list[j])) j++;
    if (j == given) list[at++] = environ[i];
  }
  return list;
}

static bool open_input(struct run *run, int *theirs) {
  int pair[2];
  if (run->options.stdin_kind == STDIN_STREAM) {
    if (pipe2(pair, O_CLOEXEC) < 0) return false;
    input_open(run, pair[1], false);
    *theirs = pair[0];
  } else if (run->options.stdin_kind == STDIN_INHERIT) {
    *theirs = fcntl(0, F_DUPFD_CLOEXEC, 3);
  } else {
    *theirs = open("/dev/null", O_RDONLY | O_CLOEXEC);
  }
  return *theirs >= 0;
}

static bool open_terminal(struct run *run, int *stdio) {
  int master = pty_open(&run->options, &stdio[0]);
  if (master < 0) return false;
  stream_open(run, &run->streams[0], master, STDOUT);
  input_open(run, fcntl(master, F_DUPFD_CLOEXEC, 3), true);
  stdio[1] = fcntl(stdio[0], F_DUPFD_CLOEXEC, 3);
  stdio[2] = fcntl(stdio[0], F_DUPFD_CLOEXEC, 3);
  return stdio[1] >= 0 && stdio[2] >= 0;
}

static bool open_output(struct run *run, int label, int *theirs) {
  int pair[2];
  if (pipe2(pair, O_CLOEXEC) < 0) return false;
  stream_open(run, &run->streams[label - 1], pair[0], label);
  *theirs = pair[1];
  return true;
}

static bool open_stdio(struct run *run, int *stdio) {
  if (run->options.tty) return open_terminal(run, stdio);
  return open_input(run, &stdio[0]) && open_output(run, STDOUT, &stdio[1]) && open_output(run, STDERR, &stdio[2]);
}

static void fail(struct run *run, enum stage stage) {
  run->spawn_errno = errno;
  run->spawn_stage = stage;
  run_end(run, 0);
}

static void go(struct run *run, struct plan *plan) {
  run->run_file = run_file_open(run->prefix);
  if (run->run_file < 0) return fail(run, AT_LOG);
  if (!open_stdio(run, plan->stdio)) return fail(run, AT_STDIN);
  cgroup_make(run);
  run->mark = mark_new();
  run->oom_before = oom_kills(false);
  run->started_at = wall_ms();
  if (run->options.timeout) run->timeout_at = now_ms() + (int64_t)run->options.timeout;
  run->pid = spawn(run, plan);
  if (run->pid < 0) fail(run, AT_FORK);
}

/* Starts what an `S` asks for. Answers a sentence when the request is wrong; later failures are the run's end. */
const char *start_run(struct field *fields, size_t count) {
  uint64_t argc;
  struct options options;
  const char *sentence = check(fields, count, &argc);
  if (!sentence) sentence = options_parse(fields[2].at, &options);
  if (sentence) return sentence;
  struct run *run = run_new(fields[0].at, fields[1].at, options.log ? options.log : fields[1].at);
  run->options = options;
  run->log.cap = options.cap;
  struct plan plan = {.cwd = fields[3].at, .stdio = {-1, -1, -1}, .report = -1};
  plan.argv = strings(fields + 5, argc, 0);
  plan.env = environment(fields + 5 + argc, count - 5 - argc, options.inherit_env);
  go(run, &plan);
  for (int i = 0; i < 3; i++)
    if (plan.stdio[i] >= 0) close(plan.stdio[i]);
  free(plan.argv);
  free(plan.env);
  return NULL;
}
