/* errand-keeper inside: the keeper in a container, for one command. Its client (relay.c) is at the other end of its standard streams, and what
   the command writes goes there, for nothing in a container is ours to write to. When that end closes, the tree ends. */
#include "keeper.h"

bool inside;

/* A kept child may go on to write after the end, so it stays as long as anybody holds the pipes. */
static void let_go(void) {
  for (struct run *run = runs; run; run = run->next)
    if (!run->ended) kill_run(run, SIGKILL, 0, "relay_gone");
    else run->forgotten = true;
}

void inside_run(void) {
  clients_add(0);
  for (;;) {
    clients_flush();
    if (clients_count() == 0) let_go();
    int64_t wake = runs_tick();
    clients_flush(); /* the end of a run, perhaps */
    runs_sweep();
    if (clients_count() == 0 && !runs) return;
    loop_round(wake);
  }
}
