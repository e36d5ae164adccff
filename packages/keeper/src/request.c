/* What clients ask for, and what they are told. */
#include "keeper.h"
#include <signal.h>

#define TELL_MS 2

static void refuse(struct client *client, char type, const char *id, const char *sentence) {
  message_begin('x');
  message_text((char[]){type, 0});
  message_text(id);
  message_text(sentence);
  client_send(client);
}

static bool cause_is_good(const char *cause) {
  size_t length = strspn(cause, "abcdefghijklmnopqrstuvwxyz_");
  return length > 0 && length <= CAUSE_LIMIT && cause[length] == 0;
}

static bool signal_parse(const char *text, uint64_t *number) {
  return number_parse(text, number) && *number > 0 && *number < NSIG;
}

static void forget(struct client *client, struct run *run) {
  if (run->ended) run->forgotten = true;
  else refuse(client, 'F', run->id, "the run has not ended");
}

/* Requests about one run. False: the numbers are broken. */
static bool about_run(struct client *client, char type, struct run *run, struct field *fields) {
  uint64_t a = 0, b = 0;
  if (type == 'K') {
    if (!signal_parse(fields[1].at, &a) || !number_parse(fields[2].at, &b) || !cause_is_good(fields[3].at)) return false;
    if (!run->ended) kill_run(run, (int)a, b, fields[3].at);
  } else if (type == 'G') {
    if (!signal_parse(fields[1].at, &a)) return false;
    if (!run->ended) tree_signal(run, (int)a);
  } else if (type == 'W') {
    if (!number_parse(fields[1].at, &a) || !number_parse(fields[2].at, &b)) return false;
    if (run->options.tty && !run->ended) pty_resize(run->streams[0].watch.fd, (unsigned)a, (unsigned)b);
  } else if (type == 'I') {
    const char *sentence = input_put(run, fields[1].at, fields[1].length);
    if (sentence) refuse(client, 'I', run->id, sentence);
  } else {
    forget(client, run);
  }
  return true;
}

static void list(struct client *client) {
  for (struct run *run = runs; run; run = run->next)
    if (!run->forgotten) tell_state(client, run);
  message_begin('l');
  client_send(client);
}

/* False for what is no request at all; the connection is closed then. */
bool request_carry_out(struct client *client, char type, struct field *fields, size_t count) {
  static const char types[] = "KGIWF";
  static const size_t counts[] = {4, 2, 2, 3, 1};
  if (type == 'L' && count == 0) {
    list(client);
    return true;
  }
  if (type == 'S' && count >= 6) {
    struct run *known = run_by_id(fields[0].at);
    const char *sentence = known ? NULL : start_run(fields, count);
    if (known) tell_state(client, known);
    if (sentence) refuse(client, 'S', fields[0].length <= ID_LIMIT ? fields[0].at : "", sentence);
    return true;
  }
  const char *found = type ? strchr(types, type) : NULL;
  if (!found || count != counts[found - types]) return false;
  struct run *run = run_by_id(fields[0].at);
  if (run) return about_run(client, type, run, fields);
  refuse(client, type, fields[0].length <= ID_LIMIT ? fields[0].at : "", "no run of this id is known");
  return true;
}

void tell_state(struct client *client, struct run *run) {
  message_begin('r');
  message_text(run->id);
  message_text(run->ended ? "ended" : "running");
  message_number(run->log.size);
  message_text(run->end_line);
  message_number(run->input.accepted);
  client_send(client);
}

void tell_started(struct run *run) {
  message_begin('s');
  message_text(run->id);
  message_number((uint64_t)run->pid);
  message_number((uint64_t)run->started_at);
  clients_send();
}

void tell_input(struct run *run) {
  message_begin('i');
  message_text(run->id);
  message_number(run->input.accepted);
  message_text(run->input.watch.fd >= 0 ? "open" : "closed");
  clients_send();
}

static bool add_grown(struct run *run) {
  bool grew = run->log.size != run->told_size;
  if (grew) {
    message_text(run->id);
    message_number(run->log.size);
    run->told_size = run->log.size;
  }
  return grew;
}

void tell_ended(struct run *run) {
  message_begin('g');
  if (add_grown(run)) clients_send();
  message_begin('e');
  message_text(run->id);
  message_text(run->end_line);
  clients_send();
}

/* Tells of grown logs at most once in 2 ms. Answers when it wants to be called again, -1 for no need. */
int64_t tell_grown(void) {
  static int64_t next;
  int64_t now = now_ms();
  bool any = false;
  if (now >= next) message_begin('g');
  for (struct run *run = runs; run; run = run->next) {
    if (run->log.size == run->told_size) continue;
    if (now < next) return next;
    any |= add_grown(run);
  }
  if (any) clients_send();
  if (any) next = now + TELL_MS;
  return -1;
}
