/* The tail: the last 64 KiB of what came over the cap, with the stream and time of each piece. */
#include "keeper.h"

#define MERGE_MS 10
#define PIECES 4096 /* more are not remembered: the tail is shorter then */

struct piece {
  uint64_t end;
  int64_t time;
  int stream;
};

struct tail {
  uint64_t start, end; /* counted from the cap; what is kept lies between them */
  size_t first, count;
  struct piece pieces[PIECES];
  char bytes[TAIL_SIZE];
};

static struct piece *piece_at(struct tail *tail, size_t index) { return &tail->pieces[(tail->first + index) % PIECES]; }

static void drop_first(struct tail *tail) {
  if (piece_at(tail, 0)->end > tail->start) tail->start = piece_at(tail, 0)->end;
  tail->first = (tail->first + 1) % PIECES;
  tail->count--;
}

static void copy_in(struct tail *tail, const char *bytes, size_t length) {
  for (size_t done = 0; done < length;) {
    size_t at = (tail->end + done) % TAIL_SIZE;
    size_t run = length - done < TAIL_SIZE - at ? length - done : TAIL_SIZE - at;
    memcpy(tail->bytes + at, bytes + done, run);
    done += run;
  }
}

void tail_put(struct tail **slot, int stream, int64_t time, const char *bytes, size_t length) {
  if (!*slot && !(*slot = calloc(1, sizeof **slot))) abort();
  struct tail *tail = *slot;
  size_t skip = length > TAIL_SIZE ? length - TAIL_SIZE : 0;
  tail->end += skip;
  copy_in(tail, bytes + skip, length - skip);
  tail->end += length - skip;
  if (tail->end - tail->start > TAIL_SIZE) tail->start = tail->end - TAIL_SIZE;
  struct piece *last = tail->count ? piece_at(tail, tail->count - 1) : NULL;
  if (last && last->stream == stream && time >= last->time && time - last->time < MERGE_MS) {
    last->end = tail->end;
  } else {
    if (tail->count == PIECES) drop_first(tail);
    *piece_at(tail, tail->count++) = (struct piece){tail->end, time, stream};
  }
  while (piece_at(tail, 0)->end <= tail->start) drop_first(tail);
}

static bool store(struct run *run, struct tail *tail) {
  uint64_t at = tail->start;
  for (size_t i = 0; i < tail->count; i++) {
    struct piece *piece = piece_at(tail, i);
    while (at < piece->end) {
      size_t from = at % TAIL_SIZE;
      size_t length = piece->end - at < TAIL_SIZE - from ? piece->end - at : TAIL_SIZE - from;
      if (!log_append(run, piece->stream, piece->time, tail->bytes + from, length)) return false;
      at += length;
    }
  }
  return true;
}

/* Appends the tail to the stored log, behind a record that marks the gap if there is one. */
void tail_store(struct run *run) {
  struct tail *tail = run->log.tail;
  if (tail && !run->log.failed) {
    if (tail->start > 0) log_gap(run);
    run->log.failed = !store(run, tail);
  }
  free(tail);
  run->log.tail = NULL;
  run->log.dropped = run->log.seen - run->log.size;
}
