/* What clients ask for, and what they are told. */
#include "keeper.h"
#include <sys/ioctl.h>

#define TELL_MS 2

static void refuse(struct client *client, char type, const char *id, const char *sentence) {
  tell(client, 'x', "sss", (char[]){type, 0}, strlen(id) <= ID_LIMIT ? id : "", sentence);
}

static bool cause_is_good(const char *cause) {
  size_t length = strspn(cause, "abcdefghijklmnopqrstuvwxyz_");
  return length > 0 && length <= CAUSE_LIMIT && cause[length] == 0;
}

static void resize(struct run *run, uint64_t rows, uint64_t columns) {
  struct winsize size = {.ws_row = (unsigned short)rows, .ws_col = (unsigned short)columns};
  if (run->options.tty) ioctl(run->streams[0].watch.fd, TIOCSWINSZ, &size);
}

/* Requests about one run. False: the numbers are broken. */
static bool about_run(struct client *client, char type, struct run *run, char **fields, const size_t *lengths) {
  uint64_t a = 0, b = 0;
  const char *sentence = NULL;
  if ((type == 'K' || type == 'G' || type == 'W') && !number_parse(fields[1], &a)) return false;
  if ((type == 'K' || type == 'W') && !number_parse(fields[2], &b)) return false;
  if ((type == 'K' || type == 'G') && (a < 1 || a >= NSIG)) return false;
  if (type == 'K' && !cause_is_good(fields[3])) return false;
  if (type == 'F' && !run->ended) sentence = "the run has not ended";
  else if (type == 'F') run->forgotten = true;
  else if (type == 'I') sentence = input_put(run, fields[1], lengths[1]);
  else if (type == 'K' && !run->ended) kill_run(run, (int)a, b, fields[3]);
  else if (type == 'G' && !run->ended) tree_signal(run, (int)a);
  else if (type == 'W' && !run->ended) resize(run, a, b);
  if (sentence) refuse(client, type, run->id, sentence);
  return true;
}

static void tell_state(struct client *client, struct run *run) {
  const char *state = run->ended ? "ended" : "running";
  tell(client, 'r', "ssnsn", run->id, state, run->log.size, run->end_line, run->input.accepted);
}

static void list(struct client *client) {
  for (struct run *run = runs; run; run = run->next)
    if (!run->forgotten) tell_state(client, run);
  tell(client, 'l', "");
}

/* False for what is no request at all; the connection is closed then. */
bool request_carry_out(struct client *client, char type, char **fields, const size_t *lengths, size_t count) {
  static const char types[] = "KGIWF";
  static const size_t counts[] = {4, 2, 2, 3, 1};
  const char *found = type ? strchr(types, type) : NULL;
  if (type == 'L' && count == 0) return list(client), true;
  if (!(type == 'S' && count >= 6) && !(found && count == counts[found - types])) return false;
  struct run *run = run_by_id(fields[0]);
  if (run && found) return about_run(client, type, run, fields, lengths);
  const char *sentence = found ? "no run of this id is known" : run ? NULL : start_run(fields, lengths, count);
  if (run) tell_state(client, run);
  if (sentence) refuse(client, type, fields[0], sentence);
  return true;
}

void tell_input(struct run *run) {
  tell(NULL, 'i', "sns", run->id, run->input.accepted, run->input.watch.fd >= 0 ? "open" : "closed");
}

void tell_ended(struct run *run) {
  if (run->log.size != run->told_size) tell(NULL, 'g', "sn", run->id, run->told_size = run->log.size);
  tell(NULL, 'e', "ss", run->id, run->end_line);
}

/* Tells of grown logs at most once in 2 ms. Answers when it wants to be called again, -1 for no need. */
int64_t tell_grown(void) {
  static int64_t next;
  bool any = false;
  for (struct run *run = runs; run; run = run->next) {
    if (run->log.size == run->told_size) continue;
    if (!any && now_ms() < next) return next;
    if (!any) message_begin('g');
    any = true;
    message_add("sn", run->id, run->told_size = run->log.size);
  }
  if (any) next = now_ms() + TELL_MS;
  if (any) message_send(NULL);
  return -1;
}
