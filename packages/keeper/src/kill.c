/* Ending a tree: a signal, the grace, then KILL until nothing is left. The keeper's own clock drives it, so that it
   goes on when the client that asked for it is gone. */
#include "keeper.h"

#define LINGER_MS 200
#define GIVE_UP_MS 10000
#define ROUNDS 8
#define SLOWEST_MS 50

static void enter(struct run *run, enum phase phase, int64_t length) {
  run->phase = phase;
  run->deadline = now_ms() + length;
  run->tick_gap = 1;
}

void kill_run(struct run *run, int signal, uint64_t grace, const char *cause) {
  if (!run->reaped && !run->cause[0]) snprintf(run->cause, sizeof run->cause, "%s", cause);
  if (run->phase == KILLING) return;
  int64_t until = run->phase == GRACE ? run->deadline - now_ms() : INT64_MAX;
  int64_t length = (int64_t)grace < until ? (int64_t)grace : until;
  bool at_once = signal == SIGKILL || length <= 0;
  if (!at_once) {
    tree_signal(run, signal);
    tree_signal(run, SIGCONT); /* a stopped process would sleep through its grace */
  }
  enter(run, at_once ? KILLING : GRACE, at_once ? GIVE_UP_MS : length);
  run->tick_at = now_ms();
}

/* KILL, look, KILL again: a fork that slips through one round meets the next. */
static size_t kill_all(struct run *run) {
  size_t found = 1;
  cgroup_kill(run);
  for (int i = 0; i < ROUNDS && found > 0; i++) found = tree_signal(run, SIGKILL);
  return found;
}

/* Called when the main command ends, when any child dies after that, and when the run's next tick is due. */
void kill_step(struct run *run) {
  bool kept = run->phase == LIVE && (run->options.keep || run->spawn_errno);
  if (run->reaped && (kept || (!tree_left(run) && !tree_left(run)))) return run_end(run, 0);
  int64_t now = now_ms();
  if (run->phase == LIVE) enter(run, LINGER, LINGER_MS);
  if (run->phase == LINGER && now >= run->deadline) kill_run(run, SIGTERM, run->options.grace, "left_behind");
  if (run->phase == GRACE && now >= run->deadline) enter(run, KILLING, GIVE_UP_MS);
  if (run->phase == KILLING) {
    size_t found = kill_all(run);
    if (run->reaped && now >= run->deadline) return run_end(run, found ? found : 1);
  }
  int64_t next = now + run->tick_gap;
  if (run->tick_gap < SLOWEST_MS) run->tick_gap *= 2;
  run->tick_at = run->phase != KILLING && (!run->reaped || run->deadline < next) ? run->deadline : next;
}
