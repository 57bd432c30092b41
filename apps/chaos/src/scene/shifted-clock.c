/*
 * Preloaded into a server, shows it a wall clock that is off by as many milliseconds as the file named by SHIFTED_CLOCK says: a
 * 64-bit integer, which may change at any time. The monotonic clock is left alone.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static const volatile int64_t *shift_ms;

__attribute__((constructor)) static void open_shift(void) {
  const char *path = getenv("SHIFTED_CLOCK");
  int file = path == NULL ? -1 : open(path, O_RDONLY);
  void *memory = file < 0 ? MAP_FAILED : mmap(NULL, sizeof(int64_t), PROT_READ, MAP_SHARED, file, 0);
  /* A server whose clock cannot be shifted would prove nothing. */
  if (memory == MAP_FAILED) _exit(99);
  close(file);
  shift_ms = memory;
}

/* Asked of the system itself: what the C library offers under this name is what is replaced here. */
int clock_gettime(clockid_t clock, struct timespec *time) {
  if (syscall(SYS_clock_gettime, clock, time) != 0) return -1;
  if ((clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE) && shift_ms != NULL) {
    int64_t shift = *shift_ms;
    time->tv_sec += shift / 1000;
    time->tv_nsec += shift % 1000 * 1000000;
    if (time->tv_nsec >= 1000000000) {
      time->tv_sec += 1;
      time->tv_nsec -= 1000000000;
    } else if (time->tv_nsec < 0) {
      time->tv_sec -= 1;
      time->tv_nsec += 1000000000;
    }
  }
  return 0;
}

int gettimeofday(struct timeval *restrict now, void *restrict zone) {
  struct timespec time;
  (void)zone;
  if (clock_gettime(CLOCK_REALTIME, &time) != 0) return -1;
  now->tv_sec = time.tv_sec;
  now->tv_usec = time.tv_nsec / 1000;
  return 0;
}

time_t time(time_t *result) {
  struct timespec now;
  if (clock_gettime(CLOCK_REALTIME, &now) != 0) return -1;
  if (result != NULL) *result = now.tv_sec;
  return now.tv_sec;
}
