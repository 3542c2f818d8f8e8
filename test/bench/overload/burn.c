/* A CGI program that only computes, for as many milliseconds of processor time as its query says: `/burn?12.5`. */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static double used(void) {
  struct timespec t;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
  return t.tv_sec * 1e3 + t.tv_nsec / 1e6;
}

int main(void) {
  const char *query = getenv("QUERY_STRING");
  double end = query ? atof(query) : 0;
  volatile unsigned x = 1;
  while (used() < end)
    for (int i = 0; i < 10000; i++) x = x * 1664525u + 1013904223u;
  printf("Content-Type: text/plain\r\nContent-Length: 3\r\n\r\nok\n");
  return 0;
}
