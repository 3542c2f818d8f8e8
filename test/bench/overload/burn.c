/* A CGI program that only computes, for BURN_MS milliseconds of processor time. */
#include <stdio.h>
#include <time.h>

static double used(void) {
  struct timespec t;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
  return t.tv_sec * 1e3 + t.tv_nsec / 1e6;
}

int main(void) {
  double end = BURN_MS;
  volatile unsigned x = 1;
  while (used() < end)
    for (int i = 0; i < 10000; i++) x = x * 1664525u + 1013904223u;
  printf("Content-Type: text/plain\r\nContent-Length: 3\r\n\r\nok\n");
  return 0;
}
