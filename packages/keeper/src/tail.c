/* The tail: the last 64 KiB of what came over the cap. Every byte has a label, the stream and time of an index record. */
#include "keeper.h"

struct tail {
  uint64_t end, labels[TAIL_SIZE]; /* end: bytes that ever came over the cap */
  char bytes[TAIL_SIZE];
};

void tail_put(struct tail **tail, int stream, int64_t time, const char *bytes, size_t length) {
  size_t skip = length > TAIL_SIZE ? length - TAIL_SIZE : 0;
  if (!*tail) *tail = must(calloc(1, sizeof **tail));
  (*tail)->end += skip;
  for (size_t i = skip; i < length; i++) {
    size_t at = (*tail)->end++ % TAIL_SIZE;
    (*tail)->bytes[at] = bytes[i];
    (*tail)->labels[at] = (uint64_t)time << 8 | (unsigned)stream;
  }
}

static bool store(struct run *run, struct tail *tail, uint64_t at) {
  bool fine = true;
  while (fine && at < tail->end) {
    size_t from = at % TAIL_SIZE, to = from;
    uint64_t label = tail->labels[from];
    while (at < tail->end && to < TAIL_SIZE && tail->labels[to] == label) to++, at++;
    fine = log_append(run, (int)(label & 255), (int64_t)(label >> 8), tail->bytes + from, to - from);
  }
  return fine;
}

/* Appends the tail to the stored log, behind a record that marks the gap if there is one. */
void tail_store(struct run *run) {
  struct tail *tail = run->log.tail;
  uint64_t start = tail && tail->end > TAIL_SIZE ? tail->end - TAIL_SIZE : 0;
  if (tail && !run->log.failed) run->log.failed = (start > 0 && !log_record(&run->log, GAP, wall_ms())) || !store(run, tail, start);
  free(tail);
  run->log.dropped = run->log.seen - run->log.size;
}
