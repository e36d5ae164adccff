/* A cgroup for each run, where one can be made: cgroup v2, wherever it is mounted, inside the keeper's own. */
#include "keeper.h"
#include <dirent.h>
#include <sys/file.h>
#include <sys/stat.h>

static int home = -1, parent = -1; /* the keeper's own folder, and the one it lies in */
static char home_name[32];

static bool own_path(char *path, size_t size) {
  char line[4096], mount[2048] = "", inside[2048] = "";
  FILE *mounts = fopen("/proc/mounts", "re");
  while (mounts && fgets(line, sizeof line, mounts))
    if (!mount[0] && sscanf(line, "%*s %2047s cgroup2 ", mount) == 1 && !strstr(line, " cgroup2 ")) mount[0] = 0;
  if (mounts) fclose(mounts);
  FILE *groups = fopen("/proc/self/cgroup", "re");
  while (groups && fgets(line, sizeof line, groups))
    if (sscanf(line, "0::%2047[^\n]", inside) == 1) break;
  if (groups) fclose(groups);
  return mount[0] && inside[0] && snprintf(path, size, "%s%s", mount, inside) < (int)size;
}

static void each_folder(int folder, void (*visit)(int folder, const char *name)) {
  int copy = openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  DIR *list = copy < 0 ? NULL : fdopendir(copy);
  for (struct dirent *entry; list && (entry = readdir(list));)
    if (entry->d_type == DT_DIR && entry->d_name[0] != '.') visit(folder, entry->d_name);
  if (list) closedir(list);
}

/* Removes a cgroup with those inside it, as far as they are empty. */
static void remove_tree(int folder, const char *name) {
  if (unlinkat(folder, name, AT_REMOVEDIR) == 0 || errno != EBUSY) return;
  int inner = openat(folder, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (inner < 0) return;
  each_folder(inner, remove_tree);
  close(inner);
  unlinkat(folder, name, AT_REMOVEDIR);
}

/* A keeper holds a lock on its folder as long as it lives; one without a lock was left by a dead keeper. */
static void remove_if_dead(int folder, const char *name) {
  if (strncmp(name, "errand-", 7) != 0) return;
  int inner = openat(folder, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  bool dead = inner >= 0 && flock(inner, LOCK_EX | LOCK_NB) == 0;
  if (dead) remove_tree(folder, name);
  if (inner >= 0) close(inner);
}

void cgroup_open(void) {
  char path[4100];
  if (!own_path(path, sizeof path)) return;
  parent = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (parent < 0) return;
  each_folder(parent, remove_if_dead);
  snprintf(home_name, sizeof home_name, "errand-%d-%llx", (int)getpid(), (unsigned long long)wall_ms());
  if (mkdirat(parent, home_name, 0755) == 0) home = openat(parent, home_name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
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
  if (home >= 0 && mkdirat(home, name_of(run), 0755) == 0)
    run->cgroup = openat(home, name_of(run), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

static ssize_t read_file(struct run *run, const char *name, char *text, size_t size) {
  int file = run->cgroup < 0 ? -1 : openat(run->cgroup, name, O_RDONLY | O_CLOEXEC);
  ssize_t count = file < 0 ? 0 : read(file, text, size - 1);
  if (file >= 0) close(file);
  text[count > 0 ? count : 0] = 0;
  return count;
}

bool cgroup_populated(struct run *run) {
  char text[256];
  return read_file(run, "cgroup.events", text, sizeof text) > 0 && strstr(text, "populated 1");
}

void cgroup_kill(struct run *run) {
  int file = run->cgroup < 0 ? -1 : openat(run->cgroup, "cgroup.kill", O_WRONLY | O_CLOEXEC);
  if (file < 0) return;
  if (write(file, "1", 1) < 0) perror("errand-keeper: cgroup.kill");
  close(file);
}

size_t cgroup_list(struct run *run, pid_t *pids, size_t room) {
  static char text[65536];
  size_t count = 0;
  if (read_file(run, "cgroup.procs", text, sizeof text) <= 0) return 0;
  for (char *at = text; *at && count < room; at++) {
    pids[count++] = (pid_t)strtol(at, &at, 10);
    if (!*at) break;
  }
  return count;
}

void cgroup_remove(struct run *run) {
  if (run->cgroup < 0) return;
  close(run->cgroup);
  run->cgroup = -1;
  remove_tree(home, name_of(run));
}

void cgroup_close(void) {
  if (home >= 0) remove_tree(parent, home_name);
}
