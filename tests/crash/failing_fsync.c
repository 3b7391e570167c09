// SPDX-License-Identifier: Apache-2.0
// Preloaded into a server by faults.py: fsync and fdatasync fail with EIO while the file that FAILING_FSYNC names exists.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

static int synced(const char* name, int file) {
  const char* flag = getenv("FAILING_FSYNC");
  if (flag && access(flag, F_OK) == 0) {
    errno = EIO;
    return -1;
  }
  int (*real)(int) = (int (*)(int))dlsym(RTLD_NEXT, name);
  return real(file);
}

int fsync(int file) { return synced("fsync", file); }
int fdatasync(int file) { return synced("fdatasync", file); }
