/* A cgroup for each run, where one can be made: cgroup v2, wherever it is mounted, inside the keeper's own. */
#include "keeper.h"
#include <dirent.h>
#include <sys/file.h>
#include <sys/stat.h>

#define FOLDER (O_RDONLY | O_DIRECTORY | O_CLOEXEC)

static int home = -1, parent = -1; /* the keeper's own folder, and the one it lies in */
static char home_name[32];

/* Where the keeper's present cgroup is. `line` is how its line in /proc/self/cgroup goes on behind the number, `mounted` is in that of /proc/mounts. */
bool cgroup_find(const char *line, const char *mounted, char *path, size_t size) {
  char text[65536], mount[2048], inside[2048] = "";
  read_text(AT_FDCWD, "/proc/self/cgroup", text, sizeof text);
  char *found = strstr(text, line);
  if (!found || sscanf(found + strlen(line), "%2047[^\n]", inside) != 1) return false;
  read_text(AT_FDCWD, "/proc/mounts", text, sizeof text);
  for (char *each = strtok(text, "\n"); each; each = strtok(NULL, "\n"))
    if (strstr(each, mounted) && sscanf(each, "%*s %2047s", mount) == 1) {
      snprintf(path, size, "%s%s", mount, inside);
      return true;
    }
  return false;
}

static int open_present(void) {
  char path[PATH_SIZE];
  return cgroup_find("0::", " cgroup2 ", path, sizeof path) ? open(path, FOLDER) : -1;
}

static void each_folder(int folder, void (*visit)(int folder, const char *name)) {
  int copy = openat(folder, ".", FOLDER);
  DIR *list = copy < 0 ? NULL : fdopendir(copy);
  for (struct dirent *entry; list && (entry = readdir(list));)
    if (entry->d_type == DT_DIR && entry->d_name[0] != '.') visit(folder, entry->d_name);
  if (list) closedir(list);
}

/* Removes a cgroup with those inside it, as far as they are empty. */
static void remove_tree(int folder, const char *name) {
  if (unlinkat(folder, name, AT_REMOVEDIR) == 0 || errno != EBUSY) return;
  int inner = openat(folder, name, FOLDER);
  if (inner < 0) return;
  each_folder(inner, remove_tree);
  close(inner);
  unlinkat(folder, name, AT_REMOVEDIR);
}

/* A keeper holds a lock on its folder as long as it lives; one without a lock was left by a dead keeper. */
static void remove_if_dead(int folder, const char *name) {
  int inner = strncmp(name, "errand-", 7) == 0 ? openat(folder, name, FOLDER) : -1;
  if (inner >= 0 && flock(inner, LOCK_EX | LOCK_NB) == 0) remove_tree(folder, name);
  if (inner >= 0) close(inner);
}

void cgroup_open(void) {
  parent = open_present();
  if (parent < 0) return;
  each_folder(parent, remove_if_dead);
  snprintf(home_name, sizeof home_name, "errand-%d-%llx", (int)getpid(), (unsigned long long)wall_ms());
  if (mkdirat(parent, home_name, 0755) == 0) home = openat(parent, home_name, FOLDER);
  if (home >= 0) flock(home, LOCK_EX);
}

static char *name_of(struct run *run) {
  static char name[24];
  snprintf(name, sizeof name, "run-%u", run->cgroup_number);
  return name;
}

void cgroup_make(struct run *run) {
  static unsigned last;
  run->cgroup_number = ++last;
  if (home >= 0 && mkdirat(home, name_of(run), 0755) == 0) run->cgroup = openat(home, name_of(run), FOLDER);
}

bool cgroup_populated(struct run *run) {
  char text[256];
  return run->cgroup >= 0 && read_text(run->cgroup, "cgroup.events", text, sizeof text) > 0 && strstr(text, "populated 1");
}

void cgroup_kill(struct run *run) {
  int file = run->cgroup < 0 ? -1 : openat(run->cgroup, "cgroup.kill", O_WRONLY | O_CLOEXEC);
  if (file >= 0 && write(file, "1", 1) < 0) perror("errand-keeper: cgroup.kill");
  if (file >= 0) close(file);
}

/* The numbers of the processes inside, one a line. */
char *cgroup_processes(struct run *run) {
  static char text[65536];
  text[0] = 0;
  if (run->cgroup >= 0) read_text(run->cgroup, "cgroup.procs", text, sizeof text);
  return text;
}

void cgroup_remove(struct run *run) {
  if (run->cgroup < 0) return;
  close(run->cgroup);
  remove_tree(home, name_of(run));
}

void cgroup_close(void) {
  if (home >= 0) remove_tree(parent, home_name);
}
