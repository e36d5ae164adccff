/* Messages to clients are built one at a time in one buffer. */
#include "keeper.h"
#include <stdarg.h>

static char *buffer;
static size_t length, room;

static void append(const void *bytes, size_t count) {
  if (length + count > room) buffer = must(realloc(buffer, room = (length + count) * 2));
  memcpy(buffer + length, bytes, count);
  length += count;
}

static void add_fields(const char *kinds, va_list values) {
  char digits[24];
  for (; *kinds; kinds++) {
    const char *text = *kinds == 's' ? va_arg(values, const char *) : digits;
    if (*kinds == 'n') snprintf(digits, sizeof digits, "%llu", (unsigned long long)va_arg(values, uint64_t));
    const char *bytes = *kinds == 'b' ? va_arg(values, const char *) : text;
    uint32_t size = (uint32_t)(*kinds == 'b' ? va_arg(values, size_t) : strlen(text));
    append(&size, 4);
    append(bytes, size);
  }
}

void message_begin(char type) {
  length = 0;
  append("\0\0\0\0", 4);
  append(&type, 1);
}

void message_add(const char *kinds, ...) {
  va_list values;
  va_start(values, kinds);
  add_fields(kinds, values);
  va_end(values);
}

void message_send(struct client *only) {
  uint32_t body = (uint32_t)(length - 4);
  memcpy(buffer, &body, 4);
  clients_send(only, buffer, length);
}

void tell(struct client *only, char type, const char *kinds, ...) {
  va_list values;
  va_start(values, kinds);
  message_begin(type);
  add_fields(kinds, values);
  va_end(values);
  message_send(only);
}
