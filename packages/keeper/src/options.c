/* The options of a start: lines of key=value. */
#include "keeper.h"

/* Decimal text only, and small enough to be added up without care. */
bool number_parse(const char *text, uint64_t *value) {
  size_t digits = strspn(text, "0123456789");
  if (digits == 0 || digits > 15 || text[digits]) return false;
  *value = strtoull(text, NULL, 10);
  return true;
}

static int index_of(const char *value, const char *const *names, int count) {
  int index = 0;
  while (index < count && strcmp(value, names[index]) != 0) index++;
  return index < count ? index : -1;
}

static bool set(const char *key, const char *value, struct options *options) {
  static const char *const numbers[] = {"cap", "timeout", "grace", "nofile", "keep"};
  static const char *const kinds[] = {"null", "inherit", "stream"}, *const envs[] = {"clean", "inherit"};
  uint64_t *const targets[] = {&options->cap, &options->timeout, &options->grace, &options->nofile, &options->keep};
  int number = index_of(key, numbers, 5), kind = index_of(value, kinds, 3), env = index_of(value, envs, 2), end = 0;
  if (number >= 0) return number_parse(value, targets[number]) && options->keep <= 1;
  if (strcmp(key, "stdin") == 0) options->stdin_kind = (enum stdin_kind)kind;
  if (strcmp(key, "stdin") == 0) return kind >= 0;
  if (strcmp(key, "env") == 0) options->inherit_env = env == 1;
  if (strcmp(key, "env") == 0) return env >= 0;
  if (strcmp(key, "log") == 0) options->log = value;
  if (strcmp(key, "log") == 0) return *value && strlen(value) <= 4000;
  options->tty = sscanf(value, "%5ux%5u%n", &options->rows, &options->columns, &end) == 2 && value[end] == 0;
  return strcmp(key, "tty") == 0 && options->tty;
}

/* Answers a sentence when something is wrong. An unknown key is wrong: what it asks for would not be done. */
const char *options_parse(char *text, struct options *options) {
  for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n")) {
    char *value = strchr(line, '=');
    if (!value) return "an option is not key=value";
    *value = 0;
    if (!set(line, value + 1, options)) return "an option is unknown or has a bad value";
  }
  return NULL;
}
