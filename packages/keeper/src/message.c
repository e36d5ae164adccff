/* Messages to clients are built one at a time in one buffer. */
#include "keeper.h"

static char *buffer;
static size_t length, room;

static void append(const void *bytes, size_t count) {
  if (length + count > room) {
    room = (length + count) * 2;
    buffer = realloc(buffer, room);
    if (!buffer) abort();
  }
  memcpy(buffer + length, bytes, count);
  length += count;
}

void message_begin(char type) {
  length = 0;
  append("\0\0\0\0", 4);
  append(&type, 1);
}

void message_text(const char *text) {
  uint32_t size = (uint32_t)strlen(text);
  append(&size, 4);
  append(text, size);
}

void message_number(uint64_t number) {
  char text[24];
  snprintf(text, sizeof text, "%llu", (unsigned long long)number);
  message_text(text);
}

const char *message_bytes(size_t *size) {
  uint32_t body = (uint32_t)(length - 4);
  memcpy(buffer, &body, 4);
  *size = length;
  return buffer;
}
