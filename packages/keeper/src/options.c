/* The options of a start: lines of key=value. */
#include "keeper.h"

/* Decimal text only, and small enough to be added up without care. */
bool number_parse(const char *text, uint64_t *value) {
  size_t digits = strspn(text, "0123456789");
  if (digits == 0 || digits > 15 || text[digits]) return false;
  *value = strtoull(text, NULL, 10);
  return true;
}

static bool one_of(const char *value, const char *first, const char *second, bool *is_second) {
  *is_second = strcmp(value, second) == 0;
  return *is_second || strcmp(value, first) == 0;
}

static bool terminal_parse(const char *value, struct options *options) {
  int end = 0;
  options->tty = sscanf(value, "%5ux%5u%n", &options->rows, &options->columns, &end) == 2 && value[end] == 0;
  return options->tty;
}

static bool stdin_parse(const char *value, enum stdin_kind *kind) {
  static const char *const names[] = {"null", "inherit", "stream"};
  for (int i = 0; i < 3; i++)
    if (strcmp(value, names[i]) == 0) {
      *kind = (enum stdin_kind)i;
      return true;
    }
  return false;
}

static bool set(const char *key, const char *value, struct options *options) {
  if (strcmp(key, "cap") == 0) return number_parse(value, &options->cap);
  if (strcmp(key, "timeout") == 0) return number_parse(value, &options->timeout);
  if (strcmp(key, "grace") == 0) return number_parse(value, &options->grace);
  if (strcmp(key, "nofile") == 0) return number_parse(value, &options->nofile);
  if (strcmp(key, "keep") == 0) return one_of(value, "0", "1", &options->keep);
  if (strcmp(key, "env") == 0) return one_of(value, "clean", "inherit", &options->inherit_env);
  if (strcmp(key, "stdin") == 0) return stdin_parse(value, &options->stdin_kind);
  if (strcmp(key, "tty") == 0) return terminal_parse(value, options);
  if (strcmp(key, "log") == 0) {
    options->log = value;
    return strlen(value) > 0 && strlen(value) <= 4000;
  }
  return false;
}

/* Answers a sentence when something is wrong. An unknown key is wrong: what it asks for would not be done. */
const char *options_parse(char *text, struct options *options) {
  *options = (struct options){.grace = 10000};
  for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n")) {
    char *value = strchr(line, '=');
    if (!value) return "an option is not key=value";
    *value++ = 0;
    if (!set(line, value, options)) return "an option is unknown or has a bad value";
  }
  return NULL;
}
